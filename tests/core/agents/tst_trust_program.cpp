// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A program of the person's that is asked about agents: real processes.
#include "tests/core/agents/trust_scene.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <atomic>

using namespace countersign;
using namespace countersign::agents;
using namespace countersign::test;
using namespace std::chrono_literals;

namespace {

/// A program that is asked: a shell script, since that is at hand everywhere.
struct Program {
    explicit Program(const QByteArray& text) : path(folder.filePath(QStringLiteral("resolver")))
    {
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write("#!/bin/sh\n" + text) < 0
            || !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner))
            qFatal("no program");
    }
    [[nodiscard]] TrustProgram settings() const { return {.name = "resolver", .path = path.toStdString()}; }

    QTemporaryDir folder;
    QString path;
};

QByteArray says(const json::Object& said)
{
    return "cat >/dev/null; printf '%s' '" + QByteArray::fromStdString(json::serialize(said)) + "'\n";
}

} // namespace

class TestTrustProgram : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_program_is_asked_with_the_agent_s_key()
    {
        TrustScene scene;
        const auto agent = scene.agent.publicKey().thumbprint().value;
        const Program program("read -r line\ncase \"$line\" in *'\"agent_id\":\"" + QByteArray::fromStdString(agent)
            + "\"'*) ;; *) exit 1 ;; esac\n" + says(scene.registered(2)));
        scene.settings.program = program.settings();
        const TrustEvidence evidence = scene.ask(scene.about({}));
        QCOMPARE(evidence.level, TrustLevel::L2);
        QCOMPARE(evidence.source, TrustSource::Program);
        QCOMPARE(evidence.issuer, std::string("resolver"));
    }

    void a_program_sees_nothing_of_our_environment()
    {
        TrustScene scene;
        qputenv("COUNTERSIGN_TEST_SECRET", "secret");
        const Program program("[ -z \"$COUNTERSIGN_TEST_SECRET\" ] || exit 1\n[ \"$(env | grep -cv "
                              "'^\\(PATH\\|HOME\\|LANG\\|PWD\\|_\\|SHLVL\\|OLDPWD\\)=')\" = 0 ] || exit 1\n"
            + says(scene.registered(2)));
        scene.settings.program = program.settings();
        QCOMPARE(scene.ask(scene.about({})).level, TrustLevel::L2);
        qunsetenv("COUNTERSIGN_TEST_SECRET");
    }

    void arguments_of_a_program_are_no_shell_s()
    {
        TrustScene scene;
        const Program program("[ \"$1\" = '$(touch /tmp/x); *' ] || exit 1\n" + says(scene.registered(2)));
        scene.settings.program = program.settings();
        scene.settings.program->arguments = {"$(touch /tmp/x); *"};
        QCOMPARE(scene.ask(scene.about({})).level, TrustLevel::L2);
    }

    void a_program_that_fails_has_not_answered_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("exits with an error") << QByteArray("cat >/dev/null; printf '%s' \"$ANSWER\"; exit 3\n");
        QTest::newRow("says nothing") << QByteArray("cat >/dev/null\n");
        QTest::newRow("says something else") << QByteArray("cat >/dev/null; echo hello\n");
        QTest::newRow("never ends") << QByteArray("sleep 60\n");
        QTest::newRow("is killed") << QByteArray("kill -9 $$\n");
        QTest::newRow("says too much") << QByteArray("cat /dev/zero\n");
        QTest::newRow("does not read") << QByteArray("exec <&-; exit 0\n");
    }
    void a_program_that_fails_has_not_answered()
    {
        QFETCH(QByteArray, text);
        TrustScene scene;
        const Program program(text);
        scene.settings.program = program.settings();
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(scene.ask(scene.about({})).distrust, Distrust::NoAnswer);
        QVERIFY2(timer.elapsed() < 4500, std::to_string(timer.elapsed()).c_str());
    }

    void a_program_that_is_not_there_has_not_answered()
    {
        TrustScene scene;
        scene.settings.program = TrustProgram{.name = "none", .path = "/nowhere/resolver"};
        QCOMPARE(scene.ask(scene.about({})).distrust, Distrust::NoAnswer);
    }

    void a_program_and_what_it_started_end_with_their_time()
    {
        TrustScene scene;
        const QTemporaryDir folder;
        const QByteArray mark = folder.filePath(QStringLiteral("alive")).toUtf8();
        const Program program("(while :; do date +%s%N > " + mark + "; sleep 0.05; done) & wait\n");
        scene.settings.program = program.settings();
        QCOMPARE(scene.ask(scene.about({})).distrust, Distrust::NoAnswer);
        const auto written = [&] {
            QFile file(QString::fromUtf8(mark));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QTest::qWait(200);
        const QByteArray last = written();
        QVERIFY(!last.isEmpty());
        QTest::qWait(400);
        QCOMPARE(written(), last);
    }

    void what_a_program_left_behind_ends_with_its_answer()
    {
        TrustScene scene;
        const QTemporaryDir folder;
        const QByteArray mark = folder.filePath(QStringLiteral("alive")).toUtf8();
        const Program program("(while :; do date +%s%N > " + mark + "; sleep 0.05; done) >/dev/null &\n"
            + "while ! [ -s " + mark + " ]; do sleep 0.01; done\n" + says(scene.registered(2)));
        scene.settings.program = program.settings();
        QCOMPARE(scene.ask(scene.about({})).level, TrustLevel::L2);
        const auto written = [&] {
            QFile file(QString::fromUtf8(mark));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QTest::qWait(200);
        const QByteArray last = written();
        QTest::qWait(400);
        QCOMPARE(written(), last);
    }

    void one_that_runs_at_the_end_is_killed()
    {
        std::atomic<int> answered = 0;
        QElapsedTimer timer;
        const QTemporaryDir folder;
        const QByteArray mark = folder.filePath(QStringLiteral("started")).toUtf8();
        {
            TrustScene scene;
            const Program program("touch " + mark + "; exec sleep 60\n");
            scene.settings.program = program.settings();
            scene.service().ask(scene.about({}), [&](const TrustEvidence&) { ++answered; });
            QTRY_VERIFY(QFile::exists(QString::fromUtf8(mark)));
            timer.start();
        }
        QVERIFY2(timer.elapsed() < 1500, std::to_string(timer.elapsed()).c_str());
        QCOMPARE(answered.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestTrustProgram)
#include "tst_trust_program.moc"
