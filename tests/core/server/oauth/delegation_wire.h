// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents that delegate to agents, through the endpoints: links signed as an agent signs them, right or with one thing
// wrong, and their exchange.
#pragma once

#include "core/grants/chain.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <functional>
#include <string>
#include <vector>

namespace countersign::testing {

inline const std::string kExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
inline const std::string kJwtType = "urn:ietf:params:oauth:token-type:jwt";

struct Credentials { ///< a service's
    std::string id;
    std::string secret;

    [[nodiscard]] server::Field basic() const;
};

/// payments.create and payments.read at payments.example, to be handed on `maxDepth` times.
[[nodiscard]] std::string delegableDetails(int maxDepth, const std::string& more = {});

class DelegationWire : public OAuthWire {
public:
    using OAuthWire::OAuthWire;
    using Change = std::function<void(grants::Link&)>;

    /// Asks for `details`, has the person approve, polls.
    [[nodiscard]] WireAnswer grantedTo(const WireAgent& agent, const std::string& details);
    [[nodiscard]] Credentials addService(const QString& location);

    /// What hangs on `above` (a token or a link), signed by the agent that holds it, for `child`: all of it, for one
    /// hop less; then changed.
    [[nodiscard]] std::string link(
        const std::string& above, const WireAgent& holder, const WireAgent& child, const Change& change = {});
    /// `token`, and a link from each agent to the next.
    [[nodiscard]] std::vector<std::string> chain(const std::string& token, const std::vector<const WireAgent*>& agents);

    /// Good parameters of an exchange of the last link.
    [[nodiscard]] Parameters exchangeForm(const WireAgent& child, const std::vector<std::string>& chain);
    [[nodiscard]] WireAnswer exchange(
        const WireAgent& child, const std::vector<std::string>& chain, const Parameters& changes = {});
};

/// A root agent with a grant that may be handed on, and agents below it.
struct Family {
    DelegationWire wire;
    WireAgent root = wire.registerAgent();
    WireAgent child = wire.registerAgent(crypto::KeyType::Ed25519);
    WireAgent grandchild = wire.registerAgent();
    WireAgent stranger = wire.registerAgent();
    WireAnswer tokens;

    explicit Family(int maxDepth = 3) : tokens(wire.grantedTo(root, delegableDetails(maxDepth))) { }
    [[nodiscard]] std::string top() const { return tokens.text("access_token"); }
    [[nodiscard]] std::vector<std::string> two() { return wire.chain(top(), {&root, &child}); }
    [[nodiscard]] std::vector<std::string> three() { return wire.chain(top(), {&root, &child, &grandchild}); }
};

} // namespace countersign::testing
