// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What somebody who can write to the database takes out of what stands beside the log, or puts in another form: the
// check of the whole log finds it while the program runs.
#include "core/authority/log_checker.h"
#include "core/authority/trust_cases.h"
#include "tests/core/authority/forging.h"
#include "tests/core/authority/tampering.h"
#include "tests/core/authority/upstream_scene.h"

#include <QTest>

#include <algorithm>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using audit::LeafKind;
using authority::Context;

namespace {

/// Something of everything that is kept.
struct FullScene : UpstreamScene {
    authority::ActionAnswer action = pay();

    FullScene()
    {
        const auto claims = claimsOf(action);
        const std::string digest =
            must(json::requiredString(claims.at("request").as_object(), "signature_digest"), "digest");
        must(
            report(action, {gateway.receipt({.signatureDigest = digest, .text = R"({"note":"a text"})", .at = now()})}),
            "report");
        must(accept(gateway.key().publicKey().thumbprint(), u"Gateway"_s), "accept");
        must(fixture.run<void>(
                 [this](Context& context) { return authority::nameAgent(context, agent.id(), u"books"_s); }),
            "name");
        const TestAgent blocked = fixture.registerAgent("nosy-bot", "/usr/bin/nosy");
        must(
            fixture.run<void>([&](Context& context) { return authority::blockAgent(context, blocked.id()); }), "block");
    }
};

std::uint64_t newest(AuthorityFixture& fixture, LeafKind kind)
{
    const std::vector<LeafKind> log = fixture.log();
    return static_cast<std::uint64_t>(std::ranges::find_last(log, kind).begin() - log.begin());
}

} // namespace
Q_DECLARE_METATYPE(audit::LeafDraft)

class ChangedRowsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_was_changed_is_found_data()
    {
        QTest::addColumn<QString>("sql");
        const auto row = [](const char* name, const QString& sql) { QTest::newRow(name) << sql; };
        row("the beginning of a screen moved into its salt",
            u"UPDATE consents SET salt = CAST(salt || CAST(substr(screen_text, 1, 10) AS BLOB) AS BLOB), "
            u"screen_text = substr(screen_text, 11) WHERE purpose = 0"_s);
        row("the beginning of a private text moved into its salt",
            u"UPDATE log_leaves SET salt = CAST(salt || substr(private_text, 1, 4) AS BLOB), "
            u"private_text = substr(private_text, 5) WHERE kind = 1"_s);
        row("the beginning of another server's text moved into its salt",
            u"UPDATE foreign_receipts SET salt = CAST(salt || substr(private_text, 1, 4) AS BLOB), "
            u"private_text = substr(private_text, 5)"_s);
        row("an agent's name in the log", u"UPDATE log_leaves SET private_text = NULL, salt = NULL WHERE kind = 1"_s);
        row("a screen", u"UPDATE consents SET screen_text = NULL, salt = NULL"_s);
        row("the token", u"DELETE FROM tokens_used"_s);
        row("another server's receipt", u"DELETE FROM foreign_receipts"_s);
        row("an accepted server", u"DELETE FROM accepted_servers"_s);
        row("an agent's name", u"UPDATE agents SET name = 'backup'"_s);
        row("the person's name for an agent", u"UPDATE agents SET own_name = 'backup' WHERE own_name = 'books'"_s);
        row("no name of the person for an agent", u"UPDATE agents SET own_name = NULL"_s);
        row("an agent's key", u"UPDATE agents SET jwk = (SELECT key FROM foreign_receipts)"_s);
        row("an agent that is not blocked", u"UPDATE agents SET blocked = 0"_s);
        row("a key that is not blocked", u"DELETE FROM blocks WHERE jkt IS NOT NULL"_s);
        row("a program that is not blocked", u"DELETE FROM blocks WHERE executable IS NOT NULL"_s);
        row("a service's name", u"UPDATE services SET name = 'Bank'"_s);
        row("a service's place", u"UPDATE services SET location = 'https://elsewhere.example/'"_s);
        row("a service's secret", u"UPDATE services SET secret_hash = x'00'"_s);
        row("a service that nobody added",
            u"INSERT INTO services (service_id, name, location, secret_hash, added_at) "
            u"VALUES ('mine', 'Mine', 'https://payments.example/', x'00', 1)"_s);
    }
    void what_was_changed_is_found()
    {
        QFETCH(QString, sql);
        FullScene scene;
        const auto before = scene.check();
        QVERIFY2(before, before ? "" : before.error().message.c_str());
        must(scene.tamper(sql.toStdString()), "change");
        const auto checked = scene.check();
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::StorageCorrupt);
    }

    void a_name_that_was_erased_is_nobodys()
    {
        FullScene scene;
        must(scene.erase(newest(scene.fixture, LeafKind::ServerAccepted)), "erase");
        QVERIFY(scene.check());
        QCOMPARE(scene.number("SELECT count(*) FROM accepted_servers WHERE name = ''"), 1);
        must(scene.tamper("UPDATE accepted_servers SET name = 'Bank'"), "change");
        QCOMPARE(scene.check().error().code, ErrorCode::StorageCorrupt);
    }

    void what_the_person_erased_is_fine()
    {
        FullScene scene;
        for (std::uint64_t entry = 0, size = scene.fixture.log().size(); entry < size; ++entry)
            static_cast<void>(scene.erase(entry)); // some have none
        QCOMPARE(scene.number("SELECT count(*) FROM log_leaves WHERE private_text IS NOT NULL"), 0);
        const auto checked = scene.check();
        QVERIFY2(checked, checked ? "" : checked.error().message.c_str());
        scene.fixture.stop();
        must(scene.fixture.start(), "start");
        QCOMPARE(scene.fixture.status().detail, QString());
    }

    void a_request_that_was_permitted_twice_is_found()
    {
        UpstreamScene scene;
        const auto sent =
            passedOn(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, sentPayment("10.00"));
        const auto first = must(perform(scene.fixture, sent), "first");
        QCOMPARE(must(perform(scene.fixture, sent), "again").leaf, first.leaf); // the same answer
        QVERIFY(scene.check());
        must(scene.tamper("DELETE FROM used_proofs"), "change");
        const auto again = must(perform(scene.fixture, sent), "again");
        QVERIFY(again.leaf != first.leaf);
        const auto checked = scene.check();
        QVERIFY(!checked);
        QVERIFY2(checked.error().message.starts_with("entry " + std::to_string(*again.leaf)),
            checked.error().message.c_str());
    }

    void names_are_what_the_log_says_after_a_start()
    {
        FullScene scene;
        const TestAgent other = scene.fixture.registerAgent("other-bot");
        must(scene.fixture.run<void>(
                 [&](Context& context) { return authority::nameAgent(context, other.id(), u"backup"_s); }),
            "name");
        scene.fixture.stop();
        tamper(scene.fixture.folder(),
            {u"UPDATE agents SET own_name = 'x' WHERE own_name = 'books'"_s,
                u"UPDATE agents SET own_name = 'books' WHERE own_name = 'backup'"_s,
                u"UPDATE agents SET own_name = 'backup' WHERE own_name = 'x'"_s,
                u"UPDATE agents SET name = 'mine' WHERE name = 'other-bot'"_s, u"UPDATE services SET name = 'Bank'"_s});
        must(scene.fixture.start(), "start");
        QVERIFY2(scene.fixture.status().detail.contains(u"names of agents and services"_s),
            qPrintable(scene.fixture.status().detail));
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 4);
        QVERIFY(scene.check());
        scene.fixture.stop();
        must(scene.fixture.start(), "start");
        QCOMPARE(scene.fixture.status().detail, QString());
    }

    void names_that_nobody_changed_are_fine()
    {
        FullScene scene;
        scene.fixture.registerAgent(std::string("a\0b\u202e", 6));
        scene.fixture.registerAgent("");
        must(scene.fixture.run<void>(
                 [&](Context& context) { return authority::nameAgent(context, scene.agent.id(), u""_s); }),
            "no name");
        must(scene.fixture.run<void>(
                 [&](Context& context) { return authority::forgetAgent(context, scene.agent.id()); }),
            "forget");
        const auto checked = scene.check();
        QVERIFY2(checked, checked ? "" : checked.error().message.c_str());
        scene.fixture.stop();
        must(scene.fixture.start(), "start");
        QCOMPARE(scene.fixture.status().detail, QString());
    }

    void what_nobody_signed_changes_nothing_that_is_told_data()
    {
        QTest::addColumn<audit::LeafDraft>("draft");
        audit::LeafDraft accepted{.kind = LeafKind::ServerAccepted, .privateText = "Bank"};
        accepted.claims["server"] = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWA";
        QTest::newRow("a server that is known") << accepted;
        audit::LeafDraft erased{.kind = LeafKind::DetailsErased};
        erased.claims["entries"] = json::Array{1};
        QTest::newRow("a text that was erased") << erased;
        QTest::newRow("a name") << audit::LeafDraft{.kind = LeafKind::AgentNamed, .privateText = "backup"};
    }
    void what_nobody_signed_changes_nothing_that_is_told()
    {
        QFETCH(audit::LeafDraft, draft);
        UpstreamScene scene;
        if (draft.kind == LeafKind::AgentNamed)
            draft.agent = scene.agent.id();
        scene.fixture.stop();
        forgeLeaves(scene.fixture, scene.now(), {draft});
        must(scene.fixture.start(), "start");
        QVERIFY(scene.fixture.has(authority::Trouble::LogBroken));
        QVERIFY2(scene.fixture.status().detail.contains(u"was not signed with it"_s),
            qPrintable(scene.fixture.status().detail));
    }

    void what_the_person_did_is_signed_at_once_data()
    {
        QTest::addColumn<int>("what");
        QTest::newRow("a name") << 0;
        QTest::newRow("a server") << 1;
        QTest::newRow("a text erased") << 2;
    }
    void what_the_person_did_is_signed_at_once()
    {
        QFETCH(int, what);
        UpstreamScene scene;
        const auto action = scene.pay();
        if (what == 0)
            must(scene.fixture.run<void>(
                     [&](Context& context) { return authority::nameAgent(context, scene.agent.id(), u"books"_s); }),
                "name");
        if (what == 1)
            must(scene.accept(scene.gateway.key().publicKey().thumbprint(), u"Gateway"_s), "accept");
        if (what == 2)
            must(scene.erase(*action.leaf), "erase");
        const QTemporaryDir left; // as it is on the disk when the power goes
        copyFolder(scene.fixture.folder(), left.path());
        AuthorityFixture next(left.path(), scene.fixture.identity());
        must(next.start(), "start");
        QCOMPARE(next.status().detail, QString());
    }
};

QTEST_GUILESS_MAIN(ChangedRowsTest)
#include "tst_changed_rows.moc"
