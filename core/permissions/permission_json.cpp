// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/permissions/permission_json.h"

#include "core/base/json.h"
#include "core/crypto/canonical_json.h"

#include <algorithm>
#include <format>

namespace countersign::permissions {

namespace {

/// Members that the profile knows and this version does not.
constexpr std::string_view kNotSupportedYet[] = {"constraints", "spend", "uses", "rate", "not_before", "daily_window",
    "max_depth", "step_up", "datatypes", "identifier", "privileges"};

std::unexpected<Error> refuse(std::string_view member, std::string_view why)
{
    return fail(ErrorCode::InvalidAuthorizationDetails, std::format("{}: {}", member, why));
}

Result<void> checkMembers(const json::Object& detail, std::size_t index)
{
    for (const auto& member : detail) {
        const std::string_view name = member.key();
        if (name == "type" || name == "locations" || name == "actions" || name == "expires_at")
            continue;
        const bool later = std::ranges::contains(kNotSupportedYet, name);
        return refuse(
            std::format("/{}/{}", index, name), later ? "not supported yet" : "not a member of agent_delegation");
    }
    return {};
}

/// A set of parsed names: not empty, bounded, sorted; a repetition is an error, since it may hide a mistake.
template <typename T>
Result<std::vector<T>> parseSet(const json::Object& detail, std::string_view name, std::size_t limit, std::size_t index)
{
    const std::string pointer = std::format("/{}/{}", index, name);
    auto texts = json::requiredStrings(detail, name);
    if (!texts)
        return refuse(pointer, "must be an array of strings");
    if (texts->empty())
        return refuse(pointer, "must not be empty");
    if (texts->size() > limit)
        return refuse(pointer, std::format("more than {}", limit));
    std::vector<T> values;
    for (const std::string& text : *texts) {
        auto value = T::parse(text);
        if (!value)
            return fail(value.error().code, std::format("{}: {}", pointer, value.error().message));
        values.push_back(std::move(*value));
    }
    std::ranges::sort(values);
    if (std::ranges::adjacent_find(values) != values.end())
        return refuse(pointer, "names the same thing twice");
    return values;
}

Result<AgentDelegation> parseDetail(const json::Value& value, std::size_t index)
{
    const json::Object* object = value.if_object();
    if (object == nullptr)
        return refuse(std::format("/{}", index), "must be an object");
    auto type = json::requiredString(*object, "type");
    if (!type || *type != kDetailType)
        return refuse(std::format("/{}/type", index), std::format("must be \"{}\"", kDetailType));
    if (auto checked = checkMembers(*object, index); !checked)
        return std::unexpected(checked.error());
    auto locations = parseSet<Location>(*object, "locations", kMaxLocations, index);
    if (!locations)
        return std::unexpected(locations.error());
    auto actions = parseSet<Action>(*object, "actions", kMaxActions, index);
    if (!actions)
        return std::unexpected(actions.error());
    auto end = json::optionalInteger(*object, "expires_at");
    if (!end || (*end && **end <= 0))
        return refuse(std::format("/{}/expires_at", index), "must be seconds since 1970, a positive integer");
    AgentDelegation detail{std::move(*locations), std::move(*actions), std::nullopt};
    if (*end)
        detail.expiresAt = UnixSeconds{**end};
    return detail;
}

template <typename T, typename Text> json::Array toArray(const std::vector<T>& values, Text text)
{
    json::Array array;
    for (const T& value : values)
        array.emplace_back(text(value));
    return array;
}

} // namespace

Result<Permission> parsePermission(std::string_view authorizationDetails)
{
    auto value = json::parse(authorizationDetails);
    if (!value)
        return refuse("authorization_details", value.error().message);
    const json::Array* array = value->if_array();
    if (array == nullptr || array->empty())
        return refuse("authorization_details", "must be a JSON array with at least one element");
    if (array->size() > kMaxDetails)
        return refuse("authorization_details", std::format("more than {} elements", kMaxDetails));
    Permission permission;
    for (std::size_t i = 0; i < array->size(); ++i) {
        auto detail = parseDetail((*array)[i], i);
        if (!detail)
            return std::unexpected(detail.error());
        permission.details.push_back(std::move(*detail));
    }
    return permission;
}

std::string permissionJson(const Permission& permission)
{
    json::Array array;
    for (const AgentDelegation& detail : permission.details) {
        json::Object object;
        object["type"] = kDetailType;
        object["locations"] = toArray(detail.locations, [](const Location& location) { return location.url(); });
        object["actions"] = toArray(detail.actions, [](const Action& action) { return action.name(); });
        if (detail.expiresAt)
            object["expires_at"] = detail.expiresAt->value;
        array.push_back(std::move(object));
    }
    // Can't fail: every text was parsed as ASCII, every number came through JSON.
    return crypto::canonicalJson(array).value_or(std::string());
}

} // namespace countersign::permissions
