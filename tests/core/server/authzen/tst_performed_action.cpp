// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The decision through AuthZEN's door: a service passes on what an agent sent it, with everything right, or one thing
// wrong; and chains that are shown to a service instead of being exchanged.
#include "tests/core/server/authzen/performed_scene.h"
#include "tests/support/actions.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
using Scene = PerformedScene;
using Change = std::function<void(Scene&, Sent&)>;
using Spoil = std::function<std::vector<std::string>(Scene&)>;
} // namespace
Q_DECLARE_METATYPE(Change)
Q_DECLARE_METATYPE(Spoil)

class PerformedActionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_permitted_action_is_debited_and_logged();
    void a_denied_action_is_logged_with_its_reason();
    void limits_hold_to_the_cent();
    void a_dry_run_debits_nothing();
    void what_is_wrong_with_the_proof_is_said_data();
    void what_is_wrong_with_the_proof_is_said();
    void what_a_service_may_not_do_is_refused_data();
    void what_a_service_may_not_do_is_refused();
    void a_proof_performs_once();
    void a_chain_acts_without_an_exchange();
    void a_chain_with_one_thing_wrong_is_a_no_data();
    void a_chain_with_one_thing_wrong_is_a_no();
    void a_revoked_ancestor_is_a_no();
    void a_paused_ancestor_is_a_no();
    void spending_below_counts_above();
    void the_person_is_asked_about_exactly_this();
    void the_floor_is_that_of_where_the_request_went_too();
};

void PerformedActionTest::a_permitted_action_is_debited_and_logged()
{
    Scene scene;
    const WireAnswer answer = scene.pass(scene.sent());
    QVERIFY2(permits(answer), answer.response.body.c_str());
    const json::Object& context = answer.body.at("context").as_object();
    QVERIFY(!context.contains("dry_run"));
    QCOMPARE(json::requiredString(context, "grant_id"), scene.grant().value);
    QVERIFY(context.at("log").at("index").is_number());
    QCOMPARE(scene.wire.fixture().count(audit::LeafKind::ActionPermitted), 1);
    for (const authority::GrantRow& row : scene.wire.fixture().grants()) {
        for (const authority::Meter& meter : row.meters)
            QCOMPARE(meter.used, meter.kind == authority::Meter::Kind::Uses ? 1 : 100'000'000);
    }
}

void PerformedActionTest::a_denied_action_is_logged_with_its_reason()
{
    Scene scene;
    const WireAnswer answer = scene.pay("\"500.01\"");
    QCOMPARE(answer.status(), 200);
    QVERIFY(!permits(answer));
    QCOMPARE(contextText(answer.body, "reason"), "per_action");
    const json::Object& context = answer.body.at("context").as_object();
    QVERIFY(!json::requiredString(context.at("reason_user").as_object(), "en").value().empty());
    QVERIFY(context.contains("log"));
    QCOMPARE(scene.wire.fixture().count(audit::LeafKind::ActionDenied), 1);
}

void PerformedActionTest::limits_hold_to_the_cent()
{
    Scene scene;
    QVERIFY(permits(scene.pay("500")));
    QVERIFY(permits(scene.pay("299.99")));
    QCOMPARE(contextText(scene.pay("0.02").body, "reason"), "total");
    QVERIFY(permits(scene.pay("0.01")));
    const WireAnswer last = scene.pay("0.01");
    QVERIFY(!permits(last));
}

void PerformedActionTest::a_dry_run_debits_nothing()
{
    Scene scene;
    const std::string question = "{\"subject\":{\"type\":\"agent\",\"id\":\"" + scene.agent.clientId
        + "\"},\"action\":{\"name\":\"payments.create\",\"properties\":{\"amount\":\"500.00\"}},"
          "\"resource\":{\"type\":\"payments\",\"id\":\""
        + kAt + "\"}}";
    for (int i = 0; i < 10; ++i)
        QVERIFY(permits(scene.wire.askFor(kOne, question, {scene.service.basic()})));
    QVERIFY(permits(scene.pay("\"500.00\"")));
}

