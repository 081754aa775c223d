// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The service with real servers at the other end.
#include "tests/core/agents/trust_scene.h"

#include <QElapsedTimer>

#include <atomic>

using namespace countersign;
using namespace countersign::agents;
using namespace countersign::test;
using namespace std::chrono_literals;

class TestTrustService : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_right_token_counts()
    {
        TrustScene scene;
        const TrustEvidence evidence = scene.ask(scene.right());
        QCOMPARE(evidence.distrust, Distrust::None);
        QCOMPARE(evidence.level, TrustLevel::L3);
        QCOMPARE(evidence.source, TrustSource::Token);
        QCOMPARE(evidence.issuer, scene.peer.url());
        QCOMPARE(evidence.screening, Screening::Clear);
        QCOMPARE(evidence.validUntil, kTrustNow + kDefaultFreshness); // the keys' time, which is shorter
        QVERIFY(!evidence.digest.empty());
    }

    void with_nobody_configured_nobody_is_asked()
    {
        TrustScene scene;
        scene.settings = {};
        QVERIFY(!scene.service().hasSources());
        const TrustEvidence evidence = scene.ask(scene.right());
        QCOMPARE(evidence.distrust, Distrust::UnknownIssuer);
        QVERIFY(evidence.issuer.empty());
        QVERIFY(scene.peer.paths().empty());
    }

    void an_issuer_that_the_person_did_not_name_is_not_asked()
    {
        TrustScene scene;
        const TrustPeer other;
        const auto token = signToken(rightClaims(other.url(), scene.agent.publicKey()), scene.issuer);
        QCOMPARE(scene.ask(scene.about(token)).distrust, Distrust::UnknownIssuer);
        QVERIFY(other.paths().empty());
        QVERIFY(scene.peer.paths().empty());
    }

    void later_calls_ask_nobody()
    {
        TrustScene scene;
        const TrustEvidence first = scene.ask(scene.right());
        const TrustQuestion question = scene.about(signToken(scene.claims(), scene.issuer));
        const TrustEvidence second = scene.ask(question);
        scene.clock.advance(30min);
        QCOMPARE(scene.ask(question), second);
        QCOMPARE(second.level, first.level);
        QCOMPARE(scene.peer.asked(kKeysPath), 1);
        scene.clock.advance(30min);
        QCOMPARE(scene.ask(question).fetchedAt, kTrustNow + 1h);
        QCOMPARE(scene.peer.asked(kKeysPath), 2);
    }

    void who_asks_at_the_same_time_shares_one_round()
    {
        TrustScene scene;
        scene.peer.pages[kKeysPath].delay = 100ms;
        const TrustQuestion question = scene.right();
        std::atomic<int> answered = 0;
        for (int i = 0; i < 20; ++i)
            scene.service().ask(question,
                [&](const TrustEvidence& evidence) { answered += evidence.level == TrustLevel::L3 ? 1 : 1000; });
        QTRY_COMPARE(answered.load(), 20);
        QCOMPARE(scene.peer.asked(kKeysPath), 1);
    }

    void a_key_that_was_changed_is_fetched()
    {
        TrustScene scene;
        QCOMPARE(scene.ask(scene.right()).level, TrustLevel::L3);
        const auto next = newKey(crypto::KeyType::Ed25519);
        scene.peer.pages[kKeysPath].body = keySetOf(next.publicKey());
        const auto token = signToken(scene.claims(), next);
        QCOMPARE(scene.ask(scene.about(token)).distrust, Distrust::UnknownKey); // it was asked just now
        QCOMPARE(scene.peer.asked(kKeysPath), 1);
        scene.clock.advance(kRefetchPause); // and nobody has to say that it is to be asked anew
        QCOMPARE(scene.ask(scene.about(token)).level, TrustLevel::L3);
        QCOMPARE(scene.peer.asked(kKeysPath), 2);
        // And what the old key signed is worth nothing any more.
        scene.clock.advance(kRefetchPause);
        QCOMPARE(scene.ask(scene.about(signToken(scene.claims(), scene.issuer))).distrust, Distrust::UnknownKey);
    }

    void made_up_keys_make_nobody_hammer_the_issuer()
    {
        TrustScene scene;
        for (int i = 0; i < 50; ++i) {
            QCOMPARE(scene.ask(scene.about(signToken(scene.claims(), newKey()))).distrust, Distrust::UnknownKey);
            scene.clock.advance(1s);
        }
        QCOMPARE(scene.peer.asked(kKeysPath), 1);
    }

    void keys_last_as_long_as_the_issuer_says_within_limits_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<qint64>("seconds");
        QTest::newRow("said nothing") << QString() << qint64{3600};
        QTest::newRow("ten minutes") << QStringLiteral("public, max-age=600") << qint64{600};
        QTest::newRow("by another case") << QStringLiteral("Max-Age=600") << qint64{600};
        QTest::newRow("none") << QStringLiteral("max-age=0") << qint64{60};
        QTest::newRow("not to be kept") << QStringLiteral("no-store, max-age=600") << qint64{60};
        QTest::newRow("for ever") << QStringLiteral("max-age=99999999999999999999")
                                  << qint64{6 * 3600}; // the token's end
        QTest::newRow("no number") << QStringLiteral("max-age=-5, max-age=x") << qint64{3600};
    }
    void keys_last_as_long_as_the_issuer_says_within_limits()
    {
        QFETCH(QString, field);
        QFETCH(qint64, seconds);
        TrustScene scene;
        if (!field.isEmpty())
            scene.peer.pages[kKeysPath].more = "Cache-Control: " + field.toStdString() + "\r\n";
        QCOMPARE(scene.ask(scene.right()).validUntil, kTrustNow + std::chrono::seconds(seconds));
    }

    void an_issuer_that_does_not_answer_rightly_has_not_answered_data()
    {
        QTest::addColumn<QString>("how");
        for (const char* name : {"error", "html", "text", "empty", "array", "huge", "redirect", "no keys",
                 "no usable keys", "a kid twice", "private key", "too many keys"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void an_issuer_that_does_not_answer_rightly_has_not_answered()
    {
        TrustScene scene;
        TrustPeer other;
        other.pages[kKeysPath] = scene.peer.pages[kKeysPath];
        TrustPeer::Page& page = scene.peer.pages[kKeysPath];
        QFETCH(QString, how);
        if (how == QLatin1String("error"))
            page.status = "500 Internal Server Error";
        else if (how == QLatin1String("html"))
            page.contentType = "text/html";
        else if (how == QLatin1String("text"))
            page.contentType = "text/plain; charset=application/json";
        else if (how == QLatin1String("empty"))
            page.body.clear();
        else if (how == QLatin1String("array"))
            page.body = "[]";
        else if (how == QLatin1String("huge"))
            page.body.insert(1, std::string(kMaxKeySetBytes, ' '));
        else if (how == QLatin1String("redirect"))
            page = {.status = "302 Found", .more = "Location: " + other.url() + kKeysPath + "\r\n"};
        else if (how == QLatin1String("no keys"))
            page.body = "{}";
        else if (how == QLatin1String("no usable keys"))
            page.body = R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"oct","k":"AA"}]})";
        else if (how == QLatin1String("a kid twice"))
            page.body = keySetOf(scene.issuer.publicKey(), scene.issuer.publicKey());
        else if (how == QLatin1String("private key"))
            page.body = R"({"keys":[{"kty":"EC","crv":"P-256","d":"AA","x":"AA","y":"AA"}]})";
        else
            page.body = json::serialize(
                json::Object{{"keys", json::Array(kMaxIssuerKeys + 1, scene.issuer.publicKey().toJwk())}});
        const TrustEvidence evidence = scene.ask(scene.right());
        QCOMPARE(evidence.distrust, Distrust::NoAnswer);
        QCOMPARE(evidence.level, TrustLevel::L0);
        QCOMPARE(evidence.screening, Screening::NotScreened);
        QVERIFY(other.paths().empty());
    }

    void a_key_set_at_the_limits_is_taken()
    {
        TrustScene scene;
        TrustPeer::Page& page = scene.peer.pages[kKeysPath];
        page.body.insert(1, std::string(kMaxKeySetBytes - page.body.size(), ' '));
        page.contentType = "application/jwk-set+json; charset=utf-8";
        QCOMPARE(scene.ask(scene.right()).level, TrustLevel::L3);
    }

    void an_issuer_that_is_slow_is_not_waited_for()
    {
        TrustScene scene;
        scene.peer.pages[kKeysPath].delay = 10s;
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(scene.ask(scene.right()).distrust, Distrust::NoAnswer);
        QVERIFY2(timer.elapsed() < 4500, std::to_string(timer.elapsed()).c_str());
    }

    void an_issuer_that_is_down_leaves_what_is_known_valid_and_is_asked_again()
    {
        TrustScene scene;
        TrustQuestion question = scene.right();
        QCOMPARE(scene.ask(question).level, TrustLevel::L3);
        scene.peer.pages[kKeysPath].status = "503 Service Unavailable";
        question.freshness = Freshness::Anew;
        scene.clock.advance(30min);
        QCOMPARE(scene.ask(question).level, TrustLevel::L3); // by the keys that still hold
        scene.clock.advance(31min);
        QCOMPARE(scene.ask(question).distrust, Distrust::NoAnswer);
        scene.peer.pages[kKeysPath].status = "200 OK";
        scene.clock.advance(kRefetchPause);
        QCOMPARE(scene.ask(question).level, TrustLevel::L3);
    }

    void an_older_token_does_not_come_back()
    {
        TrustScene scene;
        TrustQuestion question = scene.right();
        question.newestTokens = {{"https://other.example", kTrustNow}};
        QCOMPARE(scene.ask(question).level, TrustLevel::L3);
        question.newestTokens = {{scene.peer.url(), kTrustNow - 60s}};
        QCOMPARE(scene.ask(question).level, TrustLevel::L3);
        question.newestTokens = {{scene.peer.url(), kTrustNow - 59s}};
        QCOMPARE(scene.ask(question).distrust, Distrust::Superseded);
    }

    void another_s_token_is_worth_nothing()
    {
        TrustScene scene;
        const auto token = signToken(rightClaims(scene.peer.url(), newKey().publicKey()), scene.issuer);
        QCOMPARE(scene.ask(scene.about(token)).distrust, Distrust::OtherAgent);
    }

    void a_registry_is_asked_by_the_agent_s_key()
    {
        TrustScene scene;
        scene.addRegistry();
        scene.registers(scene.registered(2));
        const TrustEvidence evidence = scene.ask(scene.about({}));
        QCOMPARE(evidence.level, TrustLevel::L2);
        QCOMPARE(evidence.source, TrustSource::Registry);
        QCOMPARE(evidence.issuer, std::string("registry"));
        QCOMPARE(evidence.screening, Screening::Clear);
        QCOMPARE(scene.peer.asked(scene.registryPath()), 1);
    }

    void a_registry_that_does_not_know_the_agent_changes_nothing()
    {
        TrustScene scene;
        scene.addRegistry();
        QCOMPARE(scene.ask(scene.right()).level, TrustLevel::L3);
        QCOMPARE(scene.ask(scene.about({})).distrust, Distrust::NothingKnown);
        scene.registers({{"agent_id", scene.agent.publicKey().thumbprint().value}, {"known", false}});
        scene.clock.advance(2h);
        QCOMPARE(scene.ask(scene.right()).level, TrustLevel::L3);
    }

    void a_registry_s_answer_must_be_about_this_agent_and_of_the_form_data()
    {
        QTest::addColumn<QString>("member");
        QTest::addColumn<QString>("value");
        QTest::newRow("another's") << QStringLiteral("agent_id") << QStringLiteral("\"AAAA\"");
        QTest::newRow("nobody's") << QStringLiteral("agent_id") << QString();
        QTest::newRow("no level") << QStringLiteral("agent_trust_level") << QString();
        QTest::newRow("a level too high") << QStringLiteral("agent_trust_level") << QStringLiteral("5");
        QTest::newRow("known is no boolean") << QStringLiteral("known") << QStringLiteral("\"no\"");
        QTest::newRow("no time") << QStringLiteral("exp") << QStringLiteral("\"never\"");
    }
    void a_registry_s_answer_must_be_about_this_agent_and_of_the_form()
    {
        QFETCH(QString, member);
        QFETCH(QString, value);
        TrustScene scene;
        scene.addRegistry();
        json::Object said = without(scene.registered(3), member.toStdString());
        if (!value.isEmpty())
            said[member.toStdString()] = boost::json::parse(value.toStdString());
        scene.registers(said);
        QCOMPARE(scene.ask(scene.about({})).distrust, Distrust::NoAnswer);
    }

    void a_registry_that_is_down_makes_all_of_it_unknown()
    {
        TrustScene scene;
        scene.addRegistry();
        scene.peer.pages[scene.registryPath()] = {.status = "502 Bad Gateway"};
        const TrustEvidence evidence = scene.ask(scene.right());
        QCOMPARE(evidence.level, TrustLevel::L0);
        QCOMPARE(evidence.distrust, Distrust::NoAnswer);
        QCOMPARE(evidence.screening, Screening::NotScreened);
    }

    void a_registry_lowers_what_a_token_says_and_knows_of_hits()
    {
        TrustScene scene;
        scene.addRegistry();
        scene.registers(scene.registered(1));
        QCOMPARE(scene.ask(scene.right()).level, TrustLevel::L1);
        scene.registers(with(scene.registered(4), "agent_sanctions_clear", false));
        scene.clock.advance(2h);
        const TrustEvidence evidence = scene.ask(scene.right());
        QCOMPARE(evidence.screening, Screening::Hit);
        QCOMPARE(evidence.level, TrustLevel::L0);
    }

    void what_a_registry_says_ends_when_it_says_so()
    {
        TrustScene scene;
        scene.addRegistry();
        scene.registers(with(scene.registered(3), "exp", kTrustNow.value + 90));
        QCOMPARE(scene.ask(scene.about({})).validUntil, kTrustNow + 90s);
        scene.clock.advance(91s);
        const TrustEvidence late = scene.ask(scene.about({}));
        QCOMPARE(late.distrust, Distrust::Expired);
        QCOMPARE(late.level, TrustLevel::L0);
    }

    void what_is_under_way_at_the_end_is_given_up()
    {
        std::atomic<int> answered = 0;
        QElapsedTimer timer;
        {
            TrustScene scene;
            scene.peer.pages[kKeysPath].delay = 10s;
            scene.service().ask(scene.right(), [&](const TrustEvidence&) { ++answered; });
            scene.service().after(10s, [&] { ++answered; });
            QTRY_COMPARE(scene.peer.asked(kKeysPath), 1);
            timer.start();
        }
        QVERIFY2(timer.elapsed() < 1500, std::to_string(timer.elapsed()).c_str());
        QCOMPARE(answered.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestTrustService)
#include "tst_trust_service.moc"
