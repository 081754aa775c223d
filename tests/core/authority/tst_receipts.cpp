// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each decision has a receipt, which stands in the log before it is handed out; the same signed request gets the same
// one again.

#include "core/audit/leaf_codec.h"
#include "core/audit/receipt.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "tests/support/actions.h"

#include <QTest>

#include <array>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;
using authority::ActionAnswer;
using authority::Context;
using authority::Objection;
using authority::ReportOutcome;
using permissions::Reason;

namespace {

const std::string kRules =
    ",\"uses\":3,\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"50.00\"},"
    "\"constraints\":{\"/recipient\":{\"wildcard\":true}}";

struct Scene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens;

    explicit Scene(const std::string& more = kRules) : tokens(grantTo(fixture, agent, paymentsWith(more))) { }

    [[nodiscard]] authority::PerformAction command(const char* amount = "10.00") const
    {
        return performanceOf(fixture, service, tokens.accessToken, agent, payment(amount));
    }
    [[nodiscard]] authority::PerformAction signedCommand(const char* amount = "10.00")
    {
        return withSignature(command(amount), fixture.clock().now());
    }
    [[nodiscard]] Result<ActionAnswer> perform(const authority::PerformAction& command)
    {
        return testing::perform(fixture, command);
    }
    [[nodiscard]] Result<authority::OutcomeAnswer> report(const ReportOutcome& outcome)
    {
        return AuthorityFixture::wait<authority::OutcomeAnswer>(
            [&](auto reply) { fixture.authority().reportOutcome(outcome, std::move(reply)); });
    }
    [[nodiscard]] Result<audit::Receipt> verified(const std::string& jws) const
    {
        const std::array keys{fixture.identity().device.publicKey()};
        return audit::verifyReceipt(jws, keys);
    }
    [[nodiscard]] Result<audit::StoredReceipt> find(const std::string& id)
    {
        return fixture.run<audit::StoredReceipt>(
            [id](Context& context) { return audit::findReceipt(context.database, id, context.log->origin()); });
    }
    /// The leaves of the grant, oldest first.
    [[nodiscard]] std::vector<std::string> leaves()
    {
        return must(fixture.run<std::vector<std::string>>([id = tokens.grant](
                                                              Context& context) -> Result<std::vector<std::string>> {
            store::Query query(context.database, "SELECT leaf FROM log_leaves WHERE grant_id = ? ORDER BY idx");
            query.bind(id.value);
            std::vector<std::string> leaves;
            while (TRY(query.next()))
                leaves.push_back(TRY(audit::unpackLeaf(query.blob(0))));
            return leaves;
        }),
            "leaves");
    }
    [[nodiscard]] std::int64_t usesOf() { return rowOf(fixture, tokens.grant).meters.front().used; }
};

std::string textOf(const json::Object& claims, const char* name)
{
    return json::requiredString(claims, name).value_or(std::string());
}

bool isRefused(const Result<ActionAnswer>& answer, Reason reason)
{
    return denialOf(answer) == reason && answer->receipt;
}

} // namespace