void PerformedActionTest::what_is_wrong_with_the_proof_is_said_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<std::string>("reason");
    const auto row = [](const char* name, Change change, const char* reason) {
        QTest::newRow(name) << std::move(change) << std::string(reason);
    };
    row("another method", [](Scene&, Sent& sent) { sent.method = "PUT"; }, "invalid_dpop_proof");
    row("another path", [](Scene&, Sent& sent) { sent.uri = sent.resource = kAt + "/7"; }, "invalid_dpop_proof");
    row(
        "another key",
        [](Scene& scene, Sent& sent) {
            sent.proof = scene.wire.proof(scene.stranger, "POST", kAt, sent.token, scene.wire.nonce());
        },
        "invalid_dpop_proof");
    row(
        "another token's proof",
        [](Scene& scene, Sent& sent) {
            sent.proof = scene.wire.proof(scene.agent, "POST", kAt, "another", scene.wire.nonce());
        },
        "invalid_dpop_proof");
    row(
        "no nonce",
        [](Scene& scene, Sent& sent) {
            sent.proof = scene.wire.proof(scene.agent, "POST", kAt, sent.token, std::nullopt);
        },
        "use_dpop_nonce");
    row(
        "an old one", [](Scene& scene, Sent&) { scene.wire.fixture().clock().advance(std::chrono::seconds(306)); },
        "invalid_dpop_proof");
    row("not a proof", [](Scene&, Sent& sent) { sent.proof = "x"; }, "invalid_dpop_proof");
    row("not a token", [](Scene&, Sent& sent) { sent.token = "x"; }, "invalid_token");
    row(
        "a refresh token", [](Scene& scene, Sent& sent) { sent.token = scene.tokens.text("refresh_token"); },
        "invalid_token");
    row(
        "a damaged token", [](Scene&, Sent& sent) { sent.token.back() = sent.token.back() == 'A' ? 'B' : 'A'; },
        "invalid_token");
    row(
        "an expired token", [](Scene& scene, Sent&) { scene.wire.fixture().clock().advance(grants::kAccessTokenLife); },
        "invalid_token");
    row("another subject", [](Scene& scene, Sent& sent) { sent.subject = scene.stranger.clientId; }, "subject");
    row("no subject", [](Scene&, Sent& sent) { sent.subject.clear(); }, "subject");
}

void PerformedActionTest::what_is_wrong_with_the_proof_is_said()
{
    QFETCH(Change, change);
    QFETCH(std::string, reason);
    Scene scene;
    Sent sent = scene.sent();
    change(scene, sent);
    const WireAnswer answer = scene.pass(sent);
    QCOMPARE(answer.status(), 200);
    QVERIFY(!permits(answer));
    QVERIFY2(contextText(answer.body, "reason") == reason, answer.response.body.c_str());
    QVERIFY(!answer.field("dpop-nonce").empty()); // for the agent's next proof
    QCOMPARE(scene.wire.fixture().count(audit::LeafKind::ActionPermitted), 0);
}

void PerformedActionTest::what_a_service_may_not_do_is_refused_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<int>("status");
    QTest::newRow("a resource of another service")
        << Change([](Scene&, Sent& sent) { sent.resource = "https://other.example/"; }) << 403;
    QTest::newRow("a request to another service")
        << Change([](Scene&, Sent& sent) { sent.uri = "https://other.example/payments"; }) << 403;
    QTest::newRow("a request to somewhere else than the resource")
        << Change([](Scene&, Sent& sent) { sent.resource = kAt + "/7"; }) << 400;
    QTest::newRow("no URL") << Change([](Scene&, Sent& sent) { sent.uri = "payments"; }) << 400;
    QTest::newRow("an ambiguous URL") << Change([](Scene&, Sent& sent) {
        sent.uri = "https://payments.example/a/../payments";
    }) << 400;
}

void PerformedActionTest::what_a_service_may_not_do_is_refused()
{
    QFETCH(Change, change);
    QFETCH(int, status);
    Scene scene;
    Sent sent = scene.sent();
    change(scene, sent);
    QCOMPARE(scene.pass(sent).status(), status);
    QCOMPARE(scene.wire.fixture().count(audit::LeafKind::ActionPermitted), 0);
}

void PerformedActionTest::a_proof_performs_once()
{
    Scene scene;
    Sent sent = scene.sent();
    QVERIFY(permits(scene.pass(sent)));
    sent.sign(scene.agent.dpopKey, scene.wire.now()); // a signature of its own does not make it another proof
    const WireAnswer again = scene.pass(sent);
    QVERIFY(!permits(again));
    QCOMPARE(contextText(again.body, "reason"), "invalid_dpop_proof");
    QCOMPARE(scene.wire.fixture().count(audit::LeafKind::ActionPermitted), 1);
}

