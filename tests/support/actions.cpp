// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/actions.h"

#include "core/authority/catalogue_cases.h"
#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/services/catalogue_json.h"

#include <format>

namespace countersign::testing {

using namespace authority;
using permissions::ActionRequest;
using permissions::Permission;
using Outcome = decision::Verdict::Outcome;

ActionRequest action(const std::string& name, const std::string& argumentsJson, const std::string& location)
{
    return {must(permissions::Action::parse(name), "action"), must(permissions::Location::parse(location), "location"),
        must(permissions::parseValue(argumentsJson), "arguments")};
}

ActionRequest payment(const std::string& amount, const std::string& recipient)
{
    return action("payments.create", std::format("{{\"amount\":\"{}\",\"recipient\":\"{}\"}}", amount, recipient));
}

Permission paymentsWith(const std::string& more, UnixSeconds now)
{
    return permissionOf(std::format("[{{\"type\":\"agent_delegation\",\"locations\":[\"{}\"],"
                                    "\"actions\":[\"payments.create\",\"payments.read\"],\"expires_at\":{}{}}}]",
        kPaymentsUrl, now.value + std::chrono::seconds(std::chrono::hours(8)).count(), more));
}

ServiceId addService(AuthorityFixture& fixture, const std::string& location)
{
    return must(fixture.run<ServiceSecret>([location](Context& context) {
        return authority::addService(context, QStringLiteral("a service"), QString::fromStdString(location));
    }),
        "service")
        .id;
}

services::Catalogue catalogueThatDemands(const services::Requirements& demands)
{
    services::Operation any;
    any.action = *permissions::Action::parse("any.thing"); // what is not listed must meet what any demands
    any.requirements = demands;
    services::Catalogue catalogue;
    catalogue.operations = {any};
    return catalogue;
}

CataloguePreview previewOf(const ServiceId& service, const services::Catalogue& catalogue)
{
    const std::string json = must(services::catalogueJson(catalogue), "catalogue");
    CataloguePreview preview;
    preview.service = service;
    preview.catalogue = std::make_shared<const services::Catalogue>(catalogue);
    preview.json = std::make_shared<const std::string>(json);
    preview.digest = crypto::sha256(json);
    preview.document = crypto::sha256("a document");
    return preview;
}

void offer(AuthorityFixture& fixture, const ServiceId& service, const services::Catalogue& catalogue)
{
    must(fixture.run<void>([&](Context& context) -> Result<void> {
        const CataloguePreview preview = TRY(previewCatalogue(context, previewOf(service, catalogue)));
        return importCatalogue(context, preview);
    }),
        "offer");
}

void demand(AuthorityFixture& fixture, const ServiceId& service, const services::Requirements& demands)
{
    offer(fixture, service, catalogueThatDemands(demands));
}

services::Requirements agentSignatureAsked()
{
    services::Requirements demands;
    demands.agentSignature = services::AgentSignature::Asked;
    return demands;
}

Decision fullApprovalOf(const WaitingRequest& waiting)
{
    Decision decision;
    decision.requestId = waiting.request.publicId;
    decision.facts = waiting.facts;
    decision.edit = consent::initialEdit(waiting.facts);
    decision.edit.duration = consent::Duration::AsAsked;
    const consent::Screen screen = consent::composeScreen(decision.facts, decision.edit, QLocale(QLocale::English));
    decision.locale = screen.locale;
    decision.shownText = screen.text(decision.edit);
    return decision;
}

namespace {

TokenSet approved(AuthorityFixture& fixture, const TestAgent& agent, DelegationRequest request)
{
    const auto accepted = must(fixture.ask(std::move(request)), "ask");
    must(fixture.approve(fullApprovalOf(fixture.waiting().back())), "approve");
    return must(fixture.poll(agent, accepted.id), "poll");
}

} // namespace

TokenSet grantTo(AuthorityFixture& fixture, const TestAgent& agent, const Permission& asked)
{
    return approved(fixture, agent, fixture.request(agent, asked));
}

TokenSet replaceBy(AuthorityFixture& fixture, const TestAgent& agent, const GrantId& replaced, const Permission& asked)
{
    DelegationRequest request = fixture.request(agent, asked);
    request.replaces = replaced;
    return approved(fixture, agent, std::move(request));
}

PerformAction performanceOf(const AuthorityFixture& fixture, const ServiceId& service, const std::string& token,
    const TestAgent& agent, const ActionRequest& request, const std::vector<std::string>& links)
{
    PerformAction command;
    command.service = service;
    command.accessToken = token;
    command.links = links;
    if (!links.empty())
        command.chain = must(fixture.verified(token, links), "chain");
    command.key = agent.jkt();
    command.request = request;
    command.proofs = {{agent.jkt().value, crypto::randomToken(), kTestStart + std::chrono::days(365)}};
    command.received.method = "POST";
    command.received.targetUri = request.location.url();
    command.received.dpop = "a proof";
    return command;
}

PerformAction withSignature(PerformAction command, UnixSeconds created, const std::string& nonce)
{
    command.signature = RequestSignature{crypto::randomToken(), nonce.empty() ? crypto::randomToken() : nonce, created};
    command.received.signatureInput = "sig=(\"@method\");created=" + std::to_string(created.value);
    command.received.signature = "sig=:" + command.signature->digest + ":";
    return command;
}

Result<ActionAnswer> perform(AuthorityFixture& fixture, PerformAction command)
{
    return AuthorityFixture::wait<ActionAnswer>(
        [&](auto reply) { fixture.authority().perform(std::move(command), std::move(reply)); });
}

Result<ActionAnswer> perform(AuthorityFixture& fixture, const ServiceId& service, const std::string& token,
    const TestAgent& agent, const ActionRequest& request)
{
    return perform(fixture, performanceOf(fixture, service, token, agent, request));
}

Result<ActionAnswer> query(AuthorityFixture& fixture, ActionQuery query)
{
    auto answers = AuthorityFixture::wait<std::vector<ActionAnswer>>(
        [&](auto reply) { fixture.authority().query({std::move(query)}, std::move(reply)); });
    if (!answers)
        return std::unexpected(answers.error());
    return std::move(answers->front());
}

bool isPermitted(const Result<ActionAnswer>& answer)
{
    return answer && answer->verdict.outcome == Outcome::Permit;
}

bool isAsked(const Result<ActionAnswer>& answer)
{
    return answer && answer->verdict.outcome == Outcome::Ask;
}

permissions::Reason denialOf(const Result<ActionAnswer>& answer)
{
    return answer && answer->verdict.outcome == Outcome::Deny ? answer->verdict.reason : permissions::Reason::None;
}

Result<Narrowing> narrowingOf(AuthorityFixture& fixture, const GrantId& grant, const EditBy& edit)
{
    auto facts =
        fixture.run<consent::ScreenFacts>([grant](Context& context) { return prepareNarrowing(context, grant); });
    if (!facts)
        return std::unexpected(facts.error());
    Narrowing narrowing;
    narrowing.grant = grant;
    narrowing.facts = std::move(*facts);
    narrowing.edit = consent::initialEdit(narrowing.facts);
    edit(narrowing.edit);
    const consent::Screen screen = consent::composeScreen(narrowing.facts, narrowing.edit, QLocale(QLocale::English));
    narrowing.locale = screen.locale;
    narrowing.shownText = screen.text(narrowing.edit);
    return narrowing;
}

Result<void> narrow(AuthorityFixture& fixture, Narrowing narrowing)
{
    return fixture.run<void>(
        [narrowing = std::move(narrowing)](Context& context) { return narrowGrant(context, narrowing); });
}

Result<void> narrow(AuthorityFixture& fixture, const GrantId& grant, const EditBy& edit)
{
    auto narrowing = narrowingOf(fixture, grant, edit);
    if (!narrowing)
        return std::unexpected(narrowing.error());
    return narrow(fixture, std::move(*narrowing));
}

GrantRow rowOf(AuthorityFixture& fixture, const GrantId& grant)
{
    for (GrantRow& row : fixture.grants()) {
        if (row.grant.id == grant)
            return std::move(row);
    }
    qFatal("there is no grant %s", grant.value.c_str());
}

TimelineEntry newestEntry(AuthorityFixture& fixture)
{
    return must(AuthorityFixture::wait<std::vector<TimelineEntry>>(
                    [&](auto reply) { fixture.authority().timeline({}, {}, 1, std::move(reply)); }),
        "timeline")
        .front();
}

} // namespace countersign::testing
