// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/evidence/lies.h"

#include "core/crypto/jws.h"

namespace countersign::testing {

using Lie = EvidenceScene::Lie;
using Page = NamedLie::Page;

namespace {

json::Object& requestOf(Lie& lie)
{
    return lie.claims.at("request").as_object();
}

void spoilProof(Lie& lie)
{
    const auto begin = lie.details.find("\"dpop\":\"") + 8;
    char& inSignature = lie.details[lie.details.find('"', begin) - 9];
    inSignature = inSignature == 'A' ? 'B' : 'A';
}

} // namespace

void replaceIn(std::string& text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    if (at == std::string::npos)
        qFatal("there is no %s", from.c_str());
    text.replace(at, from.size(), to);
}

std::string resigned(
    const std::string& jws, const crypto::PrivateKey& key, const std::function<void(json::Object&)>& change)
{
    const auto parsed = must(crypto::parseJws(jws), "JWS");
    auto claims = must(json::parseObject(parsed.payload), "claims");
    change(claims);
    return must(crypto::signJwt(parsed.type(), claims, key), "JWS");
}

std::vector<NamedLie> namedLies()
{
    return {
        {"nothing", "", [](Lie&) {}, Page::DoesNotAsk},
        {"no grant", "chain", [](Lie& lie) { lie.claims.erase("chain"); }},
        {"another grant above", "chain",
            [](Lie& lie) { lie.claims["chain"] = json::Array{"x", lie.claims.at("grant_id")}; }},
        {"a chain that ends elsewhere", "chain",
            [](Lie& lie) { lie.claims["chain"] = json::Array{lie.claims.at("grant_id"), "x"}; }},
        {"another token", "chain", [](Lie& lie) { lie.claims["token"] = "eA"; }},
        {"another consent", "chain", [](Lie& lie) { lie.claims["consent"] = "x"; }},
        {"too much", "permissions", [](Lie& lie) { replaceIn(lie.details, "49.99", "50.01"); }, Page::DoesNotAsk},
        {"another recipient", "permissions", [](Lie& lie) { replaceIn(lie.details, "acme", "initech"); },
            Page::DoesNotAsk},
        {"another action", "permissions", [](Lie& lie) { requestOf(lie)["action"] = "payments.delete"; },
            Page::DoesNotAsk},
        {"another place", "permissions", [](Lie& lie) { requestOf(lie)["location"] = "https://elsewhere.example/"; },
            Page::DoesNotAsk},
        {"arguments that can't be read", "permissions", [](Lie& lie) { lie.details = "{}"; }},
        {"a yes that nobody gave", "approvals", [](Lie& lie) { lie.claims["approval"] = "x"; }},
        {"another request", "requests",
            [](Lie& lie) { requestOf(lie)["target_uri"] = "https://payments.example/other"; }},
        {"another method", "requests", [](Lie& lie) { requestOf(lie)["method"] = "PUT"; }},
        {"another query", "requests", [](Lie& lie) { lie.details.insert(1, "\"query\":\"a=b\","); }},
        {"another digest of the body", "requests",
            [](Lie& lie) { replaceIn(lie.details, "sha-256=:", "sha-256=:AAAA"); }},
        {"another signature", "requests", [](Lie& lie) { requestOf(lie)["signature_digest"] = "x"; }},
        {"no signature", "requests", [](Lie& lie) { lie.claims["binding"] = "dpop"; }},
        {"a proof that was changed", "requests", spoilProof},
    };
}

} // namespace countersign::testing