void PerformedActionTest::a_chain_acts_without_an_exchange()
{
    Scene scene;
    const auto chain = scene.wire.chain(scene.token(), {&scene.agent, &scene.child, &scene.grandchild});
    Sent sent = scene.sentBy(scene.grandchild, scene.token());
    sent.links = {chain[1], chain[2]};
    const WireAnswer answer = scene.pass(scene.signedBy(scene.grandchild, sent));
    QVERIFY2(permits(answer), answer.response.body.c_str());
    // First sight makes the tree; a link that was shown can still be exchanged.
    QCOMPARE(scene.wire.fixture().grants().size(), 3U);
    QCOMPARE(scene.wire.fixture().count(audit::LeafKind::GrantDelegated), 2);
    Sent more = scene.sentBy(scene.grandchild, scene.token());
    more.links = sent.links;
    more.subject = crypto::thumbprintUrn(scene.grandchild.jkt());
    QVERIFY(permits(scene.pass(scene.signedBy(scene.grandchild, more))));
    QCOMPARE(scene.wire.fixture().grants().size(), 3U);
    QCOMPARE(scene.wire.exchange(scene.grandchild, chain).status(), 200);
}

void PerformedActionTest::a_chain_with_one_thing_wrong_is_a_no_data()
{
    QTest::addColumn<Spoil>("spoil"); // the links that grandchild shows
    QTest::addColumn<std::string>("says");
    const auto row = [](const char* name, Spoil spoil, const char* says) {
        QTest::newRow(name) << std::move(spoil) << std::string(says);
    };
    row(
        "a widened member",
        [](Scene& scene) {
            const std::string first = scene.wire.link(scene.token(), scene.agent, scene.child);
            return std::vector{first, scene.wire.link(first, scene.child, scene.grandchild, [](grants::Link& link) {
                                   link.permission.details.front().uses = 6;
                               })};
        },
        "link 2: ");
    row(
        "swapped hops",
        [](Scene& scene) {
            const auto chain = scene.wire.chain(scene.token(), {&scene.agent, &scene.child, &scene.grandchild});
            return std::vector{chain[2], chain[1]};
        },
        "link 1: ");
    row(
        "a stolen link",
        [](Scene& scene) { return std::vector{scene.wire.link(scene.token(), scene.agent, scene.child)}; },
        "another key");
    row(
        "signed by a thief",
        [](Scene& scene) {
            const std::string first = scene.wire.link(scene.token(), scene.agent, scene.child);
            return std::vector{first, scene.wire.link(first, scene.stranger, scene.grandchild)};
        },
        "link 2: it is not signed by the key");
    row(
        "an expired middle",
        [](Scene& scene) {
            const std::string first = scene.wire.link(scene.token(), scene.agent, scene.child,
                [](grants::Link& link) { link.expiresAt = link.issuedAt + std::chrono::seconds(1); });
            const std::string second = scene.wire.link(first, scene.child, scene.grandchild);
            scene.wire.fixture().clock().advance(std::chrono::seconds(1));
            return std::vector{first, second};
        },
        "link 1: it has expired");
    row("not a link", [](Scene&) { return std::vector<std::string>{"a.b.c"}; }, "link 1: ");
}

void PerformedActionTest::a_chain_with_one_thing_wrong_is_a_no()
{
    QFETCH(Spoil, spoil);
    QFETCH(std::string, says);
    Scene scene;
    Sent sent = scene.sentBy(scene.grandchild, scene.token());
    sent.links = spoil(scene);
    const WireAnswer answer = scene.pass(scene.signedBy(scene.grandchild, sent));
    QCOMPARE(answer.status(), 200);
    QVERIFY(!permits(answer));
    QVERIFY2(answer.response.body.contains(says), answer.response.body.c_str());
    QCOMPARE(scene.wire.fixture().grants().size(), 1U);
}

