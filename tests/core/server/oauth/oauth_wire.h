// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The endpoints in front of a real authority, called as the server calls them, and an agent that can do everything
// right, or one thing wrong.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/json.h"
#include "core/server/http/message.h"
#include "tests/support/authority_fixture.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::testing {

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// `parameters` but for the last of each name; an empty value takes the parameter out.
[[nodiscard]] Parameters changed(Parameters parameters, const Parameters& changes);
[[nodiscard]] std::string formText(const Parameters& parameters);

struct WireAgent {
    crypto::PrivateKey key; ///< registered
    crypto::PrivateKey dpopKey;
    std::string clientId;

    [[nodiscard]] const Thumbprint& jkt() const { return dpopKey.publicKey().thumbprint(); }
};

/// An answer, read.
struct WireAnswer {
    server::HttpResponse response;
    json::Object body; ///< empty where it is not JSON

    [[nodiscard]] int status() const { return response.status; }
    [[nodiscard]] std::string error() const { return text("error"); }
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::string field(std::string_view lowerCaseName) const; ///< empty: none
    [[nodiscard]] bool isActive() const;
};

class OAuthWire {
public:
    OAuthWire();

    [[nodiscard]] AuthorityFixture& fixture() { return m_fixture; }
    void restart(); ///< the authority and the endpoints; the data folder stays
    [[nodiscard]] UnixSeconds now() { return m_fixture.clock().now(); }
    [[nodiscard]] std::string issuer() { return m_fixture.authority().issuer(); }
    [[nodiscard]] std::string url(const std::string& path) { return issuer() + path; }

    [[nodiscard]] WireAnswer send(server::HttpRequest request);
    [[nodiscard]] WireAnswer get(const std::string& path);
    [[nodiscard]] WireAnswer post(
        const std::string& path, const Parameters& form, std::vector<server::Field> fields = {});
    [[nodiscard]] WireAnswer postJson(const std::string& path, const std::string& body);

    [[nodiscard]] static std::string registrationOf(
        const crypto::PublicKey& key, const std::string& name = "reconcile-bot");
    [[nodiscard]] WireAgent registerAgent(crypto::KeyType type = crypto::KeyType::P256);

    /// Claims of a good assertion.
    [[nodiscard]] json::Object assertionClaims(const WireAgent& agent);
    [[nodiscard]] static Parameters withAssertion(Parameters form, const std::string& assertion);
    /// `form` with a fresh, good assertion.
    [[nodiscard]] Parameters signedBy(const WireAgent& agent, Parameters form);
    /// Good parameters of a delegation request, without the assertion.
    [[nodiscard]] Parameters delegation(const WireAgent& agent);
    [[nodiscard]] WireAnswer ask(const WireAgent& agent, const Parameters& changes = {});

    [[nodiscard]] std::string nonce(); ///< as the token endpoint hands it out
    [[nodiscard]] std::string dpop(const WireAgent& agent, const std::optional<std::string>& nonce);
    /// At the token endpoint, with a good proof.
    [[nodiscard]] WireAnswer token(const WireAgent& agent, const Parameters& form);
    [[nodiscard]] WireAnswer poll(const WireAgent& agent, const std::string& authReqId);
    [[nodiscard]] WireAnswer refresh(const WireAgent& agent, const std::string& refreshToken);
    [[nodiscard]] WireAnswer introspect(const WireAgent& agent, const std::string& token);
    [[nodiscard]] WireAnswer revoke(const WireAgent& agent, const std::string& token);
    /// Asks, has the person approve, polls.
    [[nodiscard]] WireAnswer granted(const WireAgent& agent);

private:
    AuthorityFixture m_fixture;
    server::Handler m_handler;
};

} // namespace countersign::testing
