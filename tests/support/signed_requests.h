// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Requests as an agent really sends them: with a DPoP proof and a signature over the request (RFC 9421), passed on by a
// service to be decided.
#pragma once

#include "tests/support/actions.h"

#include <optional>
#include <string>
#include <vector>

namespace countersign::testing {

struct SentRequest {
    std::string action = "payments.create";
    std::string method = "POST";
    std::string url = "https://payments.example/payments";
    std::string query = {}; ///< after '?'
    std::string body = {}; ///< empty: none; else it is said to be JSON
    std::string arguments = {}; ///< that are decided about, as JSON; empty: the body
    std::string contentEncoding = {}; ///< empty: none
    std::optional<authority::Objection> objection = {}; ///< of the door, to what was sent
    std::vector<std::string> alsoCovered = {}; ///< components that the signature covers besides
    std::string proofType = {}; ///< `typ` of its DPoP proof; empty: as it is mostly written
    std::string beforeDigest = {}; ///< more in Content-Digest
    enum class Signed : std::uint8_t { No, Yes, AsAgent } isSigned = Signed::Yes; ///< AsAgent: Agent-Signature
};

/// The same with another `typ`, and the key in its header.
[[nodiscard]] std::string retyped(const std::string& jws, const std::string& type, const crypto::PrivateKey& key);
/// A payment's request.
[[nodiscard]] SentRequest sentPayment(const std::string& amount, const std::string& recipient = "acme");

/// What the service's door makes of it. `links`: below the token.
[[nodiscard]] authority::PerformAction passedOn(AuthorityFixture& fixture, const ServiceId& service,
    const std::string& token, const TestAgent& agent, const SentRequest& sent,
    const std::vector<std::string>& links = {});

} // namespace countersign::testing
