// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/stapled_status.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/dpop.h"
#include "core/crypto/jws.h"

#include <QByteArray>

#include <algorithm>

namespace countersign::ctl {

namespace {
constexpr std::string_view kStatusListType = "statuslist+jwt";
constexpr int kBitsAtMost = 8;
constexpr std::size_t kMaxListBytes = 64 * 1024;

std::unexpected<Error> bad(const std::string& why)
{
    return fail(ErrorCode::InvalidInput, "The status list can't be used: " + why + '.');
}

Result<json::Object> signedClaims(std::string_view list, std::span<const crypto::PublicKey> deviceKeys)
{
    const auto jws = crypto::parseJws(list);
    if (!jws)
        return bad(jws.error().message);
    const auto key = std::ranges::find(
        deviceKeys, jws->keyId(), [](const crypto::PublicKey& each) { return each.thumbprint().value; });
    if (key == deviceKeys.end())
        return bad("its key (kid) is not in the key set");
    return crypto::verifyJwt(list, kStatusListType, *key);
}

Result<void> checkClaims(const json::Object& claims, const grants::AccessToken& token, UnixSeconds now)
{
    if (TRY(json::requiredString(claims, "sub")) != token.statusUri)
        return bad("it is another list than the token names");
    const UnixSeconds issued{TRY(json::requiredInteger(claims, "iat"))};
    const auto ends = TRY(json::optionalInteger(claims, "exp"));
    if (issued > now + crypto::kClockSkew || issued < now - kMaxStapleAge || (ends && UnixSeconds{*ends} <= now))
        return bad("it is older than " + std::to_string(kMaxStapleAge.count()) + " seconds, or from the future");
    return {};
}

/// The bytes behind `lst`: base64url of a zlib stream (section 4.2).
Result<QByteArray> unpacked(const json::Object& list)
{
    const std::string text = TRY(json::requiredString(list, "lst"));
    const std::string packed = TRY(crypto::fromBase64url(text));
    if (packed.size() > kMaxListBytes)
        return bad("it is too large");
    QByteArray withLength(4, '\0'); // Qt's form begins with the length that is to be expected
    withLength.append(QByteArray::fromStdString(packed));
    const QByteArray bytes = qUncompress(withLength);
    return bytes.isEmpty() ? bad("its list is damaged") : Result<QByteArray>(bytes);
}

/// Entries are packed from the least significant bit on (section 4.1).
Result<int> entryAt(const json::Object& list, std::int64_t index)
{
    const std::int64_t bits = TRY(json::requiredInteger(list, "bits"));
    if (bits < 1 || kBitsAtMost % bits != 0)
        return bad("bits must be 1, 2, 4 or 8");
    const QByteArray bytes = TRY(unpacked(list));
    const std::int64_t perByte = kBitsAtMost / bits;
    if (index < 0 || index / perByte >= bytes.size())
        return bad("the token's index is outside of it");
    const auto byte = static_cast<unsigned char>(bytes.at(static_cast<qsizetype>(index / perByte)));
    return (byte >> (index % perByte * bits)) & ((1 << bits) - 1);
}
} // namespace

Result<TokenStatus> stapledStatus(std::string_view list, const grants::AccessToken& token,
    std::span<const crypto::PublicKey> deviceKeys, UnixSeconds now)
{
    if (!token.statusIndex)
        return bad("the token names none");
    const json::Object claims = TRY(signedClaims(list, deviceKeys));
    TRY(checkClaims(claims, token, now));
    const json::Value* entries = claims.if_contains("status_list");
    if (!entries || !entries->is_object())
        return bad("status_list is missing");
    switch (TRY(entryAt(entries->get_object(), *token.statusIndex))) {
    case 0:
        return TokenStatus::Valid;
    case 1:
        return TokenStatus::Invalid;
    case 2:
        return TokenStatus::Suspended;
    default:
        return TokenStatus::Unknown;
    }
}

} // namespace countersign::ctl
