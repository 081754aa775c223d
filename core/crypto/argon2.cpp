// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/argon2.h"

#include "core/crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>

namespace countersign::crypto {

namespace {
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMinSaltBytes = 16;
// The cost is read from files: what a changed one can make us spend is bounded.
constexpr std::uint32_t kMaxMemoryKib = 1024 * 1024;
constexpr std::uint32_t kMaxPasses = 64;
constexpr std::uint32_t kMaxLanes = 16;
constexpr std::uint32_t kMinMemoryKibPerLane = 8; // RFC 9106 section 3.1

EVP_KDF* algorithm()
{
    static EVP_KDF* const fetched = EVP_KDF_fetch(nullptr, "ARGON2ID", nullptr);
    return fetched;
}

bool isWithinBounds(const Argon2Cost& cost)
{
    return cost.passes >= 1 && cost.passes <= kMaxPasses && cost.lanes >= 1 && cost.lanes <= kMaxLanes
        && cost.memoryKib <= kMaxMemoryKib && cost.memoryKib >= kMinMemoryKibPerLane * cost.lanes;
}
} // namespace

Result<SecretBytes> argon2id(const SecretBytes& passphrase, std::string_view salt, const Argon2Cost& cost)
{
    if (passphrase.isEmpty())
        return fail(ErrorCode::InvalidInput, "The passphrase is empty.");
    if (salt.size() < kMinSaltBytes)
        return fail(ErrorCode::InvalidInput, "The salt of the passphrase is too short.");
    if (!isWithinBounds(cost))
        return fail(ErrorCode::InvalidInput, "The cost of the passphrase is out of bounds.");

    // OpenSSL's parameters take pointers to what they only read.
    Argon2Cost given = cost;
    SecretBytes password = passphrase.clone();
    std::string saltCopy(salt);
    const std::array parameters{
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, password.data(), password.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, saltCopy.data(), saltCopy.size()),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ITER, &given.passes),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ARGON2_MEMCOST, &given.memoryKib),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ARGON2_LANES, &given.lanes),
        OSSL_PARAM_construct_end(),
    };
    const KdfContextPtr context(EVP_KDF_CTX_new(algorithm()));
    SecretBytes key(kKeyBytes);
    if (!context || EVP_KDF_derive(context.get(), octets(key.data()), key.size(), parameters.data()) != 1)
        return fail(ErrorCode::Internal, "No key could be made from the passphrase: there may be too little memory.");
    return key;
}

} // namespace countersign::crypto