class TestReceipts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_permit_has_a_receipt_that_the_device_key_verifies()
    {
        Scene scene;
        const auto command = scene.signedCommand();
        const auto answer = must(scene.perform(command), "perform");
        const auto receipt = must(scene.verified(answer.receipt->jws), "receipt");
        QCOMPARE(receipt.index, *answer.leaf);
        QCOMPARE(textOf(receipt.claims, "jti"), answer.receipt->id);
        QCOMPARE(textOf(receipt.claims, "type"), "action_permitted");
        QCOMPARE(textOf(receipt.claims, "decision"), "permit");
        QCOMPARE(textOf(receipt.claims, "binding"), "http-signature");
        QCOMPARE(textOf(receipt.claims, "iss"), scene.fixture.authority().issuer());
        QCOMPARE(textOf(receipt.claims, "token"), crypto::sha256Base64url(scene.tokens.accessToken));
        QCOMPARE(receipt.claims.at("chain"), json::Value(json::Array{scene.tokens.grant.value}));
        const json::Object& request = receipt.claims.at("request").as_object();
        QCOMPARE(textOf(request, "signature_digest"), command.signature->digest);
        QCOMPARE(textOf(request, "action"), "payments.create");
        QCOMPARE(textOf(request.at("amount").as_object(), "value"), "10.00");
        QCOMPARE(receipt.leaf, scene.leaves().back());
        // What is private is only committed to, and told beside it.
        QVERIFY(!receipt.leaf.contains("acme"));
        QVERIFY(answer.receipt->text.contains("acme"));
        QCOMPARE(textOf(receipt.claims, "text_commitment"),
            crypto::sha256Base64url(answer.receipt->salt + answer.receipt->text));
        const auto record = must(scene.fixture.run<std::optional<std::string>>(
                                     [&](Context& context) { return context.consents.recordOf(scene.tokens.grant); }),
            "consent");
        QCOMPARE(textOf(receipt.claims, "consent"), crypto::sha256Base64url(*record));
    }

    void a_denial_has_one_too()
    {
        Scene scene;
        const auto answer = must(scene.perform(scene.signedCommand("50.01")), "perform");
        const auto receipt = must(scene.verified(answer.receipt->jws), "receipt");
        QCOMPARE(textOf(receipt.claims, "decision"), "deny");
        QCOMPARE(textOf(receipt.claims, "reason"), "per_action");
        QVERIFY(!receipt.claims.contains("debits"));
        QVERIFY(!receipt.leaf.contains("50.01"));
        QVERIFY(answer.receipt->text.contains("50.01"));
    }

    void receipts_of_a_grant_are_chained_without_a_gap()
    {
        Scene scene;
        for (const char* amount : {"1.00", "60.00", "2.00"})
            QVERIFY(scene.perform(scene.signedCommand(amount)));
        QVERIFY(scene.fixture.revoke(scene.tokens.grant));
        std::string before;
        std::int64_t seq = 0;
        for (const std::string& leaf : scene.leaves()) {
            const json::Object claims = must(json::parseObject(leaf), "leaf");
            QCOMPARE(json::requiredInteger(claims, "seq"), seq++);
            QCOMPARE(textOf(claims, "prev"), before.empty() ? before : crypto::base64url(crypto::leafHash(before)));
            before = leaf;
        }
        QVERIFY(must(json::parseObject(before), "leaf").contains("closing"));
    }

    void the_same_signature_gets_the_same_answer_and_costs_nothing()
    {
        Scene scene;
        for (const char* amount : {"10.00", "60.00"}) {
            const auto command = scene.signedCommand(amount);
            const auto first = must(scene.perform(command), "first");
            const auto again = must(scene.perform(command), "again");
            QCOMPARE(again.receipt->jws, first.receipt->jws);
            QCOMPARE(again.receipt->text, first.receipt->text);
            QCOMPARE(again.receipt->salt, first.receipt->salt);
            QCOMPARE(again.verdict.outcome, first.verdict.outcome);
            QCOMPARE(again.verdict.reason, first.verdict.reason);
            QCOMPARE(again.verdict.sentence, first.verdict.sentence);
            QCOMPARE(again.verdict.member, first.verdict.member);
            QCOMPARE(again.grant, first.grant);
            QCOMPARE(again.leaf, first.leaf);
        }
        QCOMPARE(scene.fixture.count(LeafKind::ActionPermitted), 1);
        QCOMPARE(scene.fixture.count(LeafKind::ActionDenied), 1);
        QCOMPARE(scene.usesOf(), 1);
    }

    void also_when_the_grant_has_ended_since_and_after_a_restart()
    {
        Scene scene;
        const auto command = scene.signedCommand();
        const auto first = must(scene.perform(command), "first");
        QVERIFY(scene.fixture.revoke(scene.tokens.grant));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        auto stale = command;
        stale.nonce = authority::PerformAction::Nonce::Stale;
        stale.proofs.clear();
        QCOMPARE(must(scene.perform(stale), "again").receipt->jws, first.receipt->jws);
        QCOMPARE(scene.perform(withSignature(stale)).error().code, ErrorCode::UseDpopNonce);
    }

    void it_is_remembered_as_long_as_it_could_be_accepted()
    {
        Scene scene;
        const auto command = scene.signedCommand();
        const auto first = must(scene.perform(command), "first");
        scene.fixture.clock().advance(std::chrono::seconds(305));
        QCOMPARE(must(scene.perform(command), "again").receipt->jws, first.receipt->jws);
        scene.fixture.clock().advance(std::chrono::seconds(1));
        QCOMPARE(scene.perform(command).error().code, ErrorCode::Replayed); // of the DPoP proof
    }

    void the_same_nonce_with_another_signature_is_refused()
    {
        Scene scene;
        const auto first = withSignature(scene.command(), kTestStart, "nonce");
        QVERIFY(isPermitted(scene.perform(first)));
        QVERIFY(
            isRefused(scene.perform(withSignature(scene.command(), kTestStart, "nonce")), Reason::InvalidSignature));
        QVERIFY(isPermitted(scene.perform(first)));
        QCOMPARE(scene.usesOf(), 1);
        // Another key's nonces are its own.
        const TestAgent other = scene.fixture.registerAgent("other");
        const auto tokens = grantTo(scene.fixture, other, paymentsWith(kRules));
        QVERIFY(isPermitted(scene.perform(
            withSignature(performanceOf(scene.fixture, scene.service, tokens.accessToken, other, payment("1.00")),
                kTestStart, "nonce"))));
    }

    void a_question_to_the_person_is_answered_the_same_again()
    {
        Scene scene(",\"step_up\":{\"every_action\":true}");
        const auto command = scene.signedCommand();
        const auto first = must(scene.perform(command), "first");
        const auto again = must(scene.perform(command), "again");
        QVERIFY(isAsked(again));
        QVERIFY(!again.receipt);
        QCOMPARE(again.requestId, first.requestId);
        QCOMPARE(again.leaf, first.leaf);
        QCOMPARE(scene.fixture.waiting().front().facts.timesAsked, 1);
    }

    void an_erased_detail_leaves_the_receipt_as_it_is()
    {
        Scene scene;
        const auto command = scene.signedCommand("60.00");
        const auto first = must(scene.perform(command), "first");
        QVERIFY(scene.fixture.run<void>([index = *first.leaf](Context& context) {
            store::Query query(
                context.database, "UPDATE log_leaves SET private_text = NULL, salt = NULL WHERE idx = ?");
            return query.bind(static_cast<std::int64_t>(index)).run();
        }));
        const auto again = must(scene.perform(command), "again");
        QCOMPARE(again.receipt->jws, first.receipt->jws);
        QCOMPARE(again.receipt->text, std::string());
        QCOMPARE(again.verdict.reason, Reason::PerAction);
    }

    void an_objection_is_a_logged_denial()
    {
        Scene scene;
        auto command = scene.command();
        command.objection = Objection{Reason::SignatureRequired, "It must be signed."};
        QVERIFY(isRefused(scene.perform(command), Reason::SignatureRequired));
        QCOMPARE(scene.usesOf(), 0);
        auto unclear = scene.signedCommand();
        unclear.objection = Objection{Reason::Arguments, "They can't be told.", Objection::Holds::WithRules};
        QVERIFY(isRefused(scene.perform(unclear), Reason::Arguments));
        Scene free(",\"uses\":3");
        unclear = free.signedCommand();
        unclear.objection = Objection{Reason::Arguments, "They can't be told.", Objection::Holds::WithRules};
        QVERIFY(isPermitted(free.perform(unclear)));
    }

    void a_receipt_is_found_by_its_whole_id()
    {
        Scene scene;
        const auto answer = must(scene.perform(scene.signedCommand()), "perform");
        const std::string& id = answer.receipt->id;
        QCOMPARE(must(scene.find(id), "find").jws, answer.receipt->jws);
        const std::string index = std::to_string(*answer.leaf);
        for (const std::string& wrong : {index, index + '.', index + ".x", id + 'x', id.substr(0, id.size() - 1),
                 std::string("0.") + id.substr(id.find('.') + 1), std::string(), std::string("x"), '0' + id,
                 std::string("99999999999999999999.x")})
            QCOMPARE(scene.find(wrong).error().code, ErrorCode::NotFound);
    }

    void a_changed_receipt_does_not_verify()
    {
        Scene scene;
        const auto answer = must(scene.perform(scene.signedCommand()), "perform");
        const std::string& jws = answer.receipt->jws;
        for (std::size_t i = 0; i < jws.size(); ++i) {
            std::string changed = jws;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            QVERIFY2(!scene.verified(changed), std::to_string(i).c_str());
        }
        const std::array other{crypto::PrivateKey::generate(crypto::KeyType::P256)->publicKey()};
        QCOMPARE(audit::verifyReceipt(jws, other).error().code, ErrorCode::NotFound);
    }

    void what_happened_is_reported_once()
    {
        Scene scene;
        const auto permitted = must(scene.perform(scene.signedCommand()), "perform");
        const ReportOutcome outcome{
            scene.service, permitted.receipt->id, ReportOutcome::Executed::Yes, 201, "sha-256=:x:", {}, {}, {}};
        const auto first = must(scene.report(outcome), "report");
        const auto receipt = must(scene.verified(first.receipt.jws), "receipt");
        QCOMPARE(textOf(receipt.claims, "type"), "action_outcome");
        QCOMPARE(textOf(receipt.claims.at("outcome").as_object(), "executed"), "yes");
        QCOMPARE(receipt.claims.at("receipt").as_object().at("index").as_int64(), std::int64_t(*permitted.leaf));
        QCOMPARE(must(scene.report(outcome), "again").receipt.jws, first.receipt.jws);
        auto other = outcome;
        other.executed = ReportOutcome::Executed::No;
        QCOMPARE(scene.report(other).error().code, ErrorCode::InvalidRequest);
        QCOMPARE(scene.fixture.count(LeafKind::ActionOutcome), 1);
    }

    void over_a_broken_log_nothing_is_signed()
    {
        Scene scene;
        const auto answer = must(scene.perform(scene.signedCommand()), "perform");
        const ReportOutcome outcome{.service = scene.service,
            .receipt = answer.receipt->id,
            .executed = ReportOutcome::Executed::Yes,
            .status = 201,
            .responseDigest = {},
            .signature = {},
            .upstream = {}};
        must(scene.fixture.run<void>([](Context& context) -> Result<void> {
            authority::breakLog(context, {ErrorCode::StorageCorrupt, "entry 3: it is missing"});
            return {};
        }),
            "breaking");
        const std::size_t size = scene.fixture.log().size();
        QCOMPARE(scene.report(outcome).error().code, ErrorCode::TemporarilyUnavailable);
        QCOMPARE(scene.fixture.log().size(), size);
        const auto read = AuthorityFixture::wait<authority::ReadReceipt>(
            [&](auto reply) { scene.fixture.authority().readReceipt(answer.receipt->id, std::move(reply)); });
        QCOMPARE(read.error().code, ErrorCode::TemporarilyUnavailable);
    }

    void only_who_asked_reports_and_only_of_what_was_permitted()
    {
        Scene scene;
        const auto permitted = must(scene.perform(scene.signedCommand()), "perform");
        const auto denied = must(scene.perform(scene.signedCommand("60.00")), "perform");
        const ReportOutcome outcome{addService(scene.fixture), permitted.receipt->id, {}, {}, {}, {}, {}, {}};
        QCOMPARE(scene.report(outcome).error().code, ErrorCode::NotFound);
        auto ofDenied = outcome;
        ofDenied.service = scene.service;
        ofDenied.receipt = denied.receipt->id;
        QCOMPARE(scene.report(ofDenied).error().code, ErrorCode::InvalidRequest);
        auto unknown = ofDenied;
        unknown.receipt = "0.x";
        QCOMPARE(scene.report(unknown).error().code, ErrorCode::NotFound);
        QCOMPARE(scene.fixture.count(LeafKind::ActionOutcome), 0);
    }

    void it_may_be_reported_after_the_grant_has_ended()
    {
        Scene scene;
        const auto permitted = must(scene.perform(scene.signedCommand()), "perform");
        QVERIFY(scene.fixture.revoke(scene.tokens.grant));
        QVERIFY(
            scene.report({scene.service, permitted.receipt->id, ReportOutcome::Executed::Unknown, {}, {}, {}, {}, {}}));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.fixture.status().detail, QString());
    }
};

QTEST_GUILESS_MAIN(TestReceipts)
#include "tst_receipts.moc"
