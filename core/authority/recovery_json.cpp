// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/recovery_json.h"

#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <algorithm>

namespace countersign::authority {

bool isCheckpointText(std::string_view text)
{
    const auto isControl = [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; };
    return text.size() <= kMaxLostCheckpointBytes && isValidUtf8(text) && std::ranges::none_of(text, isControl);
}

json::Object lostLogClaims(const LostLog& lost)
{
    json::Object claims{{"origin", lost.origin}, {"device", lost.device.value}, {"person", lost.person.value},
        {"archive", lost.archive}};
    if (lost.size) {
        claims["size"] = *lost.size;
        claims["root"] = crypto::base64url(lost.root);
    }
    if (!lost.checkpoint.empty())
        claims["checkpoint"] = lost.checkpoint;
    return claims;
}

Result<LostLog> readLostLogClaims(const json::Object& claims)
{
    TRY(json::onlyMembers(claims, {"origin", "device", "person", "size", "root", "checkpoint", "archive"}));
    LostLog lost;
    lost.origin = TRY(json::requiredString(claims, "origin"));
    lost.device.value = TRY(json::requiredString(claims, "device"));
    lost.person.value = TRY(json::requiredString(claims, "person"));
    lost.archive = TRY(json::requiredString(claims, "archive"));
    lost.checkpoint = TRY(json::optionalString(claims, "checkpoint")).value_or(std::string());
    if (!isCheckpointText(lost.checkpoint))
        lost.checkpoint.clear();
    if (!lost.archive.starts_with(kArchivePrefix) || lost.archive.contains('/'))
        return fail(ErrorCode::InvalidInput, "The archive is no folder beside the log.");
    const auto size = TRY(json::optionalInteger(claims, "size"));
    if (!size)
        return lost;
    const std::string root = TRY(json::requiredString(claims, "root"));
    lost.root = TRY(crypto::fromBase64url(root));
    if (*size < 0 || lost.root.size() != crypto::kSha256Bytes)
        return fail(ErrorCode::InvalidInput, "The size or the root of the lost log is none.");
    lost.size = static_cast<std::uint64_t>(*size);
    return lost;
}

} // namespace countersign::authority
