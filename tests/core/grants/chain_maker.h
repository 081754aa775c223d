// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Makes chains of an access token and links as honest parties do, and lets a test change the claims, the header or the
// signer of any of them before it is signed, so that all below hangs on the changed one.
#pragma once

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/grants/chain.h"

#include <functional>
#include <string>
#include <vector>

namespace countersign::test {

inline constexpr UnixSeconds kChainNow{1'767'300'000};
inline constexpr int kChainLinks = permissions::kMaxChain - 1;

/// What is about to be signed. Level 0 is the token, 1 the first link.
struct Unsigned {
    json::Object header;
    json::Object claims;
    crypto::PrivateKey signer;
};
using Change = std::function<void(int level, Unsigned& form)>;

class ChainMaker {
public:
    ChainMaker()
    {
        for (int level = 0; level <= kChainLinks + 1; ++level)
            m_keys.push_back(
                *crypto::PrivateKey::generate(level % 2 == 0 ? crypto::KeyType::P256 : crypto::KeyType::Ed25519));
    }

    [[nodiscard]] const crypto::PrivateKey& device() const { return m_device; }
    /// Of the agent on that level: 0 is the person's own agent.
    [[nodiscard]] const crypto::PrivateKey& key(int level) const { return m_keys.at(static_cast<std::size_t>(level)); }

    /// What the agent on that level may: each level a little less.
    [[nodiscard]] static json::Array details(int level)
    {
        return {json::Object{{"type", "agent_delegation"}, {"locations", {"https://payments.example/"}},
            {"actions", {"payments.create"}}, {"uses", 100 - level}, {"max_depth", kChainLinks - level},
            {"expires_at", kChainNow.value + 3600}}};
    }

    [[nodiscard]] grants::ChainText make(int links, const Change& change = {}) const
    {
        grants::ChainText chain{sign(0, token(), change), {}};
        std::string above = chain.token;
        for (int level = 1; level <= links; ++level) {
            above = sign(level, link(level, above), change);
            chain.links.push_back(above);
        }
        return chain;
    }

    [[nodiscard]] Unsigned token() const
    {
        json::Object claims{{"iss", "http://127.0.0.1:7317"}, {"sub", crypto::thumbprintUrn({"person"})},
            {"aud", {"https://payments.example", "http://127.0.0.1:7317"}}, {"client_id", "agent"}, {"jti", "token"},
            {"iat", kChainNow.value - 10}, {"exp", kChainNow.value + 590}, {"grant_id", "grant"},
            {"cnf", json::Object{{"jkt", key(0).publicKey().thumbprint().value}}},
            {"authorization_details", details(0)}, {"device", m_device.publicKey().thumbprint().value},
            {"del_depth", 0}, {"del_max_depth", kChainLinks},
            {"status",
                json::Object{{"status_list", json::Object{{"idx", 5}, {"uri", "http://127.0.0.1:7317/status/0"}}}}}};
        return {{{"typ", "at+jwt"}, {"kid", m_device.publicKey().thumbprint().value}}, std::move(claims), m_device};
    }

    [[nodiscard]] Unsigned link(int level, const std::string& above) const
    {
        const crypto::PrivateKey& parent = key(level - 1);
        json::Object claims{{"iss", crypto::thumbprintUrn(parent.publicKey().thumbprint())},
            {"sub", crypto::thumbprintUrn(key(level).publicKey().thumbprint())},
            {"cnf", json::Object{{"jwk", key(level).publicKey().toJwk()}}}, {"par_hash", hashOf(above)},
            {"authorization_details", details(level)}, {"iat", kChainNow.value - 5},
            {"exp", kChainNow.value + 3000 - level}, {"jti", "link" + std::to_string(level)}, {"del_depth", level},
            {"del_max_depth", kChainLinks}};
        return {{{"typ", "delegation+jwt"}, {"jwk", parent.publicKey().toJwk()}}, std::move(claims), parent};
    }

    [[nodiscard]] static std::string sign(int level, Unsigned form, const Change& change = {})
    {
        if (change)
            change(level, form);
        return *crypto::signJwsWithHeader(std::move(form.header), json::serialize(form.claims), form.signer);
    }

    /// As the profile says it, and not by the code under test.
    [[nodiscard]] static std::string hashOf(const std::string& jws)
    {
        return crypto::sha256Base64url(jws.substr(0, jws.rfind('.')));
    }

    [[nodiscard]] Result<grants::VerifiedChain> verify(
        const grants::ChainText& chain, UnixSeconds now = kChainNow, int maxDepth = kChainLinks) const
    {
        auto token = grants::verifyAccessToken(chain.token, std::vector{m_device.publicKey()}, now);
        if (!token)
            return std::unexpected(token.error());
        return grants::verifyChain(*std::move(token), chain.links, now, maxDepth);
    }

private:
    crypto::PrivateKey m_device = *crypto::PrivateKey::generate(crypto::KeyType::P256);
    std::vector<crypto::PrivateKey> m_keys;
};

} // namespace countersign::test
