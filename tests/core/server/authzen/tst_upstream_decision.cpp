// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A request that follows from what another server decided: our receipt names that one, where the agent signed it along.
#include "core/audit/foreign_receipt.h"
#include "core/audit/receipt.h"
#include "core/crypto/jws.h"
#include "tests/core/server/authzen/performed_scene.h"
#include "tests/support/actions.h"
#include "tests/support/foreign_server.h"

#include <QTest>

#include <array>
#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
struct Scene : PerformedScene {
    using PerformedScene::PerformedScene;
    ForeignServer gateway;

    [[nodiscard]] GivenReceipt before() { return gateway.receipt({.text = "{}", .at = wire.now()}); }
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
    [[nodiscard]] audit::Receipt receiptIn(const WireAnswer& answer)
    {
        const std::array keys{wire.fixture().identity().device.publicKey()};
        return must(audit::verifyReceipt(contextText(answer.body, "receipt"), keys), "receipt");
    }
    [[nodiscard]] authority::Story storyOf(const WireAnswer& answer)
    {
        return must(AuthorityFixture::wait<authority::Story>([&](auto reply) {
            wire.fixture().authority().story(receiptIn(answer).index, std::move(reply));
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
        QCOMPARE(scene.receiptIn(answer).claims.at("upstream"),
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
        ours.leafHash = first.receiptIn(here).leafHash;
        ours.keys = {{"keys", json::Array{first.wire.fixture().identity().device.publicKey().toJwk()}}};
        const WireAnswer there = second.pass(second.following({ours})); // another request, of another agent
        QVERIFY(isPermitted(there));
        GivenReceipt theirs;
        theirs.jws = contextText(there.body, "receipt");
        theirs.keys = {{"keys", json::Array{second.wire.fixture().identity().device.publicKey().toJwk()}}};
        const std::string report =
            json::serialize(json::Object{{"executed", "yes"}, {"upstream", json::Array{toJson(theirs)}}});
        const WireAnswer reported = first.wire.askFor(
            "/receipts/" + contextText(here.body, "receipt_id") + "/outcome", report, {first.service.basic()});
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

    void what_this_device_decided_itself_is_no_other_servers()
    {
        Scene scene;
        GivenReceipt own;
        own.jws = contextText(scene.pass(scene.sent()).body, "receipt");
        own.keys = {{"keys", json::Array{scene.wire.fixture().identity().device.publicKey().toJwk()}}};
        const WireAnswer answer = scene.pass(scene.following({own}));
        QVERIFY2(isPermitted(answer), answer.response.body.c_str());
        QVERIFY(!scene.receiptIn(answer).claims.contains("upstream"));
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
        QVERIFY(!scene.receiptIn(answer).claims.contains("upstream"));
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
