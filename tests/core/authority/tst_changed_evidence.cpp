// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What another program writes, while Countersign is not running, of services and of what agents have shown: the start
// holds it to the log.
#include "tests/core/authority/catalogue_scene.h"
#include "tests/core/authority/floor_scene.h"
#include "tests/core/authority/forging.h"
#include "tests/core/authority/tampering.h"

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using audit::LeafKind;

namespace {

services::Requirements challenge()
{
    services::Requirements demands;
    demands.identity = services::IdentityMethod::ChallengeResponse;
    return demands;
}

agents::ShownTrust shownBy(AuthorityFixture& fixture, const TestAgent& agent)
{
    return must(
        fixture.run<agents::ShownTrust>([&](Context& context) { return context.trust.shown(agent.id()); }), "shown");
}

QStringList serviceRows(AuthorityFixture& fixture)
{
    return must(fixture.run<QStringList>([](Context& context) -> Result<QStringList> {
        store::Query query(context.database,
            "SELECT service_id || ' ' || location || ' ' || hex(secret_hash) || ' ' || coalesce(removed_at, 'in use') "
            "FROM services ORDER BY service_id");
        QStringList rows;
        while (query.next().value_or(false))
            rows.append(QString::fromStdString(query.text(0)));
        return rows;
    }),
        "rows");
}

} // namespace

class ChangedEvidenceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_proof_that_the_log_does_not_bear_out_is_none();
    void a_proof_is_there_after_a_restart_data();
    void a_proof_is_there_after_a_restart();
    void an_older_token_counts_for_nothing_again_data();
    void an_older_token_counts_for_nothing_again();
    void services_are_what_the_log_says_data();
    void services_are_what_the_log_says();
    void what_a_service_demands_stays_where_the_service_is();
    void a_block_is_what_the_log_says_data();
    void a_block_is_what_the_log_says();
    void a_block_that_was_lifted_stays_so();
    void an_untouched_folder_starts_without_a_word();
};

void ChangedEvidenceTest::a_proof_that_the_log_does_not_bear_out_is_none()
{
    FloorScene scene(challenge());
    QVERIFY(scene.isLive(scene.tokens.grant));
    const TestAgent child = scene.fixture.registerAgent("child", "/usr/bin/child"); // and shows no proof
    const auto below = scene.handOn(child);
    QVERIFY(scene.isHeld(below.grant));
    scene.fixture.stop();
    tamper(scene.fixture.folder(),
        {u"INSERT OR REPLACE INTO agent_tokens (client_id, token, proven_at, newest) SELECT client_id, NULL, 1, '{}' "
         u"FROM agents WHERE client_id = '%1'"_s.arg(QString::fromStdString(child.id().value))});
    must(scene.fixture.start(), "start");
    QVERIFY(!shownBy(scene.fixture, child).provenAt);
    QVERIFY(scene.isHeld(below.grant));
    QVERIFY(scene.isLive(scene.tokens.grant));
    QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
    QVERIFY2(scene.fixture.status().detail.contains(u"have shown"_s), qPrintable(scene.fixture.status().detail));
}

void ChangedEvidenceTest::a_proof_is_there_after_a_restart_data()
{
    QTest::addColumn<bool>("byAsking");
    QTest::newRow("it asked") << true;
    QTest::newRow("it registered again with a proof") << false;
}

void ChangedEvidenceTest::a_proof_is_there_after_a_restart()
{
    QFETCH(const bool, byAsking);
    AuthorityFixture fixture;
    const TestAgent agent = fixture.registerAgent();
    QVERIFY(!shownBy(fixture, agent).provenAt);
    if (byAsking) {
        QVERIFY(fixture.ask(agent));
    } else {
        for (int i = 0; i < 2; ++i) {
            authority::RegisterAgent command{
                agent.agent.name, agent.key.publicKey(), {}, {}, {}, agents::KeyProof::Proven, {}};
            command.peer.uid = 1000;
            QVERIFY(AuthorityFixture::wait<agents::Agent>(
                [&](auto reply) { fixture.authority().registerAgent(std::move(command), std::move(reply)); }));
        }
        QCOMPARE(fixture.count(LeafKind::AgentRegistered), 2); // the second proof says nothing new
    }
    QVERIFY(shownBy(fixture, agent).provenAt);
    fixture.stop();
    must(fixture.start(), "start");
    QVERIFY(shownBy(fixture, agent).provenAt);
    QCOMPARE(fixture.status().detail, QString());
}

