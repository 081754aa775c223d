// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `countersignctl export` against a running program, and `countersignctl verify` with nothing but the file.
#include "tests/app/running_program.h"
#include "tests/app/terminal.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace countersign;
using namespace countersign::testing;

namespace {
QString member(const Ran& ran, std::string_view name)
{
    return QString::fromStdString(ran.text(name));
}

QByteArray contentOf(const QString& name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}
} // namespace

class EvidenceCommandsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_grant_is_exported_and_verified();
    void old_data_gives_evidence_with_no_program();
    void wrong_usage_is_told_data();
    void wrong_usage_is_told();
    void what_is_not_there_is_not_written();

private:
    [[nodiscard]] QString in(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    /// The log is signed every ten seconds; until then there is nothing to export.
    void exportGrant(const QString& grant, const QStringList& more)
    {
        const QStringList arguments = QStringList{QStringLiteral("--grant"), grant} + more;
        Ran ran = run("export", arguments);
        for (int i = 0; i < 30 && ran.status != 0; ++i) {
            QTest::qWait(1000);
            ran = run("export", arguments);
        }
        QVERIFY2(ran.status == 0, ran.err);
    }

    RunningProgram m_program{qEnvironmentVariable("XDG_RUNTIME_DIR")};
    QTemporaryDir m_folder;
};

void EvidenceCommandsTest::a_grant_is_exported_and_verified()
{
    const QString grant = member(run("ask --json --message approve"), "grant_id");
    const QString device = member(run("status --json"), "device");
    QVERIFY(!grant.isEmpty() && !device.isEmpty());
    exportGrant(grant, {QStringLiteral("-o"), in("grant.json")});
    QCOMPARE(QFile::permissions(in("grant.json")) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());

    const Ran unknown = run("verify", {in("grant.json")});
    QCOMPARE(unknown.status, 6);
    QVERIFY(unknown.out.contains(device.toUtf8()) && unknown.out.contains("origin not established"));
    const Ran known = run("verify --json --trust", {device, in("grant.json")});
    QCOMPARE(known.status, 0);
    QCOMPARE(member(known, "verdict"), QStringLiteral("verified"));

    QByteArray changed = contentOf(in("grant.json"));
    changed.replace("\"text\":\"Let an agent", "\"text\":\"Let no agent");
    QFile file(in("changed.json"));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(changed) == changed.size() && file.flush());
    const Ran broken = run("verify --json --trust", {device, in("changed.json")});
    QCOMPARE(broken.status, 7);
    QCOMPARE(member(broken, "failed"), QStringLiteral("screens"));

    exportGrant(grant, {QStringLiteral("--with-bodies"), QStringLiteral("-o"), in("bodies.json")});
    QCOMPARE(run("verify --trust", {device, in("bodies.json")}).status, 0);
    const Ran own = run("import --json --action 0", {in("grant.json")}); // entry 0 is no action
    QCOMPARE(own.status, 1);
    QCOMPARE(member(own, "error"), QStringLiteral("not_found"));

    exportGrant(grant, {QStringLiteral("--html"), QStringLiteral("-o"), in("grant.html")});
    QVERIFY(contentOf(in("grant.html")).startsWith("<!DOCTYPE html>"));
    exportGrant(grant, {QStringLiteral("--without-details"), QStringLiteral("-o"), in("bare.json")});
    QVERIFY(!contentOf(in("bare.json")).contains("Let an agent"));
    QCOMPARE(run("verify --trust", {device, in("bare.json")}).status, 0);
}

void EvidenceCommandsTest::old_data_gives_evidence_with_no_program()
{
    const QString grant = member(run("ask --json --message approve"), "grant_id");
    const QString device = member(run("status --json"), "device");
    m_program.restart([&](const QString& dataFolder) { // and signs the log when it ends
        QVERIFY(QDir().mkpath(in("old")));
        QVERIFY(QFile::copy(dataFolder + QStringLiteral("/countersign.sqlite"), in("old/countersign.sqlite")));
    });
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    qputenv("XDG_RUNTIME_DIR", "/nowhere");
    const QStringList wanted{QStringLiteral("--grant"), grant, QStringLiteral("-o"), in("old.json")};
    const Ran offline = run("export", wanted);
    const Ran old = run("export --archive", QStringList{in("old")} + wanted);
    const Ran machine = run("export --json --archive", QStringList{in("old")} + wanted);
    qputenv("XDG_RUNTIME_DIR", runtime.toLocal8Bit());
    QCOMPARE(offline.status, 3);
    QVERIFY2(old.status == 0, old.err);
    QVERIFY(old.out.contains("thumbprint of that device: " + device.toUtf8()));
    QCOMPARE(member(machine, "device"), device);
    QCOMPARE(run("verify --trust", {device, in("old.json")}).status, 0);

    const Ran none = run("export --json --action 0 -o x --archive", {in("old")});
    QCOMPARE(none.status, 1);
    QCOMPARE(member(none, "error"), QStringLiteral("not_found"));
}

void EvidenceCommandsTest::wrong_usage_is_told_data()
{
    QTest::addColumn<int>("status");
    QTest::newRow("verify") << 2;
    QTest::newRow("verify a b") << 2;
    QTest::newRow("verify /nowhere") << 1;
    QTest::newRow("export -o x") << 2;
    QTest::newRow("export --grant x") << 2;
    QTest::newRow("export --grant x --action 1 -o x") << 2;
    QTest::newRow("export --from soon --to late -o x") << 1;
    QTest::newRow("export --grant x --with-bodies --without-details -o x") << 2;
    QTest::newRow("export --archive / -o x") << 2;
    QTest::newRow("export --archive /nowhere --grant x -o x") << 1;
    QTest::newRow("export --archive /nowhere --from soon --to late -o x") << 1;
    QTest::newRow("import") << 2;
    QTest::newRow("import a") << 2;
    QTest::newRow("import a b --action 1") << 2;
    QTest::newRow("import /nowhere --action 1") << 1;
    QTest::newRow("import /dev/null --action 1") << 1;
}

void EvidenceCommandsTest::wrong_usage_is_told()
{
    QFETCH(int, status);
    QCOMPARE(run(QTest::currentDataTag()).status, status);
}

void EvidenceCommandsTest::what_is_not_there_is_not_written()
{
    for (const char* what :
        {"export --grant x", "export --action 0", "export --action 0.x", "export --from 1 --to 2"}) {
        const Ran ran = run(what, {QStringLiteral("-o"), in("nothing")});
        QCOMPARE(ran.status, 1);
        QVERIFY(!QFile::exists(in("nothing")));
    }
}

QTEST_GUILESS_MAIN(EvidenceCommandsTest)
#include "tst_evidence_commands.moc"