void PerformedActionTest::a_revoked_ancestor_is_a_no()
{
    Scene scene;
    const auto chain = scene.wire.chain(scene.token(), {&scene.agent, &scene.child});
    Sent first = scene.sentBy(scene.child, scene.token());
    first.links = {chain[1]};
    QVERIFY(permits(scene.pass(scene.signedBy(scene.child, first))));
    QVERIFY(scene.wire.fixture().revoke(scene.grant()));
    Sent second = scene.sentBy(scene.child, scene.token());
    second.links = {chain[1]};
    QVERIFY(!permits(scene.pass(scene.signedBy(scene.child, second))));
    QVERIFY(!permits(scene.pass(scene.sent())));
    QCOMPARE(scene.wire.fixture().count(audit::LeafKind::ActionPermitted), 1);
}

void PerformedActionTest::a_paused_ancestor_is_a_no()
{
    Scene scene;
    const std::string token =
        scene.wire.exchange(scene.child, scene.wire.chain(scene.token(), {&scene.agent, &scene.child}))
            .text("access_token");
    QVERIFY(permits(scene.pass(scene.signedBy(scene.child, scene.sentBy(scene.child, token)))));
    const GrantId root = scene.grant();
    QVERIFY(scene.wire.fixture().run<void>([root](authority::Context& context) { return pauseGrant(context, root); }));
    QVERIFY(!permits(scene.pass(scene.signedBy(scene.child, scene.sentBy(scene.child, token)))));
    QVERIFY(scene.wire.fixture().run<void>([root](authority::Context& context) { return resumeGrant(context, root); }));
    QVERIFY(permits(scene.pass(scene.signedBy(scene.child, scene.sentBy(scene.child, token)))));
}

void PerformedActionTest::spending_below_counts_above()
{
    Scene scene;
    const std::string token =
        scene.wire.exchange(scene.child, scene.wire.chain(scene.token(), {&scene.agent, &scene.child}))
            .text("access_token");
    Sent below = scene.sentBy(scene.child, token);
    below.body = "{\"amount\":\"500.00\"}";
    QVERIFY(permits(scene.pass(scene.signedBy(scene.child, below))));
    QVERIFY(!permits(scene.pay("\"300.01\"")));
    QVERIFY(permits(scene.pay("\"300.00\"")));
}

void PerformedActionTest::the_person_is_asked_about_exactly_this()
{
    Scene scene(",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"total\":\"800.00\"},"
                "\"step_up\":{\"above\":\"50.00\"}");
    QVERIFY(permits(scene.pay("\"50.00\"")));
    const WireAnswer asked = scene.pay("\"60.00\"");
    QVERIFY(!permits(asked));
    QCOMPARE(contextText(asked.body, "reason"), "step_up");
    QVERIFY(!contextText(asked.body, "request_id").empty());
    const auto approved = scene.wire.fixture().approve();
    QVERIFY2(approved, approved ? "" : approved.error().message.c_str());
    QVERIFY(!permits(scene.pay("\"60.01\""))); // other bytes
    QVERIFY(permits(scene.pay("\"60.00\"")));
    QVERIFY(!permits(scene.pay("\"60.00\""))); // once
}

void PerformedActionTest::the_floor_is_that_of_where_the_request_went_too()
{
    Scene scene;
    const Credentials inner = scene.wire.addService(QStringLiteral("https://payments.example/inner/"));
    services::Requirements demands;
    demands.minimumLevel = services::TrustLevel::L2;
    demand(scene.wire.fixture(), ServiceId{inner.id}, demands);
    // The service above it may call the place what it likes.
    const auto payAt = [&](const std::string& uri, const std::string& resource) {
        Sent sent = scene.sentBy(scene.agent, scene.token());
        sent.proof = scene.wire.proof(scene.agent, "POST", uri, scene.token(), scene.wire.nonce());
        sent.uri = uri;
        sent.resource = resource;
        sent.body = "{\"amount\":\"1.00\"}";
        return scene.pass(scene.signedBy(scene.agent, sent));
    };
    for (const char* resource : {"7", "https://payments.example/", "https://payments.example/inner/pay"}) {
        QVERIFY(!permits(payAt("https://payments.example/inner/pay", resource)));
        QCOMPARE(
            contextText(payAt("https://payments.example/inner/pay", resource).body, "reason"), "waiting_for_evidence");
    }
    const WireAnswer outside = payAt("https://payments.example/inner2/pay", "7");
    QVERIFY2(permits(outside), outside.response.body.c_str());
    QCOMPARE(scene.count(audit::LeafKind::ActionPermitted), 1);
}

QTEST_GUILESS_MAIN(PerformedActionTest)
#include "tst_performed_action.moc"