void ChangedEvidenceTest::an_older_token_counts_for_nothing_again_data()
{
    QTest::addColumn<QString>("sql");
    QTest::newRow("forgotten") << u"UPDATE agent_tokens SET newest = '{}'"_s;
    QTest::newRow("earlier") << u"UPDATE agent_tokens SET newest = '{\"https://issuer.example\":1}'"_s;
    QTest::newRow("no row") << u"DELETE FROM agent_tokens"_s;
    QTest::newRow("no JSON") << u"UPDATE agent_tokens SET newest = 'x'"_s;
}

void ChangedEvidenceTest::an_older_token_counts_for_nothing_again()
{
    QFETCH(const QString, sql);
    AuthorityFixture fixture;
    const TestAgent agent = fixture.registerAgent();
    TrustEvidence said;
    said.level = said.claimed = TrustLevel::L1;
    said.source = agents::TrustSource::Token;
    said.issuer = "https://issuer.example";
    said.token = agents::AcceptedToken{said.issuer, kTestStart};
    said.fetchedAt = kTestStart;
    said.validUntil = kTestStart + 1h;
    said.distrust = agents::Distrust::None;
    QVERIFY(fixture.run<void>([&](Context& context) { return authority::keepTrust(context, agent.id(), said); }));
    fixture.stop();
    tamper(fixture.folder(), {sql});
    must(fixture.start(), "start");
    const auto newest = shownBy(fixture, agent).newestTokens;
    QCOMPARE(newest.size(), std::size_t{1});
    QCOMPARE(newest.at("https://issuer.example"), kTestStart);
    QCOMPARE(fixture.count(LeafKind::StateRejected), 1);
    fixture.stop();
    must(fixture.start(), "start");
    QCOMPARE(fixture.count(LeafKind::StateRejected), 1); // it is right now
}

void ChangedEvidenceTest::services_are_what_the_log_says_data()
{
    QTest::addColumn<QString>("sql");
    QTest::newRow("another secret") << u"UPDATE services SET secret_hash = x'00'"_s;
    QTest::newRow("another place") << u"UPDATE services SET location = 'https://elsewhere.example/'"_s;
    QTest::newRow("gone") << u"DELETE FROM services"_s;
    QTest::newRow("removed") << u"UPDATE services SET removed_at = 1"_s;
    QTest::newRow("one more") << u"INSERT INTO services (service_id, name, location, secret_hash, added_at) "
                                 u"VALUES ('mine', 'Mine', 'https://payments.example/', x'00', 1)"_s;
}

void ChangedEvidenceTest::services_are_what_the_log_says()
{
    QFETCH(const QString, sql);
    AuthorityFixture fixture;
    const ServiceId service = addService(fixture);
    const QStringList before = serviceRows(fixture);
    fixture.stop();
    tamper(fixture.folder(), {sql});
    must(fixture.start(), "start");
    QCOMPARE(serviceRows(fixture), before);
    QCOMPARE(fixture.count(LeafKind::StateRejected), 1);
    QVERIFY2(fixture.status().detail.contains(u"service"_s), qPrintable(fixture.status().detail));
    // One that was removed does not come back either.
    QVERIFY(fixture.run<void>([&](Context& context) { return removeService(context, service); }));
    fixture.stop();
    tamper(fixture.folder(), {u"UPDATE services SET removed_at = NULL"_s});
    must(fixture.start(), "start");
    QVERIFY(must(fixture.run<std::vector<authority::ServiceRow>>(authority::listServices), "list").empty());
    QCOMPARE(fixture.count(LeafKind::StateRejected), 2);
}

void ChangedEvidenceTest::what_a_service_demands_stays_where_the_service_is()
{
    CatalogueScene scene;
    QVERIFY(scene.import(document()));
    scene.fixture.stop();
    tamper(scene.fixture.folder(), {u"UPDATE services SET location = 'https://elsewhere.example/'"_s});
    must(scene.fixture.start(), "start");
    QVERIFY(scene.import(document("integer"))); // by the person, who does not know
    QCOMPARE(scene.row().location, u"https://payments.example/"_s);
    const auto place = scene.fixture.run<std::string>([](Context& context) -> Result<std::string> {
        const auto offered = context.catalogues.offered();
        return offered && offered->size() == 1 ? offered->front().location.url() : std::string();
    });
    QCOMPARE(*place, "https://payments.example/");
}

