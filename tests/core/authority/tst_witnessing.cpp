// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A witness of another make (tests/support/witness) cosigns the log.

#include "core/authority/witnessing.h"

#include "core/audit/checkpoint.h"
#include "core/audit/log.h"
#include "core/authority/context.h"
#include "core/crypto/signed_note.h"
#include "tests/core/authority/tampering.h"
#include "tests/core/evidence/evidence_scene.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using authority::Trouble;

namespace {

class WitnessProcess {
public:
    WitnessProcess(const AuthorityFixture& fixture, const QString& state)
    {
        const std::string origin = "countersign/" + fixture.identity().device.publicKey().thumbprint().value;
        const std::string logKey = crypto::noteVerifierKey(origin, fixture.identity().log.publicKey());
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QStringLiteral(COUNTERSIGN_WITNESS), {QString::fromStdString(logKey), state});
        witness.url = line();
        witness.key = line();
    }
    ~WitnessProcess()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished();
    }
    WitnessProcess(const WitnessProcess&) = delete;
    WitnessProcess& operator=(const WitnessProcess&) = delete;

    audit::Witness witness;

private:
    std::string line()
    {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead())
                qFatal("the witness says nothing");
        }
        return m_process.readLine().trimmed().toStdString();
    }

    QProcess m_process;
};

std::uint64_t checkpointed(AuthorityFixture& fixture)
{
    std::uint64_t size = 0;
    const auto done = fixture.run<void>([&](authority::Context& context) -> Result<void> {
        const auto last = audit::lastCheckpoint(context.database);
        size = last && *last ? (*last)->size : 0;
        return {};
    });
    return done ? size : 0;
}

std::string lastNote(AuthorityFixture& fixture)
{
    return fixture
        .run<std::string>([](authority::Context& context) -> Result<std::string> {
            return audit::cosignedNote(context.database, audit::lastCheckpoint(context.database)->value());
        })
        .value_or(std::string());
}

/// Stops and starts, so that what is in the log is in a checkpoint too.
void checkpoint(AuthorityFixture& fixture)
{
    fixture.stop();
    QVERIFY(fixture.start());
}

std::unique_ptr<authority::Witnessing> begin(
    AuthorityFixture& fixture, const audit::Witness& witness, outbound::Reach reach = outbound::Reach::Anywhere)
{
    return std::make_unique<authority::Witnessing>(fixture.authority(), witness, reach);
}

} // namespace

