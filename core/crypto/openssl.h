// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Ownership of OpenSSL's objects, and what to do when it fails where nothing can fail. Only for core/crypto.
#pragma once

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace countersign::crypto {

template <auto Free> struct Freer {
    template <typename T> void operator()(T* object) const { Free(object); }
};

using PkeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using MacContextPtr = std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using BignumContextPtr = std::unique_ptr<BN_CTX, Freer<BN_CTX_free>>;
using EcdsaSignaturePtr = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<PKCS8_PRIV_KEY_INFO_free>>;

[[nodiscard]] inline const unsigned char* octets(std::string_view bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
[[nodiscard]] inline unsigned char* octets(char* bytes)
{
    return reinterpret_cast<unsigned char*>(bytes);
}

/// For digests and random bytes: they fail only when the library or the memory is gone, and going on without them
/// would be worse than ending.
inline void orTerminate(bool succeeded)
{
    if (!succeeded)
        std::abort();
}

/// SHA-256, fetched once. Never freed: threads may still use it while the program ends.
[[nodiscard]] const EVP_MD* sha256Algorithm();

} // namespace countersign::crypto
