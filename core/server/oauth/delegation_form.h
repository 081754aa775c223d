// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The parameters of a backchannel authentication request (CIBA Core 1.0 section 7.1, RFC 9396 section 3), checked.
// What this version does not know but the standards do is refused, never ignored, with two exceptions that the
// standards make: acr_values is only a wish, and parameters of no standard are ignored.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/result.h"
#include "core/server/oauth/form.h"

#include <array>
#include <string>
#include <string_view>

namespace countersign::server {

/// grant_management_action (Grant Management for OAuth 2.0): a new grant, which is what happens without it, too, or one
/// in place of the grant that grant_id names.
inline constexpr std::array<std::string_view, 2> kGrantActions{"create", "replace"};

/// Fills in what the form says: asked, bindingMessage, openid, life, dpopKey, replaces, digest. `person` is the one
/// person here. Errors: InvalidRequest, InvalidScope, InvalidTarget, InvalidAuthorizationDetails,
/// InvalidBindingMessage, UnknownUserId.
[[nodiscard]] Result<authority::DelegationRequest> readDelegationForm(
    const Form& form, const Thumbprint& person, std::string_view issuer);

/// Whether `openid` stands in a scope parameter. Error: InvalidScope for any other scope.
[[nodiscard]] Result<bool> readScope(std::string_view scope);

} // namespace countersign::server
