// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/json.h"

#include "core/base/json_fault.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <set>
#include <utility>

namespace countersign::json {

namespace {
using ErrorOut = boost::system::error_code;
using Text = boost::json::string_view;

// More members than any honest document has; keeps what a hostile one costs in bounds.
constexpr std::size_t kMaxMembers = 16 * 1024;
constexpr std::size_t kMaxQuotedName = 40;
constexpr double kMaxExactInteger = 9007199254740992.0; // 2^53

/// A name from outside inside a message: printable ASCII, because the message may become an OAuth error_description.
std::string inQuotes(std::string_view name)
{
    std::string out = "'";
    for (const char c : name.substr(0, kMaxQuotedName)) {
        const bool allowed = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        out += allowed ? c : '?';
    }
    if (name.size() > kMaxQuotedName)
        out += "...";
    return out + "'";
}

/// Makes Boost's value.
class ValueOut {
public:
    ValueOut() { m_values.reset(); }
    [[nodiscard]] Value release() { return m_values.release(); }

    void objectBegin() { }
    void objectEnd(std::size_t count) { m_values.push_object(count); }
    void arrayBegin() { }
    void arrayEnd(std::size_t count) { m_values.push_array(count); }
    void name(const std::string& name) { m_values.push_key({name.data(), name.size()}); }
    void textPart(Text part) { m_values.push_chars(part); }
    void textEnd(Text rest) { m_values.push_string(rest); }
    void numberPart(Text) { }
    Result<void> number(std::int64_t number, Text)
    {
        m_values.push_int64(number);
        return {};
    }
    Result<void> number(std::uint64_t number, Text)
    {
        m_values.push_uint64(number);
        return {};
    }
    Result<void> number(double number, Text)
    {
        if (!std::isfinite(number))
            return fail(ErrorCode::InvalidInput, "a number is too large");
        m_values.push_double(number);
        return {};
    }
    void boolean(bool value) { m_values.push_bool(value); }
    void null() { m_values.push_null(); }

private:
    boost::json::value_stack m_values;
};

/// Tells an Events, numbers as they were written.
class EventsOut {
public:
    explicit EventsOut(Events& events) : m_events(&events) { }

