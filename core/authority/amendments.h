// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the person took back of a grant: signed records in a chain that begins with what made the grant, its consent or
// (where it was delegated) its link.
#pragma once

#include "core/authority/context.h"
#include "core/consent/record.h"

#include <string>
#include <vector>

namespace countersign::authority {

/// ConsentRecord::previous of the amendment that follows a record (or a link): both as they were signed, JWS.
[[nodiscard]] std::string previousOf(const std::string& record);

/// The JWS that the next amendment follows: the last one's, else `base`.
[[nodiscard]] Result<std::string> lastRecordOf(const Context& context, const GrantId& grant, const std::string& base);

/// Oldest first. `base`: the JWS of the consent or link, which permits `permission`. Error: InvalidInput when one is
/// not the person's, is another grant's, does not follow the one before, or permits something that the one before did
/// not.
[[nodiscard]] Result<std::vector<consent::ConsentRecord>> amendmentsOf(const ConsentStore& consents,
    const crypto::PublicKey& person, const GrantId& grant, const std::string& base,
    const permissions::Permission& permission);

} // namespace countersign::authority