class TestWitnessing : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void each_checkpoint_is_cosigned_and_the_next_one_is_shown_to_add_to_it()
    {
        AuthorityFixture fixture;
        const QTemporaryDir folder;
        const WitnessProcess process(fixture, folder.filePath(u"state"_s));
        for (int round = 0; round < 3; ++round) {
            [[maybe_unused]] const auto tokens = fixture.tokensFor(fixture.registerAgent("a" + std::to_string(round)));
            checkpoint(fixture);
            const auto witnessing = begin(fixture, process.witness);
            QTRY_COMPARE(fixture.status().witnessedSize, checkpointed(fixture));
            const authority::WitnessState state = fixture.status().witness.value();
            QVERIFY(state.problem.empty() && state.answeredAt && process.witness.key.starts_with(state.name + '+'));
            const auto when = crypto::verifyCosignature(lastNote(fixture), process.witness.key);
            QVERIFY2(when, when ? "" : when.error().message.c_str());
            QVERIFY(!fixture.has(Trouble::WitnessContradicts));
        }
        QVERIFY(fixture.checkLog());
        must(fixture.run<void>([](authority::Context& context) {
            return store::Query(context.database,
                "UPDATE cosignatures SET line = (SELECT line FROM cosignatures ORDER BY size DESC LIMIT 1)")
                .run();
        }),
            "lines of another checkpoint");
        const auto checked = fixture.checkLog();
        QVERIFY(!checked && checked.error().message.contains("not signed by the witness"));
    }

    void what_it_cosigned_is_evidence_also_while_it_is_away()
    {
        EvidenceScene scene;
        const QTemporaryDir folder;
        const auto answer = scene.pay("7.00");
        audit::Witness witness;
        {
            const WitnessProcess process(scene.fixture, folder.filePath(u"state"_s));
            witness = process.witness;
            checkpoint(scene.fixture);
            const auto witnessing = begin(scene.fixture, process.witness);
            QTRY_COMPARE(scene.fixture.status().witnessedSize, checkpointed(scene.fixture));
        }
        const std::uint64_t cosigned = checkpointed(scene.fixture);
        const auto later = scene.pay("8.00");
        evidence::Trust trust = scene.trust();
        trust.now = UnixSeconds{QDateTime::currentSecsSinceEpoch()}; // its clock is the true one
        trust.witnesses = {witness.key};
        const auto report = evidence::verify(textOf(scene.evidenceOf(answer)), trust);
        QVERIFY(checkpointed(scene.fixture) > cosigned);
        QVERIFY2(report.verdict == evidence::Verdict::Verified, told(report).c_str());
        QVERIFY(stepOf(report, "witnesses").state == evidence::StepState::Passed);
        // What came later it has not seen.
        QCOMPARE(failedStep(evidence::verify(textOf(scene.evidenceOf(later)), trust)), std::string("witnesses"));
        // And the proof that goes with the receipt bears its signature too.
        const auto read = must(AuthorityFixture::wait<authority::ReadReceipt>([&](auto reply) {
            scene.fixture.authority().readReceipt(answer.receipt->id, std::move(reply));
        }),
            "receipt");
        QVERIFY(read.proof && read.proof->contains(witness.key.substr(0, witness.key.find('+'))));
    }

    void a_checkpoint_comes_in_time()
    {
        AuthorityFixture fixture;
        fixture.registerAgent();
        QElapsedTimer since;
        since.start();
        QTRY_VERIFY_WITH_TIMEOUT(checkpointed(fixture) == fixture.log().size(), 15'000);
        QVERIFY2(since.elapsed() <= std::chrono::milliseconds(audit::kCheckpointInterval).count(),
            qPrintable(QString::number(since.elapsed())));
    }

    void at_the_end_all_of_it_is_signed()
    {
        AuthorityFixture fixture;
        fixture.registerAgent();
        fixture.stop();
        const auto database = must(store::Database::open(fixture.folder(), store::Access::ReadOnly), "database");
        store::Query query(
            *database, "SELECT (SELECT max(size) FROM log_checkpoints), (SELECT count(*) FROM log_leaves)");
        QVERIFY(must(query.next(), "sizes"));
        QVERIFY(query.integer(1) > 0);
        QCOMPARE(query.integer(0), query.integer(1));
    }

    void a_checkpoint_that_is_written_while_it_runs_is_cosigned_too()
    {
        AuthorityFixture fixture;
        const QTemporaryDir folder;
        const WitnessProcess process(fixture, folder.filePath(u"state"_s));
        const auto witnessing = begin(fixture, process.witness);
        fixture.registerAgent();
        const int limit = static_cast<int>(std::chrono::milliseconds(audit::kCheckpointInterval).count()) + 10'000;
        QTRY_VERIFY_WITH_TIMEOUT(fixture.status().witnessedSize == fixture.status().logSize, limit);
    }

    void a_witness_that_has_seen_more_of_this_log_than_we_remember_goes_on_from_there()
    {
        AuthorityFixture fixture;
        const QTemporaryDir folder;
        const WitnessProcess process(fixture, folder.filePath(u"state"_s));
        fixture.registerAgent("first");
        checkpoint(fixture);
        {
            const auto witnessing = begin(fixture, process.witness);
            QTRY_COMPARE(fixture.status().witnessedSize, checkpointed(fixture));
        }
        fixture.registerAgent("second");
        fixture.stop();
        tamper(fixture.folder(), {u"DELETE FROM cosignatures"_s});
        QVERIFY(fixture.start());
        QCOMPARE(fixture.status().witnessedSize, std::uint64_t{0});
        const auto witnessing = begin(fixture, process.witness);
        QTRY_COMPARE(fixture.status().witnessedSize, checkpointed(fixture));
    }

    void a_witness_that_has_seen_another_log_under_this_key_is_told_of()
    {
        const QTemporaryDir folder;
        AuthorityFixture other;
        AuthorityFixture fixture(folder.filePath(u"data"_s), other.identity());
        QVERIFY(QDir().mkpath(fixture.folder()));
        QVERIFY(fixture.start());
        const WitnessProcess process(other, folder.filePath(u"state"_s));
        for (int agent = 0; agent < 3; ++agent)
            other.registerAgent("other " + std::to_string(agent));
        checkpoint(other);
        {
            const auto witnessing = begin(other, process.witness);
            QTRY_COMPARE(other.status().witnessedSize, checkpointed(other));
        }
        fixture.registerAgent("mine");
        checkpoint(fixture);
        {
            const auto shorter = begin(fixture, process.witness);
            QTRY_VERIFY(fixture.has(Trouble::WitnessContradicts));
        }
        for (int agent = 0; agent < 5; ++agent)
            fixture.registerAgent("mine " + std::to_string(agent));
        checkpoint(fixture);
        QVERIFY(!fixture.has(Trouble::WitnessContradicts));
        const auto longer = begin(fixture, process.witness);
        QTRY_VERIFY(fixture.has(Trouble::WitnessContradicts));
        QCOMPARE(fixture.status().witnessedSize, std::uint64_t{0});
        QVERIFY(fixture.authority().findClient(fixture.registerAgent("goes on").id()));
    }

    void a_witness_that_is_away_or_lies_hinders_nothing()
    {
        AuthorityFixture fixture;
        const QTemporaryDir folder;
        audit::Witness witness;
        {
            const WitnessProcess process(fixture, folder.filePath(u"state"_s));
            witness = process.witness;
            const WitnessProcess impostor(fixture, folder.filePath(u"other"_s));
            checkpoint(fixture);
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"no signature of its key"_s));
            const auto witnessing = begin(fixture, {impostor.witness.url, witness.key});
            QTest::qWait(500);
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"no public address"_s));
            const auto unreached = begin(fixture, witness, outbound::Reach::Public);
            QTest::qWait(300);
        }
        QVERIFY(fixture.status().witness->problem.contains("no public address"));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"has not cosigned"_s));
        const auto witnessing = begin(fixture, witness);
        QTRY_VERIFY(!fixture.status().witness->problem.contains("no public address"));
        QVERIFY(!fixture.status().witness->problem.empty() && !fixture.status().witness->answeredAt);
        [[maybe_unused]] const auto tokens = fixture.tokensFor(fixture.registerAgent());
        QCOMPARE(fixture.status().witnessedSize, std::uint64_t{0});
        QVERIFY(!fixture.has(Trouble::WitnessContradicts));
    }
};

QTEST_GUILESS_MAIN(TestWitnessing)
#include "tst_witnessing.moc"
