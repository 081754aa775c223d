// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// kill -9 at random moments under load: what was acknowledged is there, every receipt that was handed out stands in the
// log, what was revoked stays revoked, the log is whole. COUNTERSIGN_CRASH_ROUNDS says how often;
// COUNTERSIGN_CRASH_SEED repeats a run.

#include "core/audit/receipt.h"
#include "core/authority/use_cases.h"
#include "core/crypto/bytes.h"
#include "tests/support/authority_fixture.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QTest>

#include <array>
#include <map>
#include <set>

using namespace countersign;
using namespace countersign::testing;
using grants::GrantState;

namespace {

constexpr int kRounds = 20;
constexpr int kRoundsAFolder = 20; ///< then with an empty one, so that many rounds take not much more than their number
constexpr int kShortestLifeMs = 30;
constexpr int kLongestLifeMs = 400;

int numberFrom(const char* variable, int otherwise)
{
    bool given = false;
    const int value = qEnvironmentVariableIntValue(variable, &given);
    return given ? value : otherwise;
}

/// What children acknowledged, over all rounds.
struct Acknowledged {
    std::set<std::string> agents;
    std::set<std::string> granted;
    std::set<std::string> revoked;
    std::map<std::string, std::string> parents; ///< of delegated grants
    std::set<std::string> receipts; ///< JWS
    std::optional<keychain::LogAnchor> anchor;

    void take(const QByteArray& line)
    {
        const QList<QByteArray> words = line.split(' ');
        QVERIFY2(words.front() != "failed", line.constData());
        if (words.front() == "agent")
            agents.insert(words.at(1).toStdString());
        else if (words.front() == "granted")
            granted.insert(words.at(1).toStdString());
        else if (words.front() == "delegated")
            parents[words.at(1).toStdString()] = words.at(2).toStdString();
        else if (words.front() == "revoked")
            revoked.insert(words.at(1).toStdString());
        else if (words.front() == "receipt")
            receipts.insert(words.at(1).toStdString());
        else if (words.front() == "anchor")
            anchor = keychain::LogAnchor{words.at(1).toULongLong(), *crypto::fromBase64url(words.at(2).toStdString())};
    }
};

} // namespace

class TestCrash : public QObject {
    Q_OBJECT

