// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Who calls: an agent by a signed assertion (private_key_jwt, RFC 7523 and OpenID Connect Core 1.0 section 9), a
// service by its secret (client_secret_basic, RFC 6749 section 2.3.1). Nothing here is consumed: the assertion's id is
// handed on and remembered in the transaction that acts on it.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/result.h"
#include "core/server/http/message.h"
#include "core/server/oauth/endpoints.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::server {

/// How far ahead an assertion may end; it also bounds how long its id is remembered.
inline constexpr std::chrono::seconds kMaxAssertionLife{600};
inline constexpr std::size_t kMaxJtiBytes = 256;

struct AuthenticatedAgent {
    ClientId id;
    authority::UsedProof proof;
};

/// The assertion itself. Error: InvalidClient, the message being the reason as a part of a sentence.
[[nodiscard]] Result<AuthenticatedAgent> verifyAssertion(const OAuthServer& server, std::string_view assertion);

/// Errors: InvalidClient; InvalidRequest where two ways to authenticate are mixed.
[[nodiscard]] Result<AuthenticatedAgent> authenticateAgent(
    const OAuthServer& server, const HttpRequest& request, const Form& form);

/// Errors: InvalidClient; InvalidRequest where two ways to authenticate are mixed.
[[nodiscard]] Result<authority::Service> authenticateService(
    const OAuthServer& server, const HttpRequest& request, const Form& form);

/// The same where there is no form. Error: InvalidClient.
[[nodiscard]] Result<authority::Service> authenticateService(const OAuthServer& server, const HttpRequest& request);

/// What follows `scheme` (in lower case) in the Authorization field. nullopt: another scheme, no field, or several.
[[nodiscard]] std::optional<std::string_view> credentials(const HttpRequest& request, std::string_view scheme);

/// Who used the Authorization field is told which scheme there is (RFC 6749 section 5.2).
[[nodiscard]] Challenge challengeFor(const HttpRequest& request);

} // namespace countersign::server
