// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A process that writes the log is killed at random moments. What it said was committed is there afterwards, the log
// verifies, and the next process goes on.

#include "core/crypto/bytes.h"
#include "tests/core/audit/log_fixture.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>

using namespace countersign;

namespace {

constexpr auto kWriterArgument = "--write";
constexpr int kRounds = 20;
constexpr int kLongestRound = 300; // milliseconds

struct Acknowledged {
    std::uint64_t size = 0;
    std::string root; ///< base64url
};

/// Opens the log, then appends groups of one to five leaves without end, and says each size and root once it is
/// durable.
int writeUntilKilled(const QString& folder)
{
    auto test = test::openLog(folder);
    if (!test) {
        std::printf("error %s\n", test.error().message.c_str());
        return 1;
    }
    for (int group = 1;; group = group % 5 + 1) {
        if (const auto grown = test::growTo(*test, static_cast<int>(test->log.size()) + group, group); !grown) {
            std::printf("error %s\n", grown.error().message.c_str());
            return 1;
        }
        std::printf("%llu %s\n", static_cast<unsigned long long>(test->log.size()),
            crypto::base64url(test->log.root()).c_str());
        std::fflush(stdout);
    }
}

} // namespace

class CrashTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_was_acknowledged_survives_kill_at_random_moments()
    {
        const auto seed = QRandomGenerator::system()->generate();
        qInfo("seed %u", seed);
        QRandomGenerator random(seed);
        const QTemporaryDir home;
        Acknowledged last;
        int roundsThatWrote = 0;
        for (int round = 0; round < kRounds; ++round) {
            const auto acknowledged = runAndKill(home.path(), random.bounded(1, kLongestRound));
            if (acknowledged.size > 0) {
                QVERIFY(acknowledged.size > last.size);
                last = acknowledged;
                ++roundsThatWrote;
            }
            auto test = test::openLog(home.path());
            QVERIFY2(test, test ? "" : test.error().message.c_str());
            QVERIFY(test->log.size() >= last.size);
            // The anchor's check proves that what was acknowledged is a beginning of what is there.
            const auto root = crypto::fromBase64url(last.root);
            const auto report = audit::checkLog(*test->database, test::expectation(last.size, root.value_or("")), {});
            QVERIFY2(report, report ? "" : report.error().message.c_str());
            QVERIFY(!report->olderThanAnchor);
        }
        qInfo("%llu leaves, %d of %d rounds got as far as writing", static_cast<unsigned long long>(last.size),
            roundsThatWrote, kRounds);
        QVERIFY(roundsThatWrote >= kRounds / 4);
    }

private:
    static Acknowledged runAndKill(const QString& folder, int milliseconds)
    {
        QProcess writer;
        writer.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        writer.start(QCoreApplication::applicationFilePath(), {QString::fromLatin1(kWriterArgument), folder});
        if (!writer.waitForStarted())
            qFatal("the writer does not start");
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < milliseconds)
            writer.waitForReadyRead(static_cast<int>(std::max<qint64>(1, milliseconds - timer.elapsed())));
        writer.kill();
        writer.waitForFinished();

        Acknowledged last;
        QByteArray output = writer.readAllStandardOutput();
        output.truncate(output.lastIndexOf('\n') + 1); // a line cut short was not said
        const QList<QByteArray> lines = output.split('\n');
        for (const QByteArray& line : lines) {
            if (line.startsWith("error"))
                qFatal("%s", line.constData());
            const QList<QByteArray> words = line.split(' ');
            if (words.size() == 2)
                last = {.size = words.at(0).toULongLong(), .root = words.at(1).toStdString()};
        }
        return last;
    }
};

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc == 3 && QByteArray(argv[1]) == kWriterArgument)
        return writeUntilKilled(QString::fromLocal8Bit(argv[2]));
    CrashTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_crash.moc"
