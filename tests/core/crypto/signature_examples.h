// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The keys (appendix B.1) and messages (appendix B.2, section 2.4) of RFC 9421's examples, and how tests verify.
#pragma once

#include "core/base/json.h"
#include "core/crypto/bytes.h"
#include "core/crypto/http_signature.h"

#include <string>

namespace countersign::crypto::test {

inline constexpr UnixSeconds kExampleTime{1618884473};

inline PublicKey keyFrom(const std::string& jwk)
{
    return PublicKey::fromJwk(json::parseObject(jwk).value()).value();
}

/// B.1.3, test-key-ecc-p256
inline PublicKey exampleP256()
{
    return keyFrom(R"({"kty":"EC","crv":"P-256","x":"qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",)"
                   R"("y":"Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"})");
}

/// B.1.4, test-key-ed25519
inline PublicKey exampleEd25519()
{
    return keyFrom(R"({"kty":"OKP","crv":"Ed25519","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"})");
}

inline PrivateKey exampleEd25519Private()
{
    const std::string der = fromBase64("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF").value();
    return PrivateKey::fromPkcs8(SecretBytes(der)).value();
}

/// B.2, test-request
inline HttpRequest exampleRequest()
{
    return {.method = "POST",
        .targetUri = "https://example.com/foo?param=Value&Pet=dog",
        .requestTarget = "/foo?param=Value&Pet=dog",
        .fields = {{"Host", "example.com"}, {"Date", "Tue, 20 Apr 2021 02:07:55 GMT"},
            {"Content-Type", "application/json"},
            {"Content-Digest",
                "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+Ab"
                "wAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
            {"Content-Length", "18"}}};
}

/// B.2, test-response
inline HttpResponse exampleResponse()
{
    return {.status = 200,
        .fields = {{"Date", "Tue, 20 Apr 2021 02:07:56 GMT"}, {"Content-Type", "application/json"},
            {"Content-Digest",
                "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5"
                "oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"},
            {"Content-Length", "23"}}};
}

/// Section 2.4: the response to test-request whose signature covers the request too.
inline HttpResponse exampleAnswer()
{
    return {.status = 503,
        .fields = {{"Date", "Tue, 20 Apr 2021 02:07:56 GMT"}, {"Content-Type", "application/json"},
            {"Content-Length", "62"},
            {"Content-Digest",
                "sha-512=:0Y6iCBzGg5rZtoXS95Ijz03mslf6KAMCloESHObfwnHJDbkkWWQz6Phh"
                "U9kxsTbARtY2PTBOzq24uJFpHsMuAg==:"}},
        .request = exampleRequest()};
}

template <typename Message> Message withSignature(Message message, std::string input, std::string signature)
{
    message.fields.push_back({"Signature-Input", std::move(input)});
    message.fields.push_back({"Signature", std::move(signature)});
    return message;
}

inline SignatureExpectation atExampleTime()
{
    return {.components = {}, .parameters = {}, .now = kExampleTime};
}

inline Result<VerifiedSignature> verified(const HttpMessage& message, const PublicKey& key,
    const SignatureExpectation& expected = atExampleTime(), const std::optional<std::string>& tag = {})
{
    auto received = readSignature(message, tag);
    if (!received)
        return std::unexpected(received.error());
    return verifySignature(message, *std::move(received), key, expected);
}

/// Why not; "" when it verifies.
inline std::string whyNot(const Result<VerifiedSignature>& result)
{
    return result ? std::string() : result.error().message;
}

inline HttpRequest withInput(const std::string& input, const std::string& signature = "s=:YQ==:")
{
    return withSignature(exampleRequest(), input, signature);
}

} // namespace countersign::crypto::test
