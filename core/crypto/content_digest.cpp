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

Result<sf::Dictionary> digestsIn(std::string_view field)
{
    auto digests = sf::parseDictionary(field, {.repeatedKeys = sf::RepeatedKeys::Refused});
    if (!digests)
        return fail(digests.error().code, "Content-Digest: " + digests.error().message);
    return digests;
}

Result<std::string> bytesOf(const sf::Member& stated, std::string_view name)
{
    const auto* item = std::get_if<sf::Item>(&stated);
    const auto* digest = item ? std::get_if<sf::ByteSequence>(&item->value) : nullptr;
    if (!digest)
        return fail(ErrorCode::InvalidInput, std::format("Content-Digest: {} is not a byte sequence.", name));
    return digest->bytes;
}

Result<std::string> sha256In(const sf::Dictionary& digests)
{
    const sf::Member* digest = sf::find(digests, kSha256);
    if (!digest)
        return fail(ErrorCode::NotSupported, "Content-Digest: sha-256 is required.");
    return bytesOf(*digest, kSha256);
}

std::unexpected<Error> ofOther(std::string_view name)
{
    return fail(ErrorCode::BadSignature, std::format("Content-Digest: {} is of other content.", name));
}

} // namespace

Result<void> verifyContentDigest(std::string_view field, std::string_view content)
{
    const sf::Dictionary digests = TRY(digestsIn(field));
    if (TRY(sha256In(digests)) != sha256(content))
        return ofOther(kSha256);
    const sf::Member* digest512 = sf::find(digests, kSha512);
    if (digest512 && TRY(bytesOf(*digest512, kSha512)) != sha512(content))
        return ofOther(kSha512);
    return {};
}

Result<std::string> statedSha256(std::string_view field)
{
    const sf::Dictionary digests = TRY(digestsIn(field));
    std::string digest = TRY(sha256In(digests));
    if (digest.size() != kSha256Bytes)
        return fail(ErrorCode::InvalidInput, "Content-Digest: sha-256 has 32 bytes.");
    return digest;
}

std::string contentDigest(std::string_view content)
{
    return std::format("{}=:{}:", kSha256, base64(sha256(content)));
}

} // namespace countersign::crypto