void ChangedEvidenceTest::a_block_is_what_the_log_says_data()
{
    QTest::addColumn<bool>("forgotten");
    QTest::addColumn<QString>("sql");
    QTest::newRow("the agent's own") << false << u"UPDATE agents SET blocked = 0"_s;
    QTest::newRow("its key's") << false << u"DELETE FROM blocks WHERE jkt IS NOT NULL"_s;
    QTest::newRow("its program's") << false << u"DELETE FROM blocks WHERE executable IS NOT NULL"_s;
    QTest::newRow("its key's, and it was forgotten") << true << u"DELETE FROM blocks WHERE jkt IS NOT NULL"_s;
}

void ChangedEvidenceTest::a_block_is_what_the_log_says()
{
    QFETCH(const bool, forgotten);
    QFETCH(const QString, sql);
    AuthorityFixture fixture;
    const TestAgent agent = fixture.registerAgent("reconcile-bot", "/usr/bin/bot");
    QVERIFY(fixture.run<void>([&](Context& context) { return blockAgent(context, agent.id()); }));
    if (forgotten)
        QVERIFY(fixture.run<void>([&](Context& context) { return forgetAgent(context, agent.id()); }));
    fixture.stop();
    tamper(fixture.folder(), {sql});
    must(fixture.start(), "start");
    const auto isBlocked = [&](const Thumbprint& key, const std::string& program) {
        return must(
            fixture.run<bool>([&](Context& context) { return context.registry.isBlocked(key, program); }), "blocked");
    };
    QVERIFY(isBlocked(agent.jkt(), {}));
    QVERIFY(isBlocked({}, "/usr/bin/bot"));
    if (!forgotten)
        QCOMPARE(fixture.ask(agent).error().code, ErrorCode::UnauthorizedClient);
    QCOMPARE(fixture.count(LeafKind::StateRejected), 1);
    QVERIFY(fixture.status().detail.contains(u"blocked again"_s));
    fixture.stop();
    must(fixture.start(), "start");
    QCOMPARE(fixture.status().detail, QString());
}

void ChangedEvidenceTest::a_block_that_was_lifted_stays_so()
{
    AuthorityFixture fixture;
    const TestAgent one = fixture.registerAgent("one", "/usr/bin/bot");
    const TestAgent other = fixture.registerAgent("other", "/usr/bin/bot");
    for (const TestAgent* agent : {&one, &other})
        QVERIFY(fixture.run<void>([&](Context& context) { return blockAgent(context, agent->id()); }));
    QVERIFY(fixture.run<void>([&](Context& context) { return unblockAgent(context, other.id()); }));
    fixture.stop();
    must(fixture.start(), "start");
    QCOMPARE(fixture.status().detail, QString());
    QCOMPARE(fixture.ask(one).error().code, ErrorCode::UnauthorizedClient);
    QVERIFY(fixture.ask(other));
}

void ChangedEvidenceTest::an_untouched_folder_starts_without_a_word()
{
    FloorScene scene(challenge());
    scene.say(scene.agent, TrustLevel::L2);
    const ServiceId other = must(scene.fixture.run<authority::ServiceSecret>([](Context& context) {
        return authority::addService(context, u"Other"_s, u"https://other.example/"_s);
    }),
        "add")
                                .id;
    QVERIFY(scene.fixture.run<void>([&](Context& context) { return removeService(context, other); }));
    scene.fixture.stop();
    must(scene.fixture.start(), "start");
    QCOMPARE(scene.fixture.status().detail, QString());
    QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 0);
    QVERIFY(scene.isLive(scene.tokens.grant));
    // As it stands on the disk, with nothing written at the end.
    const QTemporaryDir left;
    copyFolder(scene.fixture.folder(), left.path());
    AuthorityFixture next(left.path(), scene.fixture.identity());
    must(next.start(), "start");
    QCOMPARE(next.status().detail, QString());
    QCOMPARE(next.grant(scene.tokens.grant).state, GrantState::Live);
}

QTEST_GUILESS_MAIN(ChangedEvidenceTest)
#include "tst_changed_evidence.moc"
