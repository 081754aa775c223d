// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/action_json.h"

#include "core/base/try.h"

namespace countersign::authority {

namespace {

using permissions::Value;

Result<permissions::ActionRequest> fromValue(const Value& value)
{
    const Value* action = value.member("action");
    const Value* location = value.member("location");
    const Value* arguments = value.member("arguments");
    if (action == nullptr || action->text() == nullptr || location == nullptr || location->text() == nullptr
        || arguments == nullptr || arguments->members() == nullptr)
        return fail(ErrorCode::InvalidInput, "it lacks a member");
    return permissions::ActionRequest{TRY(permissions::Action::parse(*action->text())),
        TRY(permissions::Location::parse(*location->text())), *arguments};
}

} // namespace

Result<permissions::ActionRequest> parseAction(std::string_view text)
{
    const auto value = permissions::parseValue(text);
    auto action = value ? fromValue(*value) : std::unexpected(value.error());
    if (!action)
        return fail(ErrorCode::StorageCorrupt, "An action can't be read: " + action.error().message);
    return action;
}

} // namespace countersign::authority
