// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// More steps of the story on a real authority: a service hands an agent's action on to be decided, and the person
// narrows what was granted.
#pragma once

#include "core/decision/decision.h"
#include "core/services/catalogue.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/must.h"

#include <functional>
#include <string>
#include <vector>

namespace countersign::testing {

inline constexpr auto kPaymentsUrl = "https://payments.example/";

[[nodiscard]] permissions::ActionRequest action(
    const std::string& name, const std::string& argumentsJson = "{}", const std::string& location = kPaymentsUrl);
/// payments.create with /amount and /recipient
[[nodiscard]] permissions::ActionRequest payment(const std::string& amount, const std::string& recipient = "acme");

/// One detail at payments.example, for eight hours: create and read; `more` are further members, each with its comma.
[[nodiscard]] permissions::Permission paymentsWith(const std::string& more, UnixSeconds now = kTestStart);

ServiceId addService(AuthorityFixture& fixture, const std::string& location = kPaymentsUrl);

/// Of one operation that nobody calls.
[[nodiscard]] services::Catalogue catalogueThatDemands(const services::Requirements& demands);
/// What the reader of a document hands on that said so.
[[nodiscard]] authority::CataloguePreview previewOf(const ServiceId& service, const services::Catalogue& catalogue);
/// As if the service's document said so.
void offer(AuthorityFixture& fixture, const ServiceId& service, const services::Catalogue& catalogue);
/// What a document of the service demands of every action.
void demand(AuthorityFixture& fixture, const ServiceId& service, const services::Requirements& demands);
/// Agent-Signature, and nothing else.
[[nodiscard]] services::Requirements agentSignatureAsked();

/// Approves all of it for all the time that is asked for.
[[nodiscard]] authority::Decision fullApprovalOf(const authority::WaitingRequest& waiting);
/// Asks, is approved for all that is asked, polls.
authority::TokenSet grantTo(AuthorityFixture& fixture, const TestAgent& agent, const permissions::Permission& asked);
/// The same, in the place of another grant.
authority::TokenSet replaceBy(
    AuthorityFixture& fixture, const TestAgent& agent, const GrantId& replaced, const permissions::Permission& asked);

/// What a service would pass on, with a proof of the agent's key. `links`: below the token.
[[nodiscard]] authority::PerformAction performanceOf(const AuthorityFixture& fixture, const ServiceId& service,
    const std::string& token, const TestAgent& agent, const permissions::ActionRequest& request,
    const std::vector<std::string>& links = {});
/// The same with a request signature of the agent's, which the door would have verified.
[[nodiscard]] authority::PerformAction withSignature(
    authority::PerformAction command, UnixSeconds created = kTestStart, const std::string& nonce = {});
[[nodiscard]] Result<authority::ActionAnswer> perform(AuthorityFixture& fixture, authority::PerformAction command);
[[nodiscard]] Result<authority::ActionAnswer> perform(AuthorityFixture& fixture, const ServiceId& service,
    const std::string& token, const TestAgent& agent, const permissions::ActionRequest& request);
[[nodiscard]] Result<authority::ActionAnswer> query(AuthorityFixture& fixture, authority::ActionQuery query);

[[nodiscard]] bool isPermitted(const Result<authority::ActionAnswer>& answer);
[[nodiscard]] bool isAsked(const Result<authority::ActionAnswer>& answer);
/// Why it was refused; None: it was not, or there is no answer.
[[nodiscard]] permissions::Reason denialOf(const Result<authority::ActionAnswer>& answer);

/// What the person's desktop would send to leave of a grant what `edit` leaves.
using EditBy = std::function<void(consent::Edit&)>;
[[nodiscard]] Result<authority::Narrowing> narrowingOf(
    AuthorityFixture& fixture, const GrantId& grant, const EditBy& edit);
[[nodiscard]] Result<void> narrow(AuthorityFixture& fixture, authority::Narrowing narrowing);
[[nodiscard]] Result<void> narrow(AuthorityFixture& fixture, const GrantId& grant, const EditBy& edit);

[[nodiscard]] authority::GrantRow rowOf(AuthorityFixture& fixture, const GrantId& grant);
/// The newest line of the timeline.
[[nodiscard]] authority::TimelineEntry newestEntry(AuthorityFixture& fixture);

} // namespace countersign::testing
