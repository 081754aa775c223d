// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A request as text: method and target URI on the first line, then the fields, one a line.
#include "core/crypto/http_signature.h"

#include "core/crypto/content_digest.h"
#include "core/crypto/keys.h"
#include "tests/fuzz/fuzz.h"

using namespace countersign;

namespace {
std::string_view takeLine(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

crypto::HttpRequest requestOf(std::string_view text)
{
    crypto::HttpRequest request;
    const std::string_view first = takeLine(text);
    const std::size_t space = first.find(' ');
    request.method = first.substr(0, space);
    request.targetUri = space == std::string_view::npos ? std::string_view() : first.substr(space + 1);
    while (!text.empty()) {
        const std::string_view line = takeLine(text);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            continue;
        request.fields.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))});
    }
    return request;
}
} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const crypto::PrivateKey kKey = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    const crypto::HttpRequest request = requestOf(fuzz::textOf(data, size));
    if (const auto digest = crypto::fieldValue(request.fields, "content-digest"))
        fuzz::require(
            !crypto::verifyContentDigest(*digest, "a body of its own"), "no input digests what it can't know");
    auto received = crypto::readSignature(request);
    if (!received)
        return 0;
    const std::vector<crypto::Component> covered = received->components;
    const crypto::SignatureParameters parameters = received->parameters;
    const auto verified = crypto::verifySignature(request, *std::move(received), kKey.publicKey(),
        {.components = {}, .parameters = {}, .now = UnixSeconds{1767300000}});
    fuzz::require(!verified, "no input knows a key that was made just now");
    const auto again = crypto::signMessage(request, "again", covered, parameters, kKey);
    if (!again)
        return 0;
    crypto::HttpRequest signedAgain = request;
    std::erase_if(signedAgain.fields, [](const crypto::FieldLine& line) {
        const auto is = [&](std::string_view name) { return crypto::fieldValue({line}, name).has_value(); };
        return is("signature-input") || is("signature");
    });
    signedAgain.fields.push_back({"Signature-Input", again->signatureInput});
    signedAgain.fields.push_back({"Signature", again->signature});
    fuzz::require(crypto::readSignature(signedAgain).has_value(), "what we sign can be read");
    return 0;
}
