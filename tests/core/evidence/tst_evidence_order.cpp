// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an action rests on came before it: by the log's order, and by the times that were signed.
#include "core/authority/use_cases.h"
#include "core/crypto/digest.h"
#include "tests/core/evidence/lies.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using evidence::Evidence;
using Lie = EvidenceScene::Lie;

class EvidenceOrderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void what_was_agreed_to_only_afterwards_is_caught();
    void a_yes_of_a_later_time_is_caught();
    void a_clock_that_was_set_back_is_explained();
};

void EvidenceOrderTest::what_was_agreed_to_only_afterwards_is_caught()
{
    EvidenceScene scene;
    const TestAgent second = scene.fixture.registerAgent("second");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, handedOn(booksPermission()));
    const auto act = [&] { return scene.act(sentPayment("7.25"), second, scene.tokens.accessToken, {link}); };
    const auto failedOf = [&](const authority::ActionAnswer& answer) {
        return failedStep(evidence::verify(textOf(scene.evidenceOf(answer)), scene.trust()));
    };
    const auto before = act();
    QCOMPARE(failedOf(before), std::string());
    const GrantId below = scene.grantBelow();
    scene.logAgainNow(below);
    const auto between = act();
    QCOMPARE(failedOf(before), std::string("chain"));
    QCOMPARE(failedOf(between), std::string());
    scene.logAgainNow(scene.tokens.grant); // now the link came before what it hands on
    const auto after = act();
    for (const auto& answer : {before, between, after})
        QCOMPARE(failedOf(answer), std::string("chain"));
    scene.logAgainNow(below);
    QCOMPARE(failedOf(after), std::string("chain"));
    QCOMPARE(failedOf(act()), std::string());
    // Of the grant's own entries all are there, and the first of them is not what made it.
    const auto mine = evidence::GrantWanted{scene.tokens.grant};
    QVERIFY(!failedStep(evidence::verify(textOf(must(scene.evidenceOf(mine), "grant")), scene.trust())).empty());
}

void EvidenceOrderTest::a_yes_of_a_later_time_is_caught()
{
    EvidenceScene scene;
    const UnixSeconds decided = scene.fixture.clock().now();
    const auto answer = scene.pay("7.25");
    const auto failedAt = [&](std::chrono::seconds before) {
        scene.fixture.clock().setWall(decided - before);
        std::string token = resigned(scene.tokens.accessToken, scene.fixture.identity().device,
            [&](json::Object& claims) { claims["iat"] = (decided - before).value; });
        const auto wanted = scene.lie(answer, [&](Lie& lie) { lie.claims["token"] = crypto::sha256Base64url(token); });
        Evidence file = must(scene.evidenceOf(wanted), "evidence");
        file.tokens = {std::move(token)};
        return failedStep(evidence::verify(textOf(file), scene.trust()));
    };
    using std::chrono::seconds;
    // The proof and the signature are of the true token and time; only what comes before them is looked at here.
    QCOMPARE(failedAt(seconds(5)), std::string("requests"));
    QCOMPARE(failedAt(seconds(6)), std::string("chain"));
}

void EvidenceOrderTest::a_clock_that_was_set_back_is_explained()
{
    EvidenceScene scene;
    scene.fixture.clock().setWall(scene.fixture.clock().now() - std::chrono::hours(1));
    must(scene.fixture.run<void>(authority::holdIfClockMoved), "hold");
    must(scene.fixture.run<void>([&](auto& context) { return authority::resumeGrant(context, scene.tokens.grant); }),
        "resume");
    const auto renewed = must(scene.fixture.refresh(scene.agent, scene.tokens.refreshToken), "refresh");
    const auto answer = scene.act(sentPayment("7.00"), scene.agent, renewed.accessToken);
    QVERIFY(isPermitted(answer));
    const auto report = evidence::verify(textOf(scene.evidenceOf(answer)), scene.trust());
    QVERIFY2(report.verdict == evidence::Verdict::Verified, told(report).c_str());
}

QTEST_GUILESS_MAIN(EvidenceOrderTest)
#include "tst_evidence_order.moc"
