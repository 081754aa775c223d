// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/arguments.h"

#include "core/base/json.h"
#include "core/base/try.h"
#include "core/permissions/value_nesting.h"
#include "core/server/oauth/form.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace countersign::server {

namespace {
using authority::Objection;
using permissions::Member;
using permissions::Value;

struct Argument {
    Value value;
    enum class From : std::uint8_t { Text, Json } from = From::Text; ///< Text: a query, form or path, where all is text
};
using Arguments = std::map<std::string, Argument>;

Result<void> add(Arguments& arguments, std::string name, Argument argument)
{
    if (arguments.contains(name))
        return fail(ErrorCode::InvalidRequest, "The argument “" + name + "” stands in two places.");
    arguments.emplace(std::move(name), std::move(argument));
    return {};
}

Result<void> addForm(Arguments& arguments, std::string_view text)
{
    const Form form = TRY(Form::parse(text));
    for (const auto& [name, value] : form.parameters())
        TRY(add(arguments, name, {Value{value}, Argument::From::Text}));
    return {};
}

Result<void> addJson(Arguments& arguments, std::string_view text)
{
    const Value body = TRY(permissions::parseValue(text));
    // In what is kept of a decision they stand one deeper; read by the same rules, it must not be spoilt.
    if (permissions::nestingOf(body) >= json::kMaxDepth)
        return fail(ErrorCode::InvalidRequest,
            "Arrays and objects in the body are nested deeper than " + std::to_string(json::kMaxDepth - 1) + '.');
    const Value::Members* members = body.members();
    if (members == nullptr)
        return fail(ErrorCode::InvalidRequest, "The body is not a JSON object.");
    for (const Member& member : *members)
        TRY(add(arguments, member.name, {member.value, Argument::From::Json}));
    return {};
}

bool isJson(std::string_view type)
{
    return isMediaType(type, "application/json") || (type.starts_with("application/") && type.ends_with("+json"));
}

Result<void> addBody(Arguments& arguments, const PassedOn& passed)
{
    if (passed.body.empty())
        return {};
    if (passed.field("content-encoding"))
        return fail(ErrorCode::InvalidRequest, "An encoded body can't be read.");
    const std::string type = passed.field("content-type").value_or(std::string());
    const std::string_view essence = std::string_view(type).substr(0, type.find(';'));
    if (isJson(essence))
        return addJson(arguments, passed.body);
    if (isMediaType(essence, kFormType))
        return addForm(arguments, passed.body);
    return fail(ErrorCode::InvalidRequest, "A body of the type “" + type + "” can't be read.");
}

Result<Arguments> argumentsIn(const PassedOn& passed)
{
    Arguments arguments;
    TRY(addForm(arguments, passed.query()));
    TRY(addBody(arguments, passed));
    return arguments;
}

/// Where all is text, a number or a boolean is stated as what its text says.
bool isSame(const Value& stated, const Argument& argument)
{
    if (stated == argument.value)
        return true;
    const bool isTextual = stated.text() == nullptr && stated.list() == nullptr && stated.members() == nullptr;
    return argument.from == Argument::From::Text && isTextual
        && permissions::valueJson(stated) == *argument.value.text();
}

/// '+' is itself in a path (RFC 3986 section 3.3).
Result<std::string> decodePathText(std::string_view segment)
{
    std::string text;
    for (const char c : segment)
        text += c == '+' ? std::string("%2B") : std::string(1, c);
    return decodeFormText(text);
}

bool isPathSegment(const Value& stated, std::string_view path)
{
    while (!path.empty()) {
        const std::string_view segment = path.substr(0, path.find('/'));
        if (const auto text = decodePathText(segment); text && !text->empty() && isSame(stated, {Value{*text}}))
            return true;
        path.remove_prefix(std::min(path.size(), segment.size() + 1));
    }
    return false;
}

Value valueOf(Arguments arguments)
{
    Value::Members members;
    for (auto& [name, argument] : arguments)
        members.push_back({name, std::move(argument.value)});
    return Value{std::move(members)};
}

/// The name of an argument that is stated otherwise than it was sent; nullopt: all are as stated.
std::optional<std::string> difference(const Value& stated, const Arguments& sent, std::string_view path)
{
    for (const auto& [name, argument] : sent) {
        const Value* value = stated.member(name);
        if (value == nullptr || !isSame(*value, argument))
            return name;
    }
    for (const Member& member : *stated.members()) {
        if (!sent.contains(member.name) && !isPathSegment(member.value, path))
            return member.name;
    }
    return std::nullopt;
}
} // namespace

ReadArguments readArguments(const PassedOn& passed, const std::optional<Value>& stated)
{
    using Holds = Objection::Holds;
    constexpr auto kReason = permissions::Reason::Arguments;
    const Value none{Value::Members{}};
    auto sent = argumentsIn(passed);
    if (!sent)
        return {stated.value_or(none), Objection{kReason, sent.error().message, Holds::WithRules}};
    if (!stated)
        return {valueOf(*std::move(sent)), std::nullopt};
    if (const auto name = difference(*stated, *sent, passed.path()))
        return {*stated,
            Objection{kReason, "The argument “" + *name + "” is not in the request as it is stated.", Holds::Always}};
    return {*stated, std::nullopt};
}

} // namespace countersign::server
