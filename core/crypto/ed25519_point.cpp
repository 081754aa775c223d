// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/ed25519_point.h"

#include "core/crypto/openssl.h"

#include <algorithm>
#include <array>
#include <string>

namespace countersign::crypto {

namespace {
constexpr std::size_t kPointBytes = 32;
constexpr char kPrime[] = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"; // 2^255 - 19
constexpr char kD[] = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"; // of the curve's equation

/// The y coordinates of the eight points whose order divides 8.
constexpr std::array kSmallOrder{
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
    "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
    "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
};

BignumPtr fromHex(const char* digits)
{
    BIGNUM* number = nullptr;
    orTerminate(BN_hex2bn(&number, digits) > 0);
    return BignumPtr(number);
}

BignumPtr newNumber()
{
    BignumPtr number(BN_new());
    orTerminate(number != nullptr);
    return number;
}
} // namespace

bool isEd25519Point(std::string_view raw32)
{
    if (raw32.size() != kPointBytes)
        return false;
    std::string encodedY(raw32);
    encodedY.back() = static_cast<char>(encodedY.back() & 0x7f); // the top bit is the sign of x
    const BignumPtr y(BN_lebin2bn(octets(encodedY), static_cast<int>(encodedY.size()), nullptr));
    orTerminate(y != nullptr);
    const BignumPtr prime = fromHex(kPrime);
    if (BN_cmp(y.get(), prime.get()) >= 0)
        return false;
    if (std::ranges::any_of(kSmallOrder, [&](const char* small) { return BN_cmp(y.get(), fromHex(small).get()) == 0; }))
        return false;

    // x² = u/v with u = y² - 1 and v = dy² + 1, which is never 0; u/v is a square exactly when u·v is one.
    const BignumContextPtr context(BN_CTX_new());
    const BignumPtr d = fromHex(kD);
    const BignumPtr square = newNumber();
    const BignumPtr u = newNumber();
    const BignumPtr v = newNumber();
    orTerminate(context && BN_mod_sqr(square.get(), y.get(), prime.get(), context.get()) == 1
        && BN_mod_sub(u.get(), square.get(), BN_value_one(), prime.get(), context.get()) == 1
        && BN_mod_mul(v.get(), d.get(), square.get(), prime.get(), context.get()) == 1
        && BN_mod_add(v.get(), v.get(), BN_value_one(), prime.get(), context.get()) == 1
        && BN_mod_mul(u.get(), u.get(), v.get(), prime.get(), context.get()) == 1);
    return BN_kronecker(u.get(), prime.get(), context.get()) == 1;
}

} // namespace countersign::crypto
