// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// DPoP proofs (RFC 9449): whatever comes, nothing passes with a nonce that nobody was given.
#include "core/crypto/dpop.h"

#include "tests/fuzz/fuzz.h"

using namespace countersign;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const crypto::DpopNonces kNonces;
    const auto proof = crypto::verifyDpop(
        fuzz::textOf(data, size), {"POST", "https://payments.example/pay", "token", UnixSeconds{1767300000}}, kNonces);
    fuzz::require(!proof, "no proof passes with a nonce that nobody was given");
    return 0;
}
