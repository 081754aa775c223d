// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/digest.h"

#include "core/crypto/bytes.h"
#include "core/crypto/openssl.h"
#include "core/crypto/secret_bytes.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>

namespace countersign::crypto {

namespace {
EVP_MAC* hmacAlgorithm()
{
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    return algorithm;
}
} // namespace

const EVP_MD* sha256Algorithm()
{
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

std::string sha256(std::string_view bytes)
{
    std::string digest(kSha256Bytes, '\0');
    orTerminate(
        EVP_Digest(bytes.data(), bytes.size(), octets(digest.data()), nullptr, sha256Algorithm(), nullptr) == 1);
    return digest;
}

std::string sha256Base64url(std::string_view bytes)
{
    return base64url(sha256(bytes));
}

std::string sha512(std::string_view bytes)
{
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA512", nullptr);
    std::string digest(kSha512Bytes, '\0');
    orTerminate(EVP_Digest(bytes.data(), bytes.size(), octets(digest.data()), nullptr, algorithm, nullptr) == 1);
    return digest;
}

std::string hmacSha256(std::string_view key, std::string_view bytes)
{
    std::array name{'S', 'H', 'A', '2', '5', '6', '\0'};
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0), OSSL_PARAM_construct_end()};
    // A null key would mean "the key that was set before"; an empty one needs an address too.
    const unsigned char* keyOctets = key.empty() ? octets(std::string_view("")) : octets(key);
    const MacContextPtr context(EVP_MAC_CTX_new(hmacAlgorithm()));
    std::string mac(kSha256Bytes, '\0');
    std::size_t length = 0;
    orTerminate(context && EVP_MAC_init(context.get(), keyOctets, key.size(), parameters.data()) == 1
        && EVP_MAC_update(context.get(), octets(bytes), bytes.size()) == 1
        && EVP_MAC_final(context.get(), octets(mac.data()), &length, mac.size()) == 1 && length == kSha256Bytes);
    return mac;
}

std::string randomBytes(std::size_t count)
{
    std::string bytes(count, '\0');
    orTerminate(RAND_bytes_ex(nullptr, octets(bytes.data()), count, 0) == 1);
    return bytes;
}

std::string randomToken(std::size_t bytes)
{
    std::string random = randomBytes(bytes);
    std::string token = base64url(random);
    wipe(random);
    return token;
}

std::string randomId()
{
    constexpr std::size_t kIdBytes = 16;
    std::string id;
    do
        id = randomToken(kIdBytes);
    while (id.starts_with('-') || id.starts_with('_'));
    return id;
}

bool equalInConstantTime(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace countersign::crypto
