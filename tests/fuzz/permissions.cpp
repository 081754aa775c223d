// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// authorization_details (RFC 9396): what is read is written in one way and reads as the same again, is narrower than
// itself, can be said in sentences, and never permits what it can't permit.
#include "core/permissions/permission.h"

#include "core/permissions/permission_json.h"
#include "tests/fuzz/fuzz.h"

using namespace countersign;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto permission = permissions::parsePermission(fuzz::textOf(data, size));
    if (!permission)
        return 0;
    const std::string json = permissions::permissionJson(*permission);
    const auto again = permissions::parsePermission(json);
    fuzz::require(again && *again == *permission, "a permission reads as the same again");
    fuzz::require(permissions::permissionJson(*again) == json, "a permission is written in one way");
    fuzz::require(!permissions::toSentences(*permission).isEmpty(), "a permission can be said");
    fuzz::require(permissions::narrows(*permission, *permission).has_value(), "a permission is no wider than itself");
    return 0;
}
