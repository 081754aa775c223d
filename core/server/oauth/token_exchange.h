// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The form of a token exchange (RFC 8693): an agent that was given a link takes it to us for a token of its own.
//   subject_token       the last link (`delegation+jwt`), its type urn:ietf:params:oauth:token-type:jwt
//   delegation_chain    ours: what is above it, the access token first, separated by one space
//   actor_token         the same agent's assertion, its type urn:ietf:params:oauth:token-type:jwt
// An access token is never exchanged, whatever type it is declared to be: the result would forget who delegated.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/form.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::server {

inline constexpr std::string_view kAccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

struct ExchangeForm {
    std::string token; ///< the access token at the chain's top
    std::vector<std::string> links; ///< below it, the subject_token last
    std::string actorToken;
};

/// What can be told of a form without a key. Errors: InvalidRequest, InvalidTarget, InvalidScope,
/// InvalidAuthorizationDetails.
[[nodiscard]] Result<ExchangeForm> readExchangeForm(const Form& form);

/// Every signature and rule of the chain, and that it ends at this agent: `dpopKey` is its last key. Error:
/// InvalidRequest (RFC 8693 section 2.2.2), the message naming the link and the reason.
[[nodiscard]] Result<authority::ExchangeLink> verifyExchange(
    const OAuthServer& server, const ExchangeForm& form, const AuthenticatedAgent& agent, const Thumbprint& dpopKey);

} // namespace countersign::server
