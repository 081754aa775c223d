// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/claims_json.h"

#include "core/base/try.h"
#include "core/permissions/permission_json.h"
#include "core/permissions/value.h"

namespace countersign::grants {

namespace {
constexpr std::string_view kDetails = "authorization_details";
}

std::string claimsWithDetails(const json::Object& claims, const permissions::Permission& permission)
{
    std::string text = json::serialize(claims);
    text.pop_back();
    if (!claims.empty())
        text += ',';
    return text + '"' + std::string(kDetails) + "\":" + permissions::permissionJson(permission) + '}';
}

Result<permissions::Permission> detailsIn(std::string_view claims)
{
    const permissions::Value all = TRY(permissions::parseValue(claims));
    const permissions::Value* details = all.member(kDetails);
    if (!details)
        return fail(ErrorCode::InvalidAuthorizationDetails, "authorization_details is missing");
    return permissions::parsePermission(permissions::valueJson(*details));
}

} // namespace countersign::grants
