// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/ecdsa_signature.h"

#include "core/crypto/openssl.h"

#include <openssl/err.h>

namespace countersign::crypto {

namespace {
constexpr int kHalf = static_cast<int>(kJoseSignatureBytes / 2);
}

std::optional<std::string> derFromJose(std::string_view signature)
{
    if (signature.size() != kJoseSignatureBytes)
        return std::nullopt;
    BignumPtr r(BN_bin2bn(octets(signature), kHalf, nullptr));
    BignumPtr s(BN_bin2bn(octets(signature) + kHalf, kHalf, nullptr));
    const EcdsaSignaturePtr pair(ECDSA_SIG_new());
    if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1)
        return std::nullopt;
    static_cast<void>(r.release()); // the pair owns them now
    static_cast<void>(s.release());
    unsigned char* der = nullptr;
    const int length = i2d_ECDSA_SIG(pair.get(), &der);
    if (length <= 0)
        return std::nullopt;
    std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    return bytes;
}

std::optional<std::string> joseFromDer(std::string_view der)
{
    const unsigned char* at = octets(der);
    const EcdsaSignaturePtr pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    std::string signature(kJoseSignatureBytes, '\0');
    unsigned char* out = octets(signature.data());
    const bool fits = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, kHalf) == kHalf
        && BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + kHalf, kHalf) == kHalf;
    // The decoder takes negative numbers, other lengths' encodings and what follows the sequence.
    if (fits && derFromJose(signature) == der)
        return signature;
    ERR_clear_error();
    return std::nullopt;
}

} // namespace countersign::crypto
