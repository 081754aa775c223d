// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A chain: an access token of ours and the links that hang on it. It is verified without asking anybody, by us when it
// is exchanged (RFC 8693) and by a service that was given our keys. Pure.
#pragma once

#include "core/grants/link.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::grants {

inline constexpr int kDefaultDelegationDepth = 3; ///< links below the person's own grant, unless set otherwise

/// What an access token of ours says (RFC 9068).
struct AccessToken {
    std::string issuer;
    Thumbprint person;
    Thumbprint device;
    std::vector<std::string> audience;
    GrantId grant;
    ClientId agent;
    Thumbprint boundKey; ///< cnf.jkt
    permissions::Permission permission;
    TokenId id;
    UnixSeconds issuedAt;
    UnixSeconds expiresAt;
    int depth = 0;
    int maxDepth = 0;
    std::vector<std::string> actors; ///< `act`, the present one first; empty: the person's own agent
    std::optional<std::int64_t> statusIndex; ///< status.status_list.idx
    std::string statusUri;
    std::string hash; ///< par_hash of links that hang on it
    std::size_t bytes = 0; ///< of its text
};

/// Signature (by the one of `deviceKeys` that `kid` names), `typ`, times, form. That it was not revoked since, and for
/// whom it is (`aud`), is the caller's to ask. Errors: InvalidToken, ExpiredToken.
[[nodiscard]] Result<AccessToken> verifyAccessToken(
    std::string_view jws, std::span<const crypto::PublicKey> deviceKeys, UnixSeconds now);
/// The part of it that changes with time: `iat` and `exp`.
[[nodiscard]] Result<void> checkTokenTimes(const AccessToken& token, UnixSeconds now);

/// What a chain is given as: token first, then links in their order.
struct ChainText {
    std::string token;
    std::vector<std::string> links;
};
inline constexpr std::size_t kMaxChainHeaderBytes = kMaxChainBytes + 64; ///< with quotes and commas

/// The `Delegation-Chain` header: a structured-field list of strings (RFC 9651), the token first. Error: InvalidInput,
/// TooLarge (for kMaxChainHeaderBytes, or more than kMaxChain strings).
[[nodiscard]] Result<ChainText> parseChainHeader(std::string_view value);
[[nodiscard]] std::string chainHeader(const ChainText& chain);

struct VerifiedHop {
    SignedLink signedLink;
    std::vector<int> pairing; ///< detail → detail of the hop above
    UnixSeconds end; ///< the earliest of `exp` and the details' ends, of this link and those above; not of the token
};

struct VerifiedChain {
    AccessToken token;
    std::vector<VerifiedHop> hops; ///< never empty
    [[nodiscard]] const crypto::PublicKey& lastKey() const { return hops.back().signedLink.link.childKey; }
    [[nodiscard]] const permissions::Permission& lastPermission() const;
};

/// Every link, from the token on: signature by the key that the one above is bound to, par_hash, narrowing, depth (at
/// most `maxDepth` links below the person's grant, the token's own depth counted), times, sizes; and that the token has
/// not expired. Whether it or a link was revoked, and that who shows the chain holds lastKey(), is the caller's to ask.
/// Error: InvalidGrant, or InvalidAuthorizationDetails for a widening, the message naming the link ("link 2: …") and
/// the reason.
[[nodiscard]] Result<VerifiedChain> verifyChain(
    AccessToken token, const std::vector<std::string>& links, UnixSeconds now, int maxDepth = kDefaultDelegationDepth);

} // namespace countersign::grants
