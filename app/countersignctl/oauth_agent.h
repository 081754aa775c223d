// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A plain OAuth client, as any agent could be one: metadata (RFC 8414), registration (RFC 7591), CIBA in poll mode,
// tokens bound to its key (RFC 9449) with the server's nonces, token exchange (RFC 8693), introspection (RFC 7662) and
// revocation (RFC 7009). It authenticates by private_key_jwt (RFC 7523). It knows nothing of Countersign but these
// standards.
#pragma once

#include "app/countersignctl/command.h"
#include "app/countersignctl/http_client.h"
#include "core/base/ids.h"
#include "core/crypto/keys.h"
#include "core/grants/chain.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::ctl {

using Parameters = std::vector<std::pair<std::string, std::string>>;

class OAuthAgent {
public:
    /// Reads the metadata of `issuer` ("http://127.0.0.1:7317"). Problems: Usage for another kind of issuer,
    /// NotRunning.
    [[nodiscard]] static Answer<OAuthAgent> discover(std::string issuer, crypto::PrivateKey key, const Clock& clock);

    [[nodiscard]] Answer<ClientId> registerClient(const std::string& name);
    void setClientId(ClientId id) { m_clientId = std::move(id); }
    [[nodiscard]] const ClientId& clientId() const { return m_clientId; }
    [[nodiscard]] const crypto::PrivateKey& key() const { return m_key; }

    // Each returns the answer's JSON, or a problem whose code is the OAuth error.
    [[nodiscard]] Answer<json::Object> requestDelegation(Parameters parameters);
    [[nodiscard]] Answer<json::Object> poll(const std::string& authReqId);
    /// RFC 8693: the chain's last link for a token of this agent's own.
    [[nodiscard]] Answer<json::Object> exchange(const grants::ChainText& chain);
    [[nodiscard]] Answer<json::Object> refresh(const std::string& refreshToken);
    [[nodiscard]] Answer<json::Object> introspect(const std::string& token);
    [[nodiscard]] Answer<void> revoke(const std::string& token, const std::string& hint);

private:
    OAuthAgent(std::string issuer, std::uint16_t port, crypto::PrivateKey key, const Clock& clock);

    [[nodiscard]] std::string assertion() const;
    [[nodiscard]] Answer<std::string> endpointUrl(std::string_view member) const;
    [[nodiscard]] Answer<HttpAnswer> send(const std::string& url, HttpCall request) const;
    [[nodiscard]] Answer<HttpAnswer> post(std::string_view endpoint, const Parameters& parameters);
    [[nodiscard]] Answer<json::Object> askToken(const Parameters& parameters);
    [[nodiscard]] Answer<HttpAnswer> postWithProof(const std::string& url, const Parameters& parameters);

    std::string m_issuer;
    std::uint16_t m_port;
    crypto::PrivateKey m_key;
    const Clock* m_clock;
    ClientId m_clientId;
    json::Object m_metadata;
    std::optional<std::string> m_nonce; ///< the last that the server handed out
};

} // namespace countersign::ctl
