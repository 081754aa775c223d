// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What an operation is called as an action. The same operation has the same name in every import, wherever it stands in
// its document:
// 1. from its operationId. What '.', '/' and ':' separate are the name's segments, each in lower case with its words
//    joined by '-': `payments.create` stays, `repos/listForOrg` is repos.list-for-org. One segment alone gets the
//    path's first word before it: `createPayment` at /v1/payments is payments.create-payment.
//    That is the first segment which is no parameter, no version ("v1") and not "api"; where there is none, "api".
// 2. without one (or where nothing is left of it) from path and method, versions and "api" in front left out: GET
//    /v1/payments/{id} is payments.id.get.
// 3. Names that would be longer than an action may be are cut. Those that were cut, and all that would be called the
//    same, end in '-' and the first 8 hexadecimal digits of SHA-256 over method, space and path.
#pragma once

#include "core/base/result.h"
#include "core/permissions/permission.h"
#include "core/services/document.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::services {

struct Unnamed {
    std::string_view operationId; ///< empty: it has none
    std::string_view method;
    std::string_view path;
    std::optional<Node> at = {}; ///< where it stands, for what is said against it
};

/// In the same order, no two the same. Error: InvalidInput where even rule 3 does not tell two apart.
[[nodiscard]] Result<std::vector<permissions::Action>> actionNames(const std::vector<Unnamed>& operations);

} // namespace countersign::services
