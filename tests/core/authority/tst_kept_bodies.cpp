// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bodies of requests are kept as long as the person's settings say, can be erased, and are held to what was signed.
#include "core/authority/kept_bodies.h"
#include "core/crypto/content_digest.h"
#include "tests/core/authority/upstream_scene.h"

#include <QFile>
#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using authority::Context;
using authority::Finding;
using authority::KeepBodies;

namespace {

struct Scene : UpstreamScene {
    /// As the settings were changed, and the program started again.
    void set(const KeepBodies& bodies)
    {
        must(fixture.run<void>([bodies](Context& context) -> Result<void> {
            context.options.bodies = bodies;
            return {};
        }),
            "settings");
    }
    [[nodiscard]] std::int64_t forget()
    {
        return must(fixture.run<std::int64_t>(authority::forgetOldBodies), "forget");
    }
    [[nodiscard]] std::int64_t kept() { return number("SELECT count(*) FROM bodies"); }
};

} // namespace

class KeptBodiesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_body_of_a_decided_action_is_kept_as_it_was_received_and_told()
    {
        Scene scene;
        const auto permitted = scene.pay();
        const auto refused = scene.pay("51.00");
        for (const auto& [action, amount] : {std::pair{permitted, "10.00"}, std::pair{refused, "51.00"}}) {
            const auto story = scene.story(*action.leaf);
            QVERIFY(story.sent->body);
            const std::string body = sentPayment(amount).body;
            QCOMPARE(story.sent->body->text.toStdString(), body);
            QCOMPARE(story.sent->body->bytes, body.size());
            QCOMPARE(story.sent->body->digest, Finding::Right);
        }
        QVERIFY(scene.check());
    }

    void what_no_signature_covers_is_not_kept()
    {
        Scene scene;
        SentRequest read{.action = "payments.read", .method = "GET", .isSigned = SentRequest::Signed::No};
        must(
            perform(scene.fixture, passedOn(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, read)),
            "read");
        QCOMPARE(scene.kept(), 0);
    }

    void only_up_to_the_size_that_is_set()
    {
        Scene scene;
        const std::size_t size = sentPayment("10.00").body.size();
        scene.set({.maxBytes = size - 1});
        scene.pay();
        QCOMPARE(scene.kept(), 0);
        scene.set({.maxBytes = size});
        scene.pay();
        QCOMPARE(scene.kept(), 1);
        scene.set({.maxBytes = size + 1});
        scene.pay();
        QCOMPARE(scene.kept(), 2);
    }

    void only_as_long_as_is_set()
    {
        Scene scene;
        scene.set({.life = std::chrono::days(2)});
        const auto action = scene.pay();
        scene.fixture.clock().advance(std::chrono::days(2) - std::chrono::seconds(1));
        QCOMPARE(scene.forget(), 0);
        scene.fixture.clock().advance(std::chrono::seconds(1));
        QCOMPARE(scene.forget(), 1);
        QVERIFY(!scene.story(*action.leaf).sent->body);
        QVERIFY(!scene.story(*action.leaf).sent->arguments.isEmpty()); // the details stay
        QVERIFY(scene.check());
    }

    void a_longer_life_keeps_what_is_there_and_a_shorter_one_does_not()
    {
        Scene scene;
        scene.pay();
        scene.fixture.clock().advance(std::chrono::days(10));
        scene.set({.life = std::chrono::days(11)});
        QCOMPARE(scene.forget(), 0);
        scene.set({.life = std::chrono::days(9)});
        QCOMPARE(scene.forget(), 1);
    }

    void none_where_the_person_does_not_want_it_and_those_that_were_there_go()
    {
        Scene scene;
        scene.pay();
        scene.set({.keep = KeepBodies::Keep::No});
        scene.pay();
        QCOMPARE(scene.kept(), 1);
        QCOMPARE(scene.forget(), 1);
        QVERIFY(scene.check());
    }

    void what_is_too_old_goes_at_the_next_start()
    {
        Scene scene;
        scene.pay();
        scene.fixture.clock().advance(std::chrono::days(91));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QTRY_COMPARE(scene.kept(), 0);
    }

    void none_goes_by_a_clock_that_moved_until_the_person_confirms_it()
    {
        Scene scene;
        scene.pay();
        scene.fixture.clock().setWall(scene.fixture.clock().now() + std::chrono::days(100));
        QCOMPARE(scene.forget(), 0);
        QCOMPARE(scene.forget(), 0); // what was held for it stays so
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.forget(), 0);
        QCOMPARE(scene.kept(), 1);
        QVERIFY(scene.fixture.run<void>(authority::confirmClock));
        QCOMPARE(scene.forget(), 1);
    }

    void what_the_person_does_not_want_goes_whatever_the_clock_says()
    {
        Scene scene;
        scene.pay();
        scene.fixture.clock().setWall(scene.fixture.clock().now() + std::chrono::days(100));
        scene.set({.keep = KeepBodies::Keep::No});
        QCOMPARE(scene.forget(), 1);
    }

    void all_that_is_too_old_goes_at_once_and_not_in_ten_minutes()
    {
        Scene scene;
        scene.pay();
        QVERIFY(scene.tamper("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                             " INSERT INTO bodies SELECT 1000000 + i, 1, x'00' FROM n"));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QTRY_COMPARE(scene.kept(), 1);
    }

    void many_go_in_several_steps()
    {
        Scene scene;
        scene.pay();
        QVERIFY(scene.tamper("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
                             " INSERT INTO bodies SELECT 1000000 + i, 1, x'00' FROM n"));
        QCOMPARE(scene.forget(), authority::kBodiesAtOnce);
        QCOMPARE(scene.forget(), 500);
        QCOMPARE(scene.kept(), 1);
    }

    void nothing_goes_while_the_log_is_broken()
    {
        Scene scene;
        scene.pay();
        QVERIFY(scene.tamper("UPDATE bodies SET body = x'00'"));
        QVERIFY(!scene.check());
        scene.fixture.clock().advance(std::chrono::days(100));
        QCOMPARE(scene.forget(), 0);
        QCOMPARE(scene.kept(), 1);
    }

    void erasing_the_details_erases_the_body_from_the_disk()
    {
        Scene scene;
        const auto action = scene.pay("12.34");
        QVERIFY(scene.erase(*action.leaf));
        QVERIFY(!scene.story(*action.leaf).sent->body);
        QVERIFY(scene.check());
        scene.fixture.stop();
        QFile file(scene.fixture.folder() + u"/countersign.sqlite"_s);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains(QByteArray::fromStdString(sentPayment("12.34").body)));
    }

    void what_does_not_fit_its_digest_is_found_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("another body") << u"UPDATE bodies SET body = CAST(replace(body, '10.00', '10.01') AS BLOB)"_s;
        QTest::newRow("a shorter one") << u"UPDATE bodies SET body = substr(body, 2)"_s;
        QTest::newRow("another entry's") << u"UPDATE bodies SET idx = 1"_s;
        QTest::newRow("no entry's") << u"UPDATE bodies SET idx = 100000"_s;
        QTest::newRow("a longer life") << u"UPDATE bodies SET at = at + 1"_s;
        QTest::newRow("of what was erased") << u"UPDATE log_leaves SET private_text = NULL, salt = NULL"_s;
    }
    void what_does_not_fit_its_digest_is_found()
    {
        QFETCH(QString, sql);
        Scene scene;
        const auto action = scene.pay();
        QVERIFY(scene.check());
        QVERIFY(scene.tamper(sql.toStdString()));
        const auto checked = scene.check();
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::StorageCorrupt);
        QVERIFY2(checked.error().message.starts_with("entry "), checked.error().message.c_str());
        if (const auto story = scene.story(*action.leaf); story.sent->body)
            QVERIFY(sql.contains(u"at = at"_s) || story.sent->body->digest == Finding::Wrong);
    }
};

QTEST_GUILESS_MAIN(KeptBodiesTest)
#include "tst_kept_bodies.moc"
