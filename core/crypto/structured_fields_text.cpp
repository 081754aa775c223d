// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Writing, after the algorithms of RFC 9651 section 4.1.
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/structured_fields_characters.h"

#include <algorithm>
#include <format>

namespace countersign::crypto::sf {

namespace {

std::unexpected<Error> bad(std::string_view what)
{
    return fail(ErrorCode::InvalidInput, std::format("Can't be written as a structured field: {}.", what));
}

/// Appends one bare item to a text.
struct Writer {
    std::string& out;

    Result<void> operator()(std::int64_t number) const
    {
        if (number < -kMaxInteger || number > kMaxInteger)
            return bad("an integer of more than 15 digits");
        out += std::to_string(number);
        return {};
    }
    Result<void> operator()(Decimal number) const
    {
        if (number.thousandths < -kMaxThousandths || number.thousandths > kMaxThousandths)
            return bad("a decimal of more than 12 digits before its point");
        const std::int64_t magnitude = number.thousandths < 0 ? -number.thousandths : number.thousandths;
        std::string digits = std::format("{}.{:03}", magnitude / 1000, magnitude % 1000);
        while (digits.ends_with('0') && !digits.ends_with(".0"))
            digits.pop_back();
        out += (number.thousandths < 0 ? "-" : "") + digits;
        return {};
    }
    Result<void> operator()(const std::string& text) const
    {
        if (!std::ranges::all_of(text, isPrintable))
            return bad("a string that is not printable ASCII");
        out += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\')
                out += '\\';
            out += c;
        }
        out += '"';
        return {};
    }
    Result<void> operator()(const Token& token) const
    {
        if (token.text.empty() || !startsToken(token.text.front())
            || !std::ranges::all_of(token.text, isSfTokenCharacter))
            return bad("a token of other characters");
        out += token.text;
        return {};
    }
    Result<void> operator()(const ByteSequence& sequence) const
    {
        out += ':' + base64(sequence.bytes) + ':';
        return {};
    }
    Result<void> operator()(bool value) const
    {
        out += value ? "?1" : "?0";
        return {};
    }
    Result<void> operator()(Date date) const
    {
        out += '@';
        return (*this)(date.seconds);
    }
    Result<void> operator()(const DisplayString& text) const
    {
        if (!isValidUtf8(text.utf8))
            return bad("a display string that is not UTF-8");
        out += "%\"";
        for (const char c : text.utf8) {
            if (isPrintable(c) && c != '%' && c != '"')
                out += c;
            else
                out += std::format("%{:02x}", static_cast<unsigned char>(c));
        }
        out += '"';
        return {};
    }
};

Result<void> appendKey(std::string& out, const std::string& key)
{
    if (key.empty() || !startsKey(key.front()) || !std::ranges::all_of(key, isKeyCharacter))
        return bad("a key of other characters");
    out += key;
    return {};
}

bool isTrue(const BareItem& value)
{
    const bool* boolean = std::get_if<bool>(&value);
    return boolean && *boolean;
}

Result<void> appendParameters(std::string& out, const Parameters& parameters)
{
    for (const auto& [key, value] : parameters) {
        out += ';';
        TRY(appendKey(out, key));
        if (isTrue(value))
            continue;
        out += '=';
        TRY(std::visit(Writer{out}, value));
    }
    return {};
}

Result<void> append(std::string& out, const Item& item)
{
    TRY(std::visit(Writer{out}, item.value));
    return appendParameters(out, item.parameters);
}

Result<void> append(std::string& out, const InnerList& list)
{
    out += '(';
    std::string_view between;
    for (const Item& item : list.items) {
        out += between;
        between = " ";
        TRY(append(out, item));
    }
    out += ')';
    return appendParameters(out, list.parameters);
}

Result<void> append(std::string& out, const Member& member)
{
    return std::visit([&out](const auto& value) { return append(out, value); }, member);
}

Result<void> append(std::string& out, const Entry<Member>& entry)
{
    TRY(appendKey(out, entry.key));
    if (const Item* item = std::get_if<Item>(&entry.value); item && isTrue(item->value))
        return appendParameters(out, item->parameters);
    out += '=';
    return append(out, entry.value);
}

template <typename Value> Result<std::string> written(const Value& value)
{
    std::string out;
    TRY(append(out, value));
    return out;
}

template <typename Members> Result<std::string> writtenMembers(const Members& members)
{
    std::string out;
    std::string_view between;
    for (const auto& member : members) {
        out += between;
        between = ", ";
        TRY(append(out, member));
    }
    return out;
}

} // namespace

Result<std::string> serialize(const Item& item)
{
    return written(item);
}

Result<std::string> serialize(const InnerList& list)
{
    return written(list);
}

Result<std::string> serialize(const List& list)
{
    return writtenMembers(list);
}

Result<std::string> serialize(const Dictionary& dictionary)
{
    return writtenMembers(dictionary);
}

bool isTokenCharacter(char c)
{
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return ascii::isAlphanumeric(c) || kMarks.contains(c);
}

} // namespace countersign::crypto::sf
