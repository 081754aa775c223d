// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/audit/log_key.h"

#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/jws.h"
#include "core/crypto/signed_note.h"

#include <algorithm>

namespace countersign::audit {

Result<std::string> signLogKeyStatement(
    std::string_view origin, const crypto::PublicKey& logKey, const crypto::PrivateKey& device, UnixSeconds now)
{
    return crypto::signJwt(kLogKeyType,
        {{"device", device.publicKey().thumbprint().value}, {"iat", now.value}, {"origin", origin},
            {"vkey", crypto::noteVerifierKey(origin, logKey)}},
        device);
}

Result<LogKeyStatement> readLogKeyStatement(std::string_view jws, std::span<const crypto::PublicKey> devices)
{
    const std::string signer = TRY(crypto::parseJws(jws)).keyId();
    const auto key =
        std::ranges::find(devices, signer, [](const crypto::PublicKey& each) { return each.thumbprint().value; });
    if (key == devices.end())
        return fail(ErrorCode::BadSignature, "The log's key is vouched for by a device that is not in the file.");
    const auto claims = TRY(crypto::verifyJwt(jws, kLogKeyType, *key));
    TRY(json::onlyMembers(claims, {"device", "iat", "origin", "vkey"}));
    LogKeyStatement statement{Thumbprint{TRY(json::requiredString(claims, "device"))},
        TRY(json::requiredString(claims, "origin")), TRY(json::requiredString(claims, "vkey"))};
    if (statement.device != key->thumbprint())
        return fail(ErrorCode::BadSignature, "The log's key is vouched for in the name of another device.");
    return statement;
}

} // namespace countersign::audit
