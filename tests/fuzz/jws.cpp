// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Signed JSON of others: JWS, the keys in their headers, links between agents, access tokens.
#include "core/crypto/jws.h"

#include "core/crypto/keys.h"
#include "core/grants/chain.h"
#include "core/grants/link.h"
#include "tests/fuzz/fuzz.h"

#include <span>

using namespace countersign;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const crypto::PrivateKey kKey = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    static const crypto::PublicKey kPublic = kKey.publicKey();
    const std::string_view text = fuzz::textOf(data, size);
    if (const auto jws = crypto::parseJws(text)) {
        fuzz::require(text.substr(0, jws->signingInput.size()) == jws->signingInput, "what is signed stands in front");
        fuzz::require(!crypto::verifyJws(*jws, kPublic), "no input knows a key that was made just now");
    }
    const auto link = grants::readLink(text);
    fuzz::require(!link || !grants::verifyAccessToken(text, std::span(&kPublic, 1), UnixSeconds{1767300000}),
        "a link is no access token");
    (void)grants::parseChainHeader(text);
    return 0;
}
