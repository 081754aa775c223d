// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The device vouches for the key that signs its log's checkpoints, so that who trusts the device needs no second
// thumbprint: JWS `typ: log-key+jwt`, ES256 by the device key, claims `iat`, `device` (thumbprint), `origin` of the
// log, `vkey` (C2SP signed-note verifier key). Pure.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <span>
#include <string>
#include <string_view>

namespace countersign::audit {

inline constexpr std::string_view kLogKeyType = "log-key+jwt";

/// Who a log belongs to, as others see it.
struct LogIdentity {
    std::string origin;
    crypto::PublicKey device;
    crypto::PublicKey person;
    std::string verifierKey; ///< of the log's key
    std::string statement; ///< the device's word for it
};

struct LogKeyStatement {
    Thumbprint device;
    std::string origin;
    std::string verifierKey;
};

[[nodiscard]] Result<std::string> signLogKeyStatement(
    std::string_view origin, const crypto::PublicKey& logKey, const crypto::PrivateKey& device, UnixSeconds now);
/// Errors: InvalidInput, BadSignature.
[[nodiscard]] Result<LogKeyStatement> readLogKeyStatement(
    std::string_view jws, std::span<const crypto::PublicKey> devices);

} // namespace countersign::audit
