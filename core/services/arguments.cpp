// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/arguments.h"

#include "core/base/ascii.h"
#include "core/base/try.h"
#include "core/services/body_members.h"

#include <algorithm>
#include <format>
#include <map>

namespace countersign::services {

namespace {

/// By place ("path", "query", "header", "cookie") and name.
using Parameters = std::map<std::pair<std::string_view, std::string_view>, Node>;

Result<std::string_view> requiredText(const Node& object, std::string_view name)
{
    const std::optional<Node> member = object.member(name);
    if (!member || !member->isText() || member->text().empty())
        return object.refuse(std::format("{} is missing, or no text", name));
    return member->text();
}

bool isRequired(const Node& parameter)
{
    const std::optional<Node> required = parameter.member("required");
    return required && required->kind() == ValueKind::Bool && required->text() == "true";
}

Result<void> checkParameter(const Node& parameter, std::string_view in, std::string_view name)
{
    if (in != "path" && in != "query" && in != "header" && in != "cookie")
        return parameter.refuse("in must be path, query, header or cookie", ErrorCode::NotSupported);
    if (name.size() > kMaxArgumentNameBytes)
        return parameter.refuse(
            std::format("the name is longer than {} bytes", kMaxArgumentNameBytes), ErrorCode::TooLarge);
    if (in == "path" && !isRequired(parameter))
        return parameter.refuse("a path parameter must say that it is required");
    // As a parameter it would be asked for without saying which levels and which algorithm.
    if (in == "header" && ascii::lowered(name) == "agent-signature")
        return parameter.refuse("Agent-Signature is declared as a security scheme, not as a parameter");
    return {};
}

/// Those of one list. An operation's take the place of its path's.
Result<void> readParameters(const Node& owner, References& references, Parameters& parameters)
{
    const std::optional<Node> list = owner.member("parameters");
    if (!list)
        return {};
    if (!list->isList())
        return list->refuse("parameters must be a list");
    Parameters own;
    for (const Node element : list->children()) {
        const Node parameter = TRY(references.follow(element));
        if (!parameter.isObject())
            return element.refuse("a parameter must be an object");
        const std::string_view in = TRY(requiredText(parameter, "in"));
        const std::string_view name = TRY(requiredText(parameter, "name"));
        TRY(checkParameter(parameter, in, name));
        if (!own.emplace(std::pair(in, name), parameter).second)
            return element.refuse("two parameters have this name and place");
        if (own.size() > kMaxArguments)
            return list->refuse(std::format("more than {} parameters", kMaxArguments), ErrorCode::TooLarge);
    }
    own.merge(parameters);
    parameters = std::move(own);
    return {};
}

Result<void> checkTemplate(const Node& operation, std::string_view pathTemplate, const Parameters& parameters)
{
    const auto names = templateNames(pathTemplate);
    if (!names)
        return operation.refuse("the braces of the path don't fit together");
    for (const std::string_view name : *names) {
        if (!parameters.contains({"path", name}))
            return operation.refuse("the path has a name in braces that no path parameter has");
    }
    for (const auto& [key, parameter] : parameters) {
        if (key.first == "path" && !std::ranges::contains(*names, key.second))
            return parameter.refuse("the path has no place for this path parameter");
    }
    return {};
}

} // namespace

std::optional<std::vector<std::string_view>> templateNames(std::string_view pathTemplate)
{
    std::vector<std::string_view> names;
    while (!pathTemplate.empty()) {
        const std::size_t open = pathTemplate.find_first_of("{}");
        if (open == std::string_view::npos)
            return names;
        const std::size_t close = pathTemplate.find_first_of("{}", open + 1);
        if (pathTemplate[open] != '{' || close == std::string_view::npos || pathTemplate[close] != '}'
            || close == open + 1)
            return std::nullopt;
        names.push_back(pathTemplate.substr(open + 1, close - open - 1));
        if (std::ranges::count(names, names.back()) > 1)
            return std::nullopt;
        pathTemplate.remove_prefix(close + 1);
    }
    return names;
}

Result<TakenArguments> takenArguments(Node path, Node operation, std::string_view pathTemplate, References& references)
{
    Parameters parameters;
    TRY(readParameters(path, references, parameters));
    TRY(readParameters(operation, references, parameters));
    TRY(checkTemplate(operation, pathTemplate, parameters));
    TakenArguments out;
    for (const auto& [key, parameter] : parameters) {
        out.parameters.push_back(parameter);
        const auto presence = isRequired(parameter) ? Argument::Presence::Required : Argument::Presence::Optional;
        if (key.first == "path" || key.first == "query")
            out.arguments.push_back(
                {std::string(key.second), key.first == "path" ? ArgumentPlace::Path : ArgumentPlace::Query, presence});
    }
    if (const std::optional<Node> body = operation.member("requestBody")) {
        out.body = TRY(references.follow(*body));
        for (Argument& member : TRY(bodyMembers(*out.body, references)))
            out.arguments.push_back(std::move(member));
    }
    if (out.arguments.size() > kMaxArguments)
        return operation.refuse(std::format("more than {} arguments", kMaxArguments), ErrorCode::TooLarge);
    std::ranges::sort(out.arguments, {}, [](const Argument& a) { return std::tie(a.place, a.name); });
    return out;
}

} // namespace countersign::services