    /// Lets a child run for a while, and kills it.
    static void runChild(const QStringList& arguments, int lifeMs, Acknowledged& acknowledged)
    {
        QProcess child;
        child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        child.start(QStringLiteral(COUNTERSIGN_CRASH_CHILD), arguments);
        QVERIFY(child.waitForStarted());
        QVERIFY(child.waitForReadyRead(20'000)); // it runs: the start's anchor
        if (child.waitForFinished(lifeMs))
            QFAIL(child.readAllStandardOutput().constData());
        child.kill();
        QVERIFY(child.waitForFinished());
        const QByteArray output = child.readAllStandardOutput();
        // What stands behind the last line break was not said whole.
        const QList<QByteArray> lines = output.first(output.lastIndexOf('\n')).split('\n');
        for (const QByteArray& line : lines)
            acknowledged.take(line);
    }

    static void check(AuthorityFixture& fixture, const Acknowledged& acknowledged)
    {
        QCOMPARE(fixture.status().troubles, std::vector<authority::Trouble>());
        QCOMPARE(fixture.status().detail, QString());
        std::map<std::string, GrantState> states;
        for (const authority::GrantRow& row : fixture.grants())
            states[row.grant.id.value] = row.grant.state;
        int live = 0;
        for (const auto& [id, state] : states)
            live += state == GrantState::Live ? 1 : 0;
        QCOMPARE(fixture.status().liveGrants, live);
        for (const std::string& id : acknowledged.granted)
            QVERIFY2(states.contains(id), id.c_str());
        for (const std::string& id : acknowledged.revoked)
            QCOMPARE(states[id], GrantState::Revoked);
        for (const auto& [id, parent] : acknowledged.parents) {
            QVERIFY2(states.contains(id), id.c_str());
            QCOMPARE(states[id], states[parent]);
        }
        for (const std::string& id : acknowledged.agents)
            QVERIFY(fixture.authority().findClient(ClientId{id}));
        QCOMPARE(fixture.count(audit::LeafKind::StateRejected), 0);
        QCOMPARE(fixture.count(audit::LeafKind::ConsentGiven) + fixture.count(audit::LeafKind::GrantDelegated),
            static_cast<int>(states.size()));
    }

    /// Each stands in the log as it was handed out, and there are as many actions as have one.
    static void checkReceipts(AuthorityFixture& fixture, const Acknowledged& acknowledged)
    {
        const std::array keys{fixture.identity().device.publicKey()};
        for (const std::string& jws : acknowledged.receipts) {
            const auto receipt = audit::verifyReceipt(jws, keys);
            QVERIFY2(receipt, receipt ? "" : receipt.error().message.c_str());
            const auto stored =
                fixture.run<audit::StoredReceipt>([index = receipt->index](authority::Context& context) {
                    return audit::readReceipt(context.database, index, context.log->origin());
                });
            QVERIFY2(stored, jws.c_str());
            QCOMPARE(stored->jws, jws);
            QCOMPARE(stored->leaf.bytes, receipt->leaf);
        }
        QVERIFY(fixture.count(audit::LeafKind::ActionPermitted) >= static_cast<int>(acknowledged.receipts.size()));
    }

    static void checkWholeLog(AuthorityFixture& fixture)
    {
        const auto checked = AuthorityFixture::wait<std::uint64_t>(
            [&](auto reply) { fixture.authority().checkLog({}, std::move(reply)); });
        QVERIFY2(checked, checked ? "" : checked.error().message.c_str());
    }

private Q_SLOTS:
    void nothing_acknowledged_is_lost_and_nothing_revoked_comes_back()
    {
        const int rounds = numberFrom("COUNTERSIGN_CRASH_ROUNDS", kRounds);
        const auto seed =
            static_cast<quint32>(numberFrom("COUNTERSIGN_CRASH_SEED", QRandomGenerator::global()->bounded(1'000'000)));
        qInfo("%d rounds, seed %u", rounds, seed);
        QRandomGenerator random(seed);
        QTemporaryDir home;
        const QString identityFile = home.filePath(QStringLiteral("identity"));
        const keychain::Identity identity = makeIdentity();
        QVERIFY(saveIdentity(identity, identityFile));

        Acknowledged acknowledged;
        std::size_t granted = 0;
        std::size_t receipts = 0;
        for (int round = 0; round < rounds; ++round) {
            if (round % kRoundsAFolder == 0) {
                granted += acknowledged.granted.size();
                receipts += std::exchange(acknowledged, {}).receipts.size();
            }
            const QString data = home.filePath(QStringLiteral("data %1").arg(round / kRoundsAFolder));
            QStringList arguments{data, identityFile};
            if (acknowledged.anchor)
                arguments << QString::number(acknowledged.anchor->treeSize)
                          << QString::fromStdString(crypto::base64url(acknowledged.anchor->root));
            runChild(arguments, random.bounded(kShortestLifeMs, kLongestLifeMs), acknowledged);
            if (QTest::currentTestFailed())
                return;
            AuthorityFixture fixture(data, identity);
            fixture.setAnchor(acknowledged.anchor);
            const auto started = fixture.start();
            QVERIFY2(started, started ? "" : started.error().message.c_str());
            check(fixture, acknowledged);
            checkReceipts(fixture, acknowledged);
            if (round % kRoundsAFolder == kRoundsAFolder - 1 || round == rounds - 1)
                checkWholeLog(fixture);
            if (QTest::currentTestFailed())
                return;
            fixture.stop();
            acknowledged.anchor = fixture.anchor();
        }
        granted += acknowledged.granted.size();
        receipts += acknowledged.receipts.size();
        qInfo("%zu grants and %zu receipts were acknowledged", granted, receipts);
        QVERIFY(granted > static_cast<std::size_t>(rounds));
        QVERIFY(receipts > static_cast<std::size_t>(rounds));
    }
};

QTEST_GUILESS_MAIN(TestCrash)
#include "tst_crash.moc"
