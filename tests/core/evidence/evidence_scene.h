// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Real evidence: an agent acts on a real authority under what a person approved, and the log is asked for it.
#pragma once

#include "core/base/json.h"
#include "core/evidence/assemble.h"
#include "core/evidence/verify.h"
#include "tests/support/foreign_server.h"
#include "tests/support/signed_requests.h"

#include <functional>
#include <string>
#include <vector>

namespace countersign::testing {

/// Payments with amounts up to 50 EUR each and 100 EUR in all, handed on twice at most.
[[nodiscard]] permissions::Permission booksPermission(const std::string& more = {});

class EvidenceScene {
public:
    explicit EvidenceScene(const std::string& more = {}) : EvidenceScene(booksPermission(more)) { }
    explicit EvidenceScene(const permissions::Permission& permission);

    /// By the agent under its own grant, or by another with what is named.
    authority::ActionAnswer act(const SentRequest& sent);
    authority::ActionAnswer act(const SentRequest& sent, const TestAgent& by, const std::string& token,
        const std::vector<std::string>& links = {});
    authority::ActionAnswer pay(const std::string& amount, const std::string& recipient = "acme")
    {
        return act(sentPayment(amount, recipient));
    }
    void reportDone(const authority::ActionAnswer& answer, const std::vector<GivenReceipt>& upstream = {});
    /// What another server says of the same signed request.
    [[nodiscard]] GivenReceipt alsoDecidedBy(const ForeignServer& server, const authority::ActionAnswer& answer);
    /// The person says yes to the action that waits.
    void sayYes();

    /// What a device that lies would log and sign: the entry of `answer` again, changed.
    struct Lie {
        json::Object claims;
        std::string details; ///< the private text
    };
    using Tell = std::function<void(Lie&)>;
    [[nodiscard]] evidence::EntryWanted lie(const authority::ActionAnswer& answer, const Tell& change);
    [[nodiscard]] GrantId grantBelow(); ///< that was handed on
    /// As if what the grant rests on (the person's consent, or a link) were logged only now, with the same words.
    void logAgainNow(const GrantId& grant);
    /// Takes private texts and screens out of the database.
    void erase();

    /// Signs the log, and asks for evidence.
    [[nodiscard]] Result<evidence::Evidence> evidenceOf(
        evidence::Wanted wanted, evidence::Details details = evidence::Details::Included);
    [[nodiscard]] evidence::Evidence evidenceOf(const authority::ActionAnswer& answer);

    [[nodiscard]] Thumbprint device() const { return fixture.identity().device.publicKey().thumbprint(); }
    [[nodiscard]] Thumbprint person() const { return fixture.identity().person.thumbprint(); }
    /// Trusts the first key of this device, some time later.
    [[nodiscard]] evidence::Trust trust();

    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens;
};

[[nodiscard]] std::string textOf(const evidence::Evidence& evidence);
/// The name of the step that failed; empty: none did.
[[nodiscard]] std::string failedStep(const evidence::Report& report);
[[nodiscard]] const evidence::Step& stepOf(const evidence::Report& report, const std::string& name);
/// All steps as one text, for messages of tests.
[[nodiscard]] std::string told(const evidence::Report& report);

} // namespace countersign::testing
