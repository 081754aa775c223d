// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/content_digest.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/structured_fields.h"

#include <format>

namespace countersign::crypto {

namespace {

constexpr std::string_view kSha256 = "sha-256";
constexpr std::string_view kSha512 = "sha-512";

Result<void> checkDigest(const sf::Member& stated, std::string_view name, const std::string& actual)
{
    const auto* item = std::get_if<sf::Item>(&stated);
    const auto* digest = item ? std::get_if<sf::ByteSequence>(&item->value) : nullptr;
    if (!digest)
        return fail(ErrorCode::InvalidInput, std::format("Content-Digest: {} is not a byte sequence.", name));
    if (digest->bytes != actual)
        return fail(ErrorCode::BadSignature, std::format("Content-Digest: {} is of other content.", name));
    return {};
}

} // namespace

Result<void> verifyContentDigest(std::string_view field, std::string_view content)
{
    const auto digests = sf::parseDictionary(field, {.repeatedKeys = sf::RepeatedKeys::Refused});
    if (!digests)
        return fail(digests.error().code, "Content-Digest: " + digests.error().message);
    const sf::Member* digest256 = sf::find(*digests, kSha256);
    if (!digest256)
        return fail(ErrorCode::NotSupported, "Content-Digest: sha-256 is required.");
    TRY(checkDigest(*digest256, kSha256, sha256(content)));
    if (const sf::Member* digest512 = sf::find(*digests, kSha512))
        return checkDigest(*digest512, kSha512, sha512(content));
    return {};
}

std::string contentDigest(std::string_view content)
{
    return std::format("{}=:{}:", kSha256, base64(sha256(content)));
}

} // namespace countersign::crypto
