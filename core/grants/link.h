// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A link: one agent hands a part of its authority to another, signed with the key that its own is bound to, without
// asking anybody (JWS `typ: delegation+jwt`). Claims:
//   iss                    urn:ietf:params:oauth:jwk-thumbprint:sha-256:<the signing key's> (RFC 9278)
//   sub                    the child: its client_id, or the same kind of URN of its key
//   cnf.jwk                the child's key (RFC 7800)
//   par_hash               base64url SHA-256 of the JWS signing input of the parent token or link
//   authorization_details  narrower than the parent's
//   iat exp jti
//   del_depth              the parent's plus one (the person's own grant has 0)
//   del_max_depth          the deepest that anything below may have: del_depth plus the largest max_depth of its
//   details,
//                          never more than the parent's
// The signing key stands in the header as `jwk`, as in DPoP (RFC 9449 section 4.2); it counts for nothing before its
// thumbprint is the one that the parent is bound to.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/permissions/permission.h"

#include <string>
#include <string_view>

namespace countersign::grants {

inline constexpr std::size_t kMaxLinkBytes = 6 * 1024;
inline constexpr std::size_t kMaxChainBytes = 12 * 1024; ///< token and links together
inline constexpr std::string_view kLinkType = "delegation+jwt";

struct Link {
    Thumbprint issuer; ///< of the key that signed it
    std::string child; ///< sub
    crypto::PublicKey childKey;
    std::string parentHash;
    permissions::Permission permission;
    UnixSeconds issuedAt;
    UnixSeconds expiresAt;
    std::string id; ///< jti
    int depth = 1;
    int maxDepth = 1;
};

struct SignedLink {
    Link link;
    std::string jws;
    std::string hash; ///< what the next link calls par_hash
};

[[nodiscard]] Result<std::string> signLink(const Link& link, const crypto::PrivateKey& parent);
/// Reads one and checks its signature with the key in its header, whose thumbprint `iss` must be. A claim or header
/// member that isn't listed above (or `kid`) is refused: it may take something away. What the link hangs on is
/// verifyChain()'s to check. Errors: InvalidInput, BadSignature, InvalidAuthorizationDetails, InvalidTarget.
[[nodiscard]] Result<SignedLink> readLink(std::string_view jws);
/// The par_hash of a token or link. Error: InvalidInput.
[[nodiscard]] Result<std::string> hashOf(std::string_view jws);

} // namespace countersign::grants