    void objectBegin() { m_events->objectBegin(); }
    void objectEnd(std::size_t) { m_events->objectEnd(); }
    void arrayBegin() { m_events->arrayBegin(); }
    void arrayEnd(std::size_t) { m_events->arrayEnd(); }
    void name(std::string name) { m_events->name(std::move(name)); }
    void textPart(Text part) { m_text.append(part.data(), part.size()); }
    void textEnd(Text rest)
    {
        textPart(rest);
        m_events->text(std::exchange(m_text, {}));
    }
    void numberPart(Text part) { textPart(part); }
    template <typename Number> Result<void> number(Number, Text rest)
    {
        textPart(rest);
        return m_events->number(std::exchange(m_text, {}));
    }
    void boolean(bool value) { m_events->boolean(value); }
    void null() { m_events->null(); }

private:
    Events* m_events;
    std::string m_text;
};

/// Passes on what the parser finds, and refuses what the plain parser lets pass.
template <typename Out> class StrictHandler {
public:
    static constexpr std::size_t max_object_size = kMaxMembers;
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    StrictHandler(std::size_t maxDepth, Out& out) : m_maxDepth(maxDepth), m_out(&out) { }

    [[nodiscard]] const std::string& reason() const { return m_reason; }

    bool on_document_begin(ErrorOut&) { return true; }
    bool on_document_end(ErrorOut&) { return true; }

    bool on_object_begin(ErrorOut& error)
    {
        m_names.emplace_back();
        m_out->objectBegin();
        return deeper(error);
    }
    bool on_object_end(std::size_t count, ErrorOut&)
    {
        m_names.pop_back();
        --m_depth;
        m_out->objectEnd(count);
        return true;
    }
    bool on_array_begin(ErrorOut& error)
    {
        m_out->arrayBegin();
        return deeper(error);
    }
    bool on_array_end(std::size_t count, ErrorOut&)
    {
        --m_depth;
        m_out->arrayEnd(count);
        return true;
    }

    bool on_key_part(Text part, std::size_t, ErrorOut&)
    {
        m_key.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text rest, std::size_t, ErrorOut& error)
    {
        m_key.append(rest.data(), rest.size());
        std::string key = std::exchange(m_key, {});
        m_out->name(key);
        const auto [at, added] = m_names.back().insert(std::move(key));
        return added || refuse(error, "the name " + inQuotes(*at) + " stands twice in one object");
    }

    bool on_string_part(Text part, std::size_t, ErrorOut&)
    {
        m_out->textPart(part);
        return true;
    }
    bool on_string(Text rest, std::size_t, ErrorOut&)
    {
        m_out->textEnd(rest);
        return true;
    }

    bool on_number_part(Text part, ErrorOut&)
    {
        m_out->numberPart(part);
        return true;
    }
    bool on_int64(std::int64_t number, Text rest, ErrorOut& error) { return take(m_out->number(number, rest), error); }
    bool on_uint64(std::uint64_t number, Text rest, ErrorOut& error)
    {
        return take(m_out->number(number, rest), error);
    }
    bool on_double(double number, Text rest, ErrorOut& error) { return take(m_out->number(number, rest), error); }
    bool on_bool(bool value, ErrorOut&)
    {
        m_out->boolean(value);
        return true;
    }
    bool on_null(ErrorOut&)
    {
        m_out->null();
        return true;
    }
    bool on_comment_part(Text, ErrorOut&) { return true; }
    bool on_comment(Text, ErrorOut&) { return true; }

private:
    bool deeper(ErrorOut& error)
    {
        return ++m_depth <= m_maxDepth
            || refuse(error, "arrays and objects are nested deeper than " + std::to_string(m_maxDepth));
    }
    bool take(const Result<void>& number, ErrorOut& error)
    {
        return number.has_value() || refuse(error, number.error().message);
    }
    bool refuse(ErrorOut& error, std::string reason)
    {
        m_reason = std::move(reason);
        error = boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
        return false;
    }

    std::size_t m_maxDepth;
    Out* m_out;
    std::size_t m_depth = 0;
    std::string m_key;
    std::string m_reason;
    std::vector<std::set<std::string>> m_names; // of the objects that are open
};

template <typename Out> std::expected<void, Fault> readWithinSize(std::string_view text, std::size_t maxDepth, Out& out)
{
    boost::json::parse_options options;
    options.max_depth = maxDepth + 1; // the handler's own check comes first, and says why
    options.numbers = boost::json::number_precision::precise;
    boost::json::basic_parser<StrictHandler<Out>> parser(options, maxDepth, out);

    ErrorOut error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    const auto invalid = [&](std::string reason) { return std::unexpected(Fault{read, std::move(reason)}); };
    if (!parser.handler().reason().empty())
        return invalid(parser.handler().reason());
    if (error)
        return invalid(error.message());
    if (read != text.size())
        return invalid("text after the value");
    return {};
}

template <typename Out> Result<void> readInto(Out& out, std::string_view text, const Limits& limits)
{
    if (text.size() > limits.maxBytes)
        return fail(ErrorCode::TooLarge, "The JSON text is larger than " + std::to_string(limits.maxBytes) + " bytes.");
    try {
        if (const auto read = readWithinSize(text, limits.maxDepth, out); !read)
            return fail(ErrorCode::InvalidInput,
                "Not valid JSON at offset " + std::to_string(read.error().offset) + ": " + read.error().reason + '.');
        return {};
    } catch (const std::exception& exception) {
        return fail(ErrorCode::InvalidInput, std::string("The JSON text can't be read: ") + exception.what() + '.');
    }
}

std::unexpected<Error> wrongType(std::string_view name, std::string_view expected)
{
    return fail(ErrorCode::InvalidInput, "The member " + inQuotes(name) + " is not " + std::string(expected) + '.');
}

std::unexpected<Error> missing(std::string_view name)
{
    return fail(ErrorCode::InvalidInput, "The member " + inQuotes(name) + " is missing.");
}

template <typename T> Result<T> required(Result<std::optional<T>> found, std::string_view name)
{
    if (!found)
        return std::unexpected(std::move(found).error());
    if (!*found)
        return missing(name);
    return **std::move(found);
}

std::optional<std::int64_t> exactInteger(const Value& value)
{
    if (value.is_int64())
        return value.get_int64();
    // JSON has one kind of number: 1e3 and 1000.0 are integers too.
    if (value.is_double() && std::trunc(value.get_double()) == value.get_double()
        && std::abs(value.get_double()) <= kMaxExactInteger)
        return static_cast<std::int64_t>(value.get_double());
    return std::nullopt;
}
} // namespace

Result<Value> parse(std::string_view text, const Limits& limits)
{
    ValueOut out;
    if (auto read = readInto(out, text, limits); !read)
        return std::unexpected(std::move(read).error());
    return out.release();
}

Result<void> read(std::string_view text, Events& events, const Limits& limits)
{
    EventsOut out(events);
    return readInto(out, text, limits);
}

std::expected<void, Fault> readOrFault(std::string_view text, Events& events, const Limits& limits)
{
    if (text.size() > limits.maxBytes)
        return std::unexpected(Fault{limits.maxBytes, "larger than " + std::to_string(limits.maxBytes) + " bytes"});
    EventsOut out(events);
    try {
        return readWithinSize(text, limits.maxDepth, out);
    } catch (const std::exception& exception) {
        return std::unexpected(Fault{0, exception.what()});
    }
}

Result<Object> parseObject(std::string_view text, const Limits& limits)
{
    Result<Value> value = parse(text, limits);
    if (!value)
        return std::unexpected(std::move(value).error());
    if (!value->is_object())
        return fail(ErrorCode::InvalidInput, "The JSON text is not an object.");
    return std::move(value->get_object());
}

Result<std::string> requiredString(const Object& object, std::string_view name)
{
    return required(optionalString(object, name), name);
}

Result<std::optional<std::string>> optionalString(const Object& object, std::string_view name)
{
    const Value* value = object.if_contains(name);
    if (!value)
        return std::nullopt;
    if (!value->is_string())
        return wrongType(name, "a string");
    return std::string(value->get_string().data(), value->get_string().size());
}

Result<std::int64_t> requiredInteger(const Object& object, std::string_view name)
{
    return required(optionalInteger(object, name), name);
}

Result<std::optional<std::int64_t>> optionalInteger(const Object& object, std::string_view name)
{
    const Value* value = object.if_contains(name);
    if (!value)
        return std::nullopt;
    const std::optional<std::int64_t> number = exactInteger(*value);
    if (!number)
        return wrongType(name, "an integer");
    return number;
}

Result<std::optional<bool>> optionalBool(const Object& object, std::string_view name)
{
    const Value* value = object.if_contains(name);
    if (!value)
        return std::nullopt;
    if (!value->is_bool())
        return wrongType(name, "true or false");
    return value->get_bool();
}

Result<std::vector<std::string>> requiredStrings(const Object& object, std::string_view name)
{
    const Value* value = object.if_contains(name);
    if (!value)
        return missing(name);
    if (!value->is_array())
        return wrongType(name, "an array of strings");
    std::vector<std::string> strings;
    for (const Value& element : value->get_array()) {
        if (!element.is_string())
            return wrongType(name, "an array of strings");
        strings.emplace_back(element.get_string().data(), element.get_string().size());
    }
    return strings;
}

Result<void> onlyMembers(const Object& object, std::initializer_list<std::string_view> known)
{
    for (const auto& member : object) {
        const std::string_view name(member.key().data(), member.key().size());
        if (!std::ranges::contains(known, name))
            return fail(ErrorCode::InvalidInput, "The member " + inQuotes(name) + " is not known here.");
    }
    return {};
}

std::string serialize(const Value& value)
{
    return boost::json::serialize(value);
}

} // namespace countersign::json
