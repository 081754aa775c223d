// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/evidence/evidence_scene.h"

#include "core/audit/leaf_codec.h"
#include "core/audit/receipt.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/jws.h"
#include "core/crypto/signed_note.h"

#include <algorithm>

namespace countersign::testing {

using authority::Context;

namespace {

audit::LogIdentity identityOf(const Context& context)
{
    const keychain::Identity& own = context.options.identity;
    const std::string origin = context.log->origin();
    return {origin, own.device.publicKey(), own.person, crypto::noteVerifierKey(origin, own.log.publicKey()),
        must(audit::signLogKeyStatement(origin, own.log.publicKey(), own.device, context.now()), "statement")};
}

} // namespace

permissions::Permission booksPermission(const std::string& more)
{
    return paymentsWith(
        ",\"max_depth\":2,\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"50.00\","
        "\"total\":\"100.00\"},\"constraints\":{\"/recipient\":{\"one_of\":[\"acme\",\"globex\"]}}"
        + more);
}

EvidenceScene::EvidenceScene(const permissions::Permission& permission)
    : tokens(grantTo(fixture, agent, permission)) { }

authority::ActionAnswer EvidenceScene::act(const SentRequest& sent)
{
    return act(sent, agent, tokens.accessToken);
}

authority::ActionAnswer EvidenceScene::act(
    const SentRequest& sent, const TestAgent& by, const std::string& token, const std::vector<std::string>& links)
{
    return must(perform(fixture, passedOn(fixture, service, token, by, sent, links)), "action");
}

GivenReceipt EvidenceScene::alsoDecidedBy(const ForeignServer& server, const authority::ActionAnswer& answer)
{
    const auto parsed = must(crypto::parseJws(answer.receipt->jws), "JWS");
    const auto claims = must(json::parseObject(parsed.payload), "claims");
    return server.receipt(
        {.signatureDigest = must(json::requiredString(claims.at("request").as_object(), "signature_digest"), "digest"),
            .at = fixture.clock().now()});
}

void EvidenceScene::reportDone(const authority::ActionAnswer& answer, const std::vector<GivenReceipt>& upstream)
{
    std::vector<audit::ForeignReceipt> receipts;
    for (const GivenReceipt& given : upstream)
        receipts.push_back(must(verified(given, fixture.clock().now()), "foreign receipt"));
    must(AuthorityFixture::wait<authority::OutcomeAnswer>([&](auto reply) {
        fixture.authority().reportOutcome({.service = service,
                                              .receipt = answer.receipt->id,
                                              .executed = authority::ReportOutcome::Executed::Yes,
                                              .status = 201,
                                              .responseDigest = {},
                                              .signature = {},
                                              .upstream = receipts},
            std::move(reply));
    }),
        "outcome");
}

void EvidenceScene::sayYes()
{
    must(fixture.approve(approvalOf(fixture.waiting().back())), "approval");
}

evidence::EntryWanted EvidenceScene::lie(const authority::ActionAnswer& answer, const Tell& change)
{
    return must(fixture.run<evidence::EntryWanted>([&](Context& context) -> Result<evidence::EntryWanted> {
        const auto stored = TRY(audit::findReceipt(context.database, answer.receipt->id, context.log->origin()));
        Lie lie{TRY(json::parseObject(stored.leaf.bytes)), stored.leaf.privateText.value_or(std::string())};
        for (const char* of : {"type", "iat", "seq", "prev", "text_commitment"}) // the log writes them
            lie.claims.erase(of);
        lie.claims["jti"] = audit::newReceiptId(context.log->size());
        change(lie);
        const audit::Appended appended = TRY(context.log->append(
            {stored.leaf.kind, stored.leaf.agent, stored.leaf.grant, lie.claims, lie.details}, context.now()));
        TRY(audit::writeReceipt(context.database, appended, context.log->origin(), context.options.identity.device));
        return evidence::EntryWanted{appended.index};
    }),
        "lie");
}

GrantId EvidenceScene::grantBelow()
{
    return GrantId{must(fixture.run<std::string>([](Context& context) -> Result<std::string> {
        store::Query query(context.database, "SELECT grant_id FROM links");
        TRY(query.next());
        return query.text(0);
    }),
        "link")};
}

void EvidenceScene::logAgainNow(const GrantId& grant)
{
    must(fixture.run<void>([&](Context& context) -> Result<void> {
        for (const char* table : {"consents", "links"}) {
            store::Query source(context.database,
                "SELECT leaf, kind, client_id, leaf_index FROM log_leaves JOIN " + std::string(table)
                    + " ON idx = leaf_index WHERE " + table + ".grant_id = ?");
            if (!TRY(source.bind(grant.value).next()))
                continue;
            const std::string leaf = TRY(audit::unpackLeaf(source.blob(0)));
            audit::LeafDraft draft{static_cast<audit::LeafKind>(source.integer(1)), ClientId{source.text(2)}, grant,
                TRY(json::parseObject(leaf)), std::nullopt};
            for (const char* of : {"type", "iat", "seq", "prev"}) // the log writes them
                draft.claims.erase(of);
            const audit::Appended appended = TRY(context.log->append(draft, context.now()));
            store::Query moved(
                context.database, "UPDATE " + std::string(table) + " SET leaf_index = ? WHERE leaf_index = ?");
            TRY(moved.bind(static_cast<std::int64_t>(appended.index)).bind(source.integer(3)).run());
        }
        return {};
    }),
        "logging again");
}

void EvidenceScene::erase()
{
    must(fixture.run<void>([](Context& context) -> Result<void> {
        TRY(store::Query(context.database, "UPDATE log_leaves SET private_text = NULL, salt = NULL").run());
        return store::Query(context.database, "UPDATE consents SET screen_text = NULL, salt = NULL").run();
    }),
        "erasing");
}

Result<evidence::Evidence> EvidenceScene::evidenceOf(evidence::Wanted wanted, evidence::Details details)
{
    auto owner = fixture.run<audit::LogIdentity>([](Context& context) -> Result<audit::LogIdentity> {
        TRY(context.log->writeCheckpoint());
        return identityOf(context);
    });
    if (!owner)
        return std::unexpected(owner.error());
    return AuthorityFixture::wait<evidence::Evidence>([&](auto reply) {
        fixture.authority().read(
            [&owner, &wanted, details, reply = std::move(reply)](Result<store::Database*> database) mutable {
                reply(database ? evidence::assemble(**database, *owner, wanted, details)
                               : std::unexpected(database.error()));
            });
    });
}

evidence::Evidence EvidenceScene::evidenceOf(const authority::ActionAnswer& answer)
{
    return must(evidenceOf(evidence::ReceiptWanted{answer.receipt->id}), "evidence");
}

evidence::Trust EvidenceScene::trust()
{
    const audit::DeviceTerms terms = fixture.authority().deviceKeys();
    return {{terms.front().key.thumbprint()}, {}, fixture.clock().now() + std::chrono::days(400)};
}

std::string textOf(const evidence::Evidence& evidence)
{
    return must(evidence::toJson(evidence), "evidence");
}

std::string failedStep(const evidence::Report& report)
{
    const evidence::Step* failure = report.firstFailure();
    return failure == nullptr ? std::string() : failure->name;
}

const evidence::Step& stepOf(const evidence::Report& report, const std::string& name)
{
    const auto found = std::ranges::find(report.steps, name, &evidence::Step::name);
    if (found == report.steps.end())
        qFatal("there is no step %s", name.c_str());
    return *found;
}

std::string told(const evidence::Report& report)
{
    std::string text(evidence::verdictName(report.verdict));
    for (const evidence::Step& step : report.steps)
        text += '\n' + step.name + ' ' + std::string(evidence::stepStateName(step.state)) + ' ' + step.sentence;
    return text;
}

} // namespace countersign::testing
