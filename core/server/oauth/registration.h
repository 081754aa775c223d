// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What an agent says of itself when it registers (RFC 7591 section 2, CIBA Core 1.0 section 4), checked. No URL in it
// is ever fetched: a jwks_uri is refused, all other metadata that is not known here is ignored, as the standard has it.
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <string>
#include <string_view>

namespace countersign::server {

inline constexpr std::size_t kMaxRegistrationBytes = 64 * 1024;
inline constexpr std::size_t kMaxJwksKeys = 16;

struct Registration {
    std::string name; ///< client_name: required, because the person is shown it
    crypto::PublicKey key; ///< the one key in `jwks` that can sign for us
    std::string softwareStatement = {}; ///< RFC 7591 section 2.3: an agent trust token, not looked at; empty: none
};

/// Error: InvalidClientMetadata. Keys for other uses or of other kinds may stand in `jwks` and are left out; exactly
/// one must be usable, so that it is plain which key the agent is known by. Private keys are refused wherever they
/// stand.
[[nodiscard]] Result<Registration> readRegistration(std::string_view body);

/// The client information response (RFC 7591 section 3.2.1), but for the id and its time: what was registered, defaults
/// included.
[[nodiscard]] json::Object registeredMetadata(const Registration& registration);

} // namespace countersign::server
