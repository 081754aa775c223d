// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The Agent-Signature field: whatever comes, nothing passes under a key that nobody has, and what can be read of a
// request can be signed and read again.
#include "core/crypto/agent_signature.h"

#include "core/crypto/digest.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <string>

using namespace countersign;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const crypto::PrivateKey kKey = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    static const std::string kDigest = crypto::sha256("a body");
    const std::string_view text = fuzz::textOf(data, size);
    const std::size_t end = std::min(text.find('\n'), text.size()); // the field, then the request's target
    const auto read = crypto::parseAgentSignature(text.substr(0, end));
    if (!read)
        return 0;
    const std::string uri = "https://payments.example" + std::string(text.substr(std::min(end + 1, text.size())));
    const crypto::AgentSignedRequest request{"POST", uri, kDigest};
    crypto::AgentSignature claimed = *read;
    claimed.keyId = kKey.publicKey().thumbprint();
    fuzz::require(!crypto::verifyAgentSignature(claimed, request, kKey.publicKey(), claimed.at),
        "no input knows a key that was made just now");
    const auto own = crypto::signAgentRequest(request, kKey, read->at, read->nonce);
    if (!own)
        return 0;
    const auto again = crypto::parseAgentSignature(*own);
    fuzz::require(again && crypto::verifyAgentSignature(*again, request, kKey.publicKey(), read->at),
        "what we sign can be read and verified");
    return 0;
}
