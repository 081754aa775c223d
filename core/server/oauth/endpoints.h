// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The endpoints of the authorization server, a file each. What they share: who answers, which time it is, and the
// nonces for DPoP. The issuer is one constant through every door, and so are the URLs made from it.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/clock.h"
#include "core/crypto/dpop.h"
#include "core/grants/verified_tokens.h"
#include "core/server/http/message.h"

#include <array>
#include <string>
#include <string_view>

namespace countersign::server {

inline constexpr std::string_view kRegisterPath = "/register";
inline constexpr std::string_view kBackchannelPath = "/bc-authorize";
inline constexpr std::string_view kTokenPath = "/token";
inline constexpr std::string_view kIntrospectPath = "/introspect";
inline constexpr std::string_view kRevokePath = "/revoke";
inline constexpr std::string_view kJwksPath = "/jwks";
inline constexpr std::string_view kStatusPath = "/status/"; ///< and a number

inline constexpr std::string_view kCibaGrantType = "urn:openid:params:grant-type:ciba";
inline constexpr std::string_view kRefreshGrantType = "refresh_token";
inline constexpr std::string_view kExchangeGrantType = "urn:ietf:params:oauth:grant-type:token-exchange";
inline constexpr std::array kGrantTypes{kCibaGrantType, kRefreshGrantType, kExchangeGrantType};

struct OAuthServer {
    authority::AgentApi& authority;
    const Clock& clock;
    crypto::DpopNonces nonces;
    grants::VerifiedTokens tokens;

    [[nodiscard]] std::string url(std::string_view path) const { return authority.issuer() + std::string(path); }
};

/// A proof as it is remembered: for as long as it could be accepted.
[[nodiscard]] authority::UsedProof proofOf(const crypto::DpopProof& proof);
/// `respond` with the nonce for the next proof (RFC 9449 section 8.2) in every answer.
[[nodiscard]] Respond withNonce(const OAuthServer& server, Respond respond);

[[nodiscard]] HttpResponse metadata(const OAuthServer& server); ///< RFC 8414 section 3.2, OpenID Connect Discovery 1.0
[[nodiscard]] HttpResponse jwks(const OAuthServer& server); ///< RFC 7517 section 5
void registerClient(OAuthServer& server, const HttpRequest& request, Respond respond); ///< RFC 7591
void backchannelAuthorize(
    OAuthServer& server, const HttpRequest& request, Respond respond); ///< CIBA Core 1.0, RFC 9396
void token(
    OAuthServer& server, const HttpRequest& request, Respond respond); ///< CIBA, refresh_token, RFC 8693, RFC 9449
void introspect(OAuthServer& server, const HttpRequest& request, Respond respond); ///< RFC 7662, RFC 9701
void revoke(OAuthServer& server, const HttpRequest& request, Respond respond); ///< RFC 7009
void statusList(OAuthServer& server, const HttpRequest& request, Respond respond); ///< Token Status List

} // namespace countersign::server
