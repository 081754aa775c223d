// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A request that follows from what another server decided: our receipt names that one, where the agent signed it along.
#include "core/audit/foreign_receipt.h"
#include "core/crypto/jws.h"
#include "tests/core/server/authzen/evidence_of.h"
#include "tests/support/actions.h"
#include "tests/support/foreign_server.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
struct Scene : PerformedScene {
    using PerformedScene::PerformedScene;
    ForeignServer gateway;

    [[nodiscard]] GivenReceipt before() { return gateway.receipt({.text = "{}", .at = wire.now()}); }
    /// As many, each of which names the one before it.
    [[nodiscard]] std::vector<GivenReceipt> chainOf(std::size_t count)
    {
        std::vector<GivenReceipt> chain;
        for (std::size_t i = 0; i < count; ++i)
            chain.push_back(
                gateway.receipt({.upstream = i == 0 ? std::vector<std::string>() : std::vector{chain[i - 1].leafHash},
                    .at = wire.now() - std::chrono::seconds(100) + std::chrono::seconds(i)}));
        return chain;
    }
    [[nodiscard]] std::vector<GivenReceipt> sideBySide(std::size_t count)
    {
        std::vector<GivenReceipt> receipts;
        while (receipts.size() < count)
            receipts.push_back(before());
        return receipts;
    }
    /// The service reports that it was done, and what others signed.
    [[nodiscard]] WireAnswer report(const WireAnswer& about, const std::vector<GivenReceipt>& others)
    {
        json::Array upstream;
        for (const GivenReceipt& given : others)
            upstream.emplace_back(toJson(given));
        const std::string body = json::serialize(json::Object{{"executed", "yes"}, {"upstream", std::move(upstream)}});
        return wire.askFor("/receipts/" + contextText(about.body, "receipt_id") + "/outcome", body, {service.basic()});
    }
    /// The agent's request with these receipts, signed, and passed on.
    [[nodiscard]] Sent following(const std::vector<GivenReceipt>& receipts)
    {
        Sent sent = sentBy(agent, token());
        json::Array upstream;
        std::string field;
        for (const GivenReceipt& given : receipts) {
            field += (field.empty() ? "" : ", ") + given.jws;
            upstream.emplace_back(toJson(given));
        }
        sent.headers["action-receipt"] = field;
        sent.upstream = std::move(upstream);
        return signedBy(agent, std::move(sent));
    }
    [[nodiscard]] authority::Story storyOf(const WireAnswer& answer)
    {
        return must(AuthorityFixture::wait<authority::Story>([&](auto reply) {
            wire.fixture().authority().story(receiptIn(*this, answer).index, std::move(reply));
        }),
            "story");
    }
    [[nodiscard]] Result<std::uint64_t> check()
    {
        return AuthorityFixture::wait<std::uint64_t>(
            [&](auto reply) { wire.fixture().authority().checkLog({}, std::move(reply)); });
    }
};

bool isPermitted(const WireAnswer& answer)
{
    return answer.status() == 200 && answer.body.at("decision").as_bool();
}

bool isRefusedForItsReceipts(const WireAnswer& answer)
{
    return answer.status() == 200 && !answer.body.at("decision").as_bool()
        && contextText(answer.body, "reason") == "invalid_signature";
}
} // namespace

class UpstreamDecisionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void our_receipt_names_what_the_agent_signed_along()
    {
        Scene scene;
        const GivenReceipt first = scene.before();
        const GivenReceipt second = scene.before();
        const WireAnswer answer = scene.pass(scene.following({first, second}));
        QVERIFY2(isPermitted(answer), answer.response.body.c_str());
        QCOMPARE(receiptIn(scene, answer).claims.at("upstream"),
            json::Value(json::Array{crypto::base64url(first.leafHash), crypto::base64url(second.leafHash)}));
        const auto story = scene.storyOf(answer);
        QCOMPARE(story.upstream.size(), 2U);
        for (const auto& foreign : story.upstream)
            QVERIFY(
                foreign.tie == audit::Tie::IsNamed && !foreign.above && foreign.signature == authority::Finding::Right);
        QCOMPARE(scene.count(audit::LeafKind::ReceiptImported), 0); // the decision itself took them in
        QVERIFY(scene.check());
    }

    void two_of_these_join_by_their_receipts_alone()
    {
        Scene first;
        Scene second;
        const WireAnswer here = first.pass(first.sent());
        GivenReceipt ours;
        ours.jws = contextText(here.body, "receipt");
        ours.leafHash = receiptIn(first, here).leafHash;
        ours.keys = {{"keys", json::Array{first.wire.fixture().identity().device.publicKey().toJwk()}}};
        const WireAnswer there = second.pass(second.following({ours})); // another request, of another agent
        QVERIFY(isPermitted(there));
        GivenReceipt theirs;
        theirs.jws = contextText(there.body, "receipt");
        theirs.keys = {{"keys", json::Array{second.wire.fixture().identity().device.publicKey().toJwk()}}};
        const WireAnswer reported = first.report(here, {theirs});
        QVERIFY2(reported.status() == 200, reported.response.body.c_str());
        QVERIFY(first.storyOf(here).upstream.front().tie == audit::Tie::Names);
        QVERIFY(second.storyOf(there).upstream.front().tie == audit::Tie::IsNamed);
        QVERIFY(first.check() && second.check());
    }

    void the_same_request_again_gets_the_same_answer()
    {
        Scene scene;
        const Sent sent = scene.following({scene.before()});
        const WireAnswer answer = scene.pass(sent);
        QCOMPARE(contextText(scene.pass(sent).body, "receipt"), contextText(answer.body, "receipt"));
    }

    void one_receipt_may_lead_to_several_requests()
    {
        Scene scene;
        const GivenReceipt before = scene.before();
        QVERIFY(isPermitted(scene.pass(scene.following({before}))));
        QVERIFY(isPermitted(scene.pass(scene.following({before}))));
        QVERIFY(scene.check());
    }

    void what_an_agent_brought_along_to_another_is_reported_all_the_same()
    {
        Scene scene;
        const WireAnswer paid = scene.pass(scene.sent());
        const std::string digest =
            must(json::requiredString(receiptIn(scene, paid).claims.at("request").as_object(), "signature_digest"),
                "digest");
        const GivenReceipt about = scene.gateway.receipt({.signatureDigest = digest, .at = scene.wire.now()});
        QVERIFY(isPermitted(scene.pass(scene.following({about})))); // before the service has said anything
        const WireAnswer reported = scene.report(paid, {about});
        QVERIFY2(reported.status() == 200, reported.response.body.c_str());
        QCOMPARE(scene.storyOf(paid).upstream.size(), 1U);
        QVERIFY(scene.check());
        const auto report = evidenceOf(scene, paid);
        QVERIFY2(report.verdict == evidence::Verdict::Verified, told(report).c_str());
    }

    void what_this_device_decided_itself_is_no_other_servers()
    {
        Scene scene;
        GivenReceipt own;
        own.jws = contextText(scene.pass(scene.sent()).body, "receipt");
        own.keys = {{"keys", json::Array{scene.wire.fixture().identity().device.publicKey().toJwk()}}};
        Sent sent = scene.following({own});
        const auto parameters = Sent::parameters(scene.agent.dpopKey, scene.wire.now());
        sent.sign(scene.agent.dpopKey, parameters, sent.covered());
        const WireAnswer answer = scene.pass(sent);
        QVERIFY2(isPermitted(answer), answer.response.body.c_str());
        QVERIFY(!receiptIn(scene, answer).claims.contains("upstream"));

        // Nor of a nonce that was used before, for another request: it ties that one to nothing.
        sent.body = "{\"amount\":\"101.00\"}";
        sent.digest();
        sent.proof = scene.wire.proof(scene.agent, "POST", kAt, sent.token, scene.wire.nonce());
        sent.sign(scene.agent.dpopKey, parameters, sent.covered());
        const WireAnswer again = scene.pass(sent);
        QVERIFY2(isRefusedForItsReceipts(again), again.response.body.c_str());
        QVERIFY(!receiptIn(scene, again).claims.contains("upstream"));
        const auto report = evidenceOf(scene, again);
        QVERIFY2(report.verdict == evidence::Verdict::Verified, told(report).c_str());
    }

    void a_chain_is_named_as_far_as_all_that_follows_finds_room()
    {
        Scene scene;
        const auto chain = scene.chainOf(audit::kMaxHopsBefore + 1);
        const WireAnswer near = scene.pass(scene.following({chain.begin(), chain.end() - 1}));
        QVERIFY2(isPermitted(near), near.response.body.c_str());
        QCOMPARE(scene.storyOf(near).upstream.size(), audit::kMaxHopsBefore);
        const WireAnswer far = scene.pass(scene.following(chain));
        QVERIFY2(isRefusedForItsReceipts(far), far.response.body.c_str());
        QVERIFY(!receiptIn(scene, far).claims.contains("upstream"));
        const WireAnswer reported = scene.report(near,
            {scene.gateway.receipt({.upstream = {chain[2].leafHash, chain[3].leafHash}, .at = scene.wire.now()})});
        QVERIFY2(reported.status() == 200, reported.response.body.c_str());
        for (const WireAnswer& answer : {near, far}) {
            const auto report = evidenceOf(scene, answer);
            QVERIFY2(report.verdict == evidence::Verdict::Verified, told(report).c_str());
        }
        QVERIFY(scene.check());
    }

    void a_receipt_of_our_own_does_not_make_a_chain_look_shorter()
    {
        Scene scene;
        GivenReceipt own;
        const WireAnswer first = scene.pass(scene.sent());
        own.jws = contextText(first.body, "receipt");
        own.leafHash = receiptIn(scene, first).leafHash;
        own.keys = {{"keys", json::Array{scene.wire.fixture().identity().device.publicKey().toJwk()}}};
        auto chain = scene.chainOf(audit::kMaxHopsBefore);
        // The last would hang on ours, as the newest that it names, if ours were one of theirs.
        chain.push_back(own);
        chain.push_back(scene.gateway.receipt({.upstream = {chain[chain.size() - 2].leafHash, own.leafHash},
            .at = scene.wire.now() + std::chrono::seconds(1)}));
        const WireAnswer answer = scene.pass(scene.following(chain));
        QVERIFY2(isRefusedForItsReceipts(answer), answer.response.body.c_str());
    }

    void as_many_are_named_as_leave_room_for_what_is_reported()
    {
        Scene scene;
        const auto many = scene.sideBySide(audit::kMaxReceiptsBefore + 1);
        const WireAnswer some = scene.pass(scene.following({many.begin(), many.end() - 1}));
        QVERIFY2(isPermitted(some), some.response.body.c_str());
        const WireAnswer all = scene.pass(scene.following(many));
        QVERIFY2(isRefusedForItsReceipts(all), all.response.body.c_str());
        QVERIFY(!receiptIn(scene, all).claims.contains("upstream"));
        std::vector<GivenReceipt> others;
        for (std::size_t i = 0; i < audit::kMaxForeignReceipts - audit::kMaxReceiptsBefore; ++i)
            others.push_back(
                ForeignServer().receipt({.upstream = {receiptIn(scene, some).leafHash}, .at = scene.wire.now()}));
        const WireAnswer reported = scene.report(some, others);
        QVERIFY2(reported.status() == 200, reported.response.body.c_str());
        const auto report = evidenceOf(scene, some);
        QVERIFY2(report.verdict == evidence::Verdict::Verified, told(report).c_str());
    }

    void what_is_wrong_with_it_refuses_the_action_and_is_logged_data()
    {
        using Spoil = std::function<void(Scene&, Sent&)>;
        QTest::addColumn<Spoil>("spoil");
        const auto row = [](const char* name, Spoil spoil) { QTest::newRow(name) << std::move(spoil); };
        row("no array", [](Scene&, Sent& sent) { sent.upstream = "x"; });
        row("one that the agent did not sign",
            [](Scene& scene, Sent& sent) { sent.upstream->as_array().emplace_back(toJson(scene.before())); });
        row("one twice", [](Scene&, Sent& sent) {
            const json::Value first = sent.upstream->as_array().front();
            sent.upstream->as_array().push_back(first);
        });
        row("the keys of another", [](Scene&, Sent& sent) {
            sent.upstream->as_array().front().as_object()["keys"] = ForeignServer().keySet();
        });
        row("details of another", [](Scene&, Sent& sent) {
            sent.upstream->as_array().front().as_object()["disclosure"] = json::Object{{"salt", ""}, {"text", ""}};
        });
        row("an address of keys", [](Scene&, Sent& sent) {
            sent.upstream->as_array().front().as_object()["jwks_uri"] = "https://gateway.example/jwks";
        });
        row("no field", [](Scene& scene, Sent& sent) {
            sent.headers.erase("action-receipt");
            sent.proof = scene.wire.proof(scene.agent, "POST", kAt, sent.token, scene.wire.nonce());
            sent.sign(scene.agent.dpopKey, scene.wire.now());
        });
        row("a field that the signature does not cover", [](Scene& scene, Sent& sent) {
            const std::string field = std::exchange(sent.headers["action-receipt"], {});
            sent.headers.erase("action-receipt");
            sent.sign(scene.agent.dpopKey, scene.wire.now());
            sent.headers["action-receipt"] = field;
        });
    }
    void what_is_wrong_with_it_refuses_the_action_and_is_logged()
    {
        using Spoil = std::function<void(Scene&, Sent&)>;
        QFETCH(Spoil, spoil);
        Scene scene;
        Sent sent = scene.following({scene.before()});
        spoil(scene, sent);
        const WireAnswer answer = scene.pass(sent);
        QCOMPARE(answer.status(), 200);
        QVERIFY(!answer.body.at("decision").as_bool());
        QCOMPARE(contextText(answer.body, "reason"), "invalid_signature");
        QCOMPARE(scene.count(audit::LeafKind::ActionDenied), 1);
        QVERIFY(!receiptIn(scene, answer).claims.contains("upstream"));
        QVERIFY(scene.check());
    }

    void a_read_that_is_not_signed_follows_from_nothing()
    {
        Scene scene;
        Sent sent = scene.sentBy(scene.agent, scene.token(), "GET");
        sent.action = "payments.read";
        sent.body.clear();
        sent.upstream = json::Array{toJson(scene.before())};
        const WireAnswer answer = scene.pass(sent);
        QCOMPARE(contextText(answer.body, "reason"), "invalid_signature");
    }
};

QTEST_GUILESS_MAIN(UpstreamDecisionTest)
#include "tst_upstream_decision.moc"
