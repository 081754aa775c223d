// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Receipts of other servers come in with a service's report or from the person, once each and only about the action
// that they are about, and the story tells them with what their origin is worth.
#include "core/crypto/bytes.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/jws.h"
#include "tests/core/authority/upstream_scene.h"

#include <QElapsedTimer>
#include <QTest>

#include <array>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using audit::LeafKind;
using audit::Tie;
using authority::Finding;
using authority::Story;
using authority::StoryForeign;

class UpstreamTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_receipt_comes_with_the_outcome_and_is_logged_and_told()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        const auto given = scene.aboutSame(scene.gateway, action);
        const auto reported = must(scene.report(action, {given}), "report");
        QVERIFY(reported.imported);
        QCOMPARE(scene.fixture.log().back(), LeafKind::ReceiptImported);
        const json::Object leaf = scene.claimsAt(*reported.imported);
        QCOMPARE(leaf.at("upstream"), json::Value(json::Array{crypto::base64url(given.leafHash)}));
        QCOMPARE(leaf.at("receipt").as_object().at("index").to_number<std::uint64_t>(), *action.leaf);
        QCOMPARE(json::requiredString(leaf, "grant_id"), scene.tokens.grant.value);
        QVERIFY(!json::serialize(leaf).contains("gateway.example")); // names nobody, and no address

        const Story story = scene.story(*action.leaf);
        QCOMPARE(story.upstream.size(), 1U);
        const StoryForeign& foreign = story.upstream.front();
        QCOMPARE(foreign.entry, *reported.imported);
        QCOMPARE(foreign.server, u"https://gateway.example"_s);
        QCOMPARE(foreign.said, StoryForeign::Said::Permitted);
        QCOMPARE(foreign.request, u"POST https://gateway.example/transfers"_s);
        QCOMPARE(foreign.signature, Finding::Right);
        QVERIFY(foreign.tie == Tie::SameRequest && !foreign.above);
        QVERIFY(!foreign.acceptedAs); // nobody said whose key this is
        QVERIFY(scene.check());

        const Story taken = scene.story(*reported.imported); // its own entry tells the same action
        QVERIFY(taken.sent && taken.sent->target == story.sent->target);
        QCOMPARE(taken.upstream.size(), 1U);
    }

    void a_path_over_three_servers_is_told_as_a_path()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        const auto first = scene.aboutSame(scene.gateway, action);
        const auto second = scene.bank.receipt({.upstream = {first.leafHash}, .decision = "deny", .at = scene.now()});
        QVERIFY(scene.report(action, {second, first})); // in any order
        const Story story = scene.story(*action.leaf);
        QCOMPARE(story.upstream.size(), 2U);
        const std::size_t bank = story.upstream[0].server == u"https://bank.example"_s ? 0 : 1;
        QVERIFY(story.upstream[bank].above == 1 - bank && !story.upstream[1 - bank].above);
        QCOMPARE(story.upstream[bank].said, StoryForeign::Said::Refused);
        // What is known later hangs on what was known before.
        const auto done = scene.bank.outcome(second, scene.now());
        QVERIFY(scene.import(std::to_string(*action.leaf), {done}));
        QCOMPARE(scene.story(*action.leaf).upstream.size(), 3U);
        QVERIFY(scene.check());
    }

    void the_same_report_again_changes_nothing_and_may_bring_more()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        const auto given = scene.aboutSame(scene.gateway, action);
        const auto reported = must(scene.report(action, {given}), "report");
        const auto again = must(scene.report(action, {given}), "again");
        QCOMPARE(again.receipt.jws, reported.receipt.jws);
        QVERIFY(!again.imported);
        QCOMPARE(scene.fixture.count(LeafKind::ReceiptImported), 1);
        const auto more = scene.bank.receipt({.upstream = {given.leafHash}, .at = scene.now()});
        QVERIFY(must(scene.report(action, {given, more}), "more").imported);
        QCOMPARE(scene.fixture.count(LeafKind::ActionOutcome), 1);
        QCOMPARE(scene.number("SELECT count(*) FROM foreign_receipts"), 2);
    }

    void what_is_about_another_action_is_refused_and_leaves_nothing()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        const auto other = scene.pay("11.00");
        const auto size = scene.fixture.log().size();
        const auto refused =
            scene.report(action, {scene.aboutSame(scene.gateway, action), scene.aboutSame(scene.bank, other)});
        QCOMPARE(refused.error().code, ErrorCode::InvalidRequest);
        QVERIFY2(refused.error().message.starts_with("upstream/1: "), refused.error().message.c_str());
        QCOMPARE(scene.fixture.log().size(), size); // not even the outcome
        QCOMPARE(scene.number("SELECT count(*) FROM foreign_receipts"), 0);
    }

    void a_receipt_is_taken_in_for_one_action_only()
    {
        UpstreamScene scene;
        const auto first = scene.pay();
        const auto second = scene.pay(); // the same content
        const auto given = scene.gateway.receipt(
            {.contentDigest = crypto::contentDigest(sentPayment("10.00").body), .at = scene.now()});
        QVERIFY(scene.report(first, {given}));
        const auto refused = scene.report(second, {given});
        QCOMPARE(refused.error().code, ErrorCode::InvalidRequest);
        QVERIFY2(refused.error().message.starts_with("upstream/0: "), refused.error().message.c_str());
    }

    void the_twin_of_a_signature_is_the_same_receipt()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        const auto given = scene.aboutSame(scene.gateway, action);
        GivenReceipt twin = given; // signed once more: another signature over the same
        const std::string payload = must(crypto::parseJws(given.jws), "JWS").payload;
        twin.jws = must(crypto::signJws(audit::kReceiptType, payload, scene.gateway.key()), "twin");
        QVERIFY(twin.jws != given.jws);
        QVERIFY(scene.report(action, {given}));
        QVERIFY(!must(scene.report(action, {twin}), "twin").imported);
        QCOMPARE(scene.report(action, {twin, twin}).has_value(), true); // both are known
        QCOMPARE(scene.number("SELECT count(*) FROM foreign_receipts"), 1);
        const auto other = scene.bank.receipt({.upstream = {given.leafHash}, .at = scene.now()});
        QCOMPARE(scene.report(action, {other, other}).error().code, ErrorCode::InvalidRequest);
    }

    void our_own_receipts_are_none_of_other_servers()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        GivenReceipt own;
        own.jws = scene.pay("12.00").receipt->jws;
        own.keys = {{"keys", json::Array{scene.fixture.identity().device.publicKey().toJwk()}}};
        QCOMPARE(scene.report(action, {own}).error().code, ErrorCode::InvalidRequest);
    }

    void no_more_than_the_limit_about_one_action()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        std::vector<GivenReceipt> many;
        while (many.size() < audit::kMaxForeignReceipts)
            many.push_back(scene.aboutSame(scene.gateway, action));
        QVERIFY(scene.report(action, many));
        const auto more = scene.report(action, {scene.aboutSame(scene.gateway, action)});
        QCOMPARE(more.error().code, ErrorCode::TooLarge);
        QCOMPARE(scene.story(*action.leaf).upstream.size(), audit::kMaxForeignReceipts);
    }

    void the_person_takes_in_what_is_about_the_action_and_leaves_the_rest()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        const auto refusedOne = scene.pay("51.00");
        const auto about = scene.aboutSame(scene.gateway, action);
        const auto other = scene.aboutSame(scene.gateway, refusedOne);
        const auto imported = must(scene.import(action.receipt->id, {other, about}), "import");
        QCOMPARE(imported.action, *action.leaf);
        QCOMPARE(imported.taken, 1U);
        QVERIFY(imported.entry);
        const auto again = must(scene.import(std::to_string(*action.leaf), {about}), "again");
        QVERIFY(!again.entry && again.taken == 0 && again.known == 1);
        // A refusal can have been decided about elsewhere, too.
        QVERIFY(scene.import(std::to_string(*refusedOne.leaf), {other}));
        QCOMPARE(scene.import(std::to_string(*action.leaf), {scene.gateway.receipt({.at = scene.now()})}).error().code,
            ErrorCode::InvalidRequest);
        for (const std::string& none : {std::string("0"), std::string("999999"), std::string("x"), std::string(),
                 std::to_string(*action.leaf) + ".x", std::string("-1"), std::string("1 ")})
            QCOMPARE(scene.import(none, {about}).error().code, ErrorCode::NotFound);
    }

    void a_file_of_many_about_one_action_is_refused_and_keeps_nobody_waiting()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        std::vector<GivenReceipt> many;
        while (many.size() < 1'000)
            many.push_back(scene.aboutSame(scene.gateway, action));
        QElapsedTimer timer;
        timer.start();
        const auto imported = scene.import(std::to_string(*action.leaf), many);
        QCOMPARE(imported.error().code, ErrorCode::TooLarge);
        QVERIFY2(timer.elapsed() < 5'000, std::to_string(timer.elapsed()).c_str()); // most of it for the signatures
        many.resize(audit::kMaxForeignReceipts + 1);
        QCOMPARE(scene.import(std::to_string(*action.leaf), many).error().code, ErrorCode::TooLarge);
        QVERIFY(scene.story(*action.leaf).upstream.empty());
        many.pop_back();
        QCOMPARE(must(scene.import(std::to_string(*action.leaf), many), "import").taken, audit::kMaxForeignReceipts);
        // As often as one likes, and not counted twice.
        QCOMPARE(must(scene.import(std::to_string(*action.leaf), many), "again").known, audit::kMaxForeignReceipts);
    }

    void whose_the_key_is_the_person_says_and_takes_back()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        QVERIFY(scene.report(action, {scene.aboutSame(scene.gateway, action)}));
        const Thumbprint key = scene.gateway.key().publicKey().thumbprint();
        const auto acceptedAs = [&] { return scene.story(*action.leaf).upstream.front().acceptedAs; };
        QVERIFY(!acceptedAs());
        QVERIFY(scene.accept(key, u"Payment gateway"_s));
        QCOMPARE(acceptedAs(), u"Payment gateway"_s);
        QCOMPARE(scene.fixture.log().back(), LeafKind::ServerAccepted);
        QVERIFY(newestEntry(scene.fixture).sentence.contains(u"Payment gateway"_s));
        QVERIFY(scene.accept(key, u"The gateway"_s)); // by another name
        QCOMPARE(acceptedAs(), u"The gateway"_s);
        QVERIFY(scene.check());
        QVERIFY(scene.forget(key));
        QVERIFY(!acceptedAs());
        QCOMPARE(scene.forget(key).error().code, ErrorCode::NotFound);
        for (const QString& name : {u""_s, u"  "_s, u"a\u202Eb"_s, QString(101, u'x')})
            QCOMPARE(scene.accept(key, name).error().code, ErrorCode::InvalidInput);
        QVERIFY(scene.accept(key, QString(100, u'x')));
        QCOMPARE(scene.accept({"not a thumbprint"}, u"x"_s).error().code, ErrorCode::InvalidInput);
        QVERIFY(scene.check());
    }

    void after_the_other_server_got_a_new_key_that_one_is_to_be_known_as_well()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        const auto old = scene.aboutSame(scene.gateway, action);
        QVERIFY(scene.accept(scene.gateway.key().publicKey().thumbprint(), u"Gateway"_s));
        scene.gateway.rotate();
        const auto fresh = scene.aboutSame(scene.gateway, action); // its set has both keys
        QVERIFY(scene.report(action, {old, fresh}));
        const auto upstream = scene.story(*action.leaf).upstream;
        QCOMPARE(std::ranges::count_if(upstream, [](const auto& each) { return each.acceptedAs.has_value(); }), 1);
        QCOMPARE(scene.number("SELECT max(length(key)) FROM foreign_receipts") < 200, true); // the signer's alone
    }

    void two_real_ones_join_by_the_content_that_both_agents_signed()
    {
        UpstreamScene here;
        UpstreamScene there;
        const auto action = here.pay();
        const auto passedOn = there.pay(); // the service's own agent sends the same content on
        GivenReceipt given;
        given.jws = passedOn.receipt->jws;
        given.keys = {{"keys", json::Array{there.fixture.identity().device.publicKey().toJwk()}}};
        QCOMPARE(here.report(action, {given}).error().code, ErrorCode::InvalidRequest); // nothing shows it
        given.details = audit::ForeignDetails{passedOn.receipt->salt, passedOn.receipt->text};
        QVERIFY(here.report(action, {given}));
        QVERIFY(here.story(*action.leaf).upstream.front().tie == Tie::SameContent);
        const auto other = here.pay("11.00");
        QCOMPARE(here.import(std::to_string(*other.leaf), {given}).error().code, ErrorCode::InvalidRequest);
    }

    void erasing_the_action_erases_what_others_were_told_of_it()
    {
        UpstreamScene here;
        UpstreamScene there;
        const auto action = here.pay();
        const auto passedOn = there.pay();
        GivenReceipt given;
        given.jws = passedOn.receipt->jws;
        given.keys = {{"keys", json::Array{there.fixture.identity().device.publicKey().toJwk()}}};
        given.details = audit::ForeignDetails{passedOn.receipt->salt, passedOn.receipt->text};
        QVERIFY(here.report(action, {given}));
        QVERIFY(here.erase(*action.leaf));
        QCOMPARE(
            here.number("SELECT count(*) FROM foreign_receipts WHERE private_text IS NOT NULL OR salt IS NOT NULL"), 0);
        const auto upstream = here.story(*action.leaf).upstream;
        QVERIFY(upstream.front().tie == Tie::NotShown && upstream.front().signature == Finding::Right);
        QVERIFY(here.check());
        // Others still hang on what is there.
        const auto named = here.bank.receipt({.upstream = {here.leafHashOf(action)}, .at = here.now()});
        QVERIFY(here.import(std::to_string(*action.leaf), {named}));
    }

    void what_was_tampered_with_is_found_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("a receipt") << u"UPDATE foreign_receipts SET jws = replace(jws, '.', '.A')"_s;
        QTest::newRow("its name") << u"UPDATE foreign_receipts SET leaf_hash = zeroblob(32)"_s;
        QTest::newRow("its key") << u"UPDATE foreign_receipts SET key = (SELECT jwk FROM device_keys)"_s;
        QTest::newRow("its entry") << u"UPDATE foreign_receipts SET idx = idx - 1"_s;
        QTest::newRow("another entry's action") << u"UPDATE foreign_receipts SET action = 0"_s;
        QTest::newRow("no action") << u"UPDATE foreign_receipts SET action = 100000"_s;
        QTest::newRow("its details") << u"UPDATE foreign_receipts SET private_text = x'7b7d', salt = x'00'"_s;
        QTest::newRow("a server that nobody accepted")
            << u"INSERT INTO accepted_servers VALUES ('0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWA', 'x', 3)"_s;
        QTest::newRow("another server") << u"UPDATE accepted_servers SET jkt = 'x'"_s;
        QTest::newRow("a server's name") << u"UPDATE accepted_servers SET name = 'Bank'"_s;
    }
    void what_was_tampered_with_is_found()
    {
        QFETCH(QString, sql);
        UpstreamScene scene;
        const auto action = scene.pay();
        QVERIFY(scene.report(action, {scene.aboutSame(scene.gateway, action)}));
        QVERIFY(scene.accept(scene.gateway.key().publicKey().thumbprint(), u"Gateway"_s));
        QVERIFY(scene.check());
        QVERIFY(scene.tamper(sql.toStdString()));
        const auto checked = scene.check();
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::StorageCorrupt);
    }

    void a_server_that_was_forgotten_and_put_back_is_found()
    {
        UpstreamScene scene;
        const Thumbprint key = scene.gateway.key().publicKey().thumbprint();
        QVERIFY(scene.accept(key, u"Gateway"_s));
        const auto entry = scene.fixture.log().size() - 1;
        QVERIFY(scene.forget(key));
        QVERIFY(scene.check());
        QVERIFY(scene.tamper(
            "INSERT INTO accepted_servers VALUES ('" + key.value + "', 'Gateway', " + std::to_string(entry) + ")"));
        QCOMPARE(scene.check().error().code, ErrorCode::StorageCorrupt);
    }

    void what_ended_may_still_get_receipts()
    {
        UpstreamScene scene;
        const auto action = scene.pay();
        QVERIFY(scene.fixture.revoke(scene.tokens.grant));
        QVERIFY(scene.report(action, {scene.aboutSame(scene.gateway, action)}));
        QVERIFY(scene.check());
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QVERIFY(!scene.fixture.has(authority::Trouble::LogBroken));
        QCOMPARE(scene.story(*action.leaf).upstream.size(), 1U);
    }
};

QTEST_GUILESS_MAIN(UpstreamTest)
#include "tst_upstream.moc"
