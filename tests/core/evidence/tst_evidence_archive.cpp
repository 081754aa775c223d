// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Evidence from data that was set aside: nobody has its keys, and nothing runs on it.
#include "core/evidence/archive.h"
#include "core/evidence/verify.h"
#include "tests/core/authority/tampering.h"
#include "tests/core/evidence/evidence_scene.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using evidence::Verdict;

namespace {
#define VERIFIED(report) QVERIFY2((report).verdict == Verdict::Verified, told(report).c_str())

Result<evidence::FromArchive> from(
    const QString& folder, const evidence::Wanted& wanted, EvidenceScene& scene, evidence::ExportOptions how = {})
{
    return evidence::exportFromArchive(folder, wanted, how, scene.fixture.clock().now() + std::chrono::days(1));
}

/// The data as it lies there at this moment, with what SQLite keeps beside it.
void copyData(const QString& folder, const QString& to)
{
    const QStringList names = QDir(folder).entryList({u"countersign.sqlite*"_s}, QDir::Files);
    for (const QString& name : names) {
        if (!name.endsWith(u"-shm"_s))
            QVERIFY(QFile::copy(folder + u'/' + name, to + u'/' + name));
    }
}

/// Name and digest of all that lies there.
QStringList contentOf(const QString& folder)
{
    QStringList content;
    const QStringList names = QDir(folder).entryList(QDir::Files | QDir::Hidden);
    for (const QString& name : names) {
        QFile file(folder + u'/' + name);
        if (!file.open(QIODevice::ReadOnly))
            qFatal("unreadable");
        content += name + u' '
            + QString::fromLatin1(QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256).toHex());
    }
    return content;
}
} // namespace

class EvidenceArchiveTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void it_gives_evidence_of_actions_grants_and_spans();
    void a_page_is_had_from_it_too();
    void nothing_in_it_is_changed();
    void what_was_never_signed_is_left_out();
    void a_running_programs_folder_is_refused();
    void data_that_was_changed_gives_none();
    void data_that_does_not_say_whose_it_is_gives_none();
    void what_is_no_archive_is_refused();
    void a_pipe_is_no_archive_and_is_not_waited_for();
};

void EvidenceArchiveTest::it_gives_evidence_of_actions_grants_and_spans()
{
    EvidenceScene scene;
    const UnixSeconds began = scene.fixture.clock().now();
    const auto answer = scene.pay("7.00");
    scene.reportDone(answer);
    must(scene.fixture.rotateDevice(), "rotation");
    const auto later = scene.pay("8.00");
    const evidence::Trust trust = scene.trust();
    scene.fixture.stop();
    const std::initializer_list<evidence::Wanted> all{evidence::ReceiptWanted{answer.receipt->id},
        evidence::EntryWanted{*later.leaf}, evidence::GrantWanted{scene.tokens.grant},
        evidence::SpanWanted{began, scene.fixture.clock().now()}};
    for (const evidence::Wanted& wanted : all) {
        const auto found = must(from(scene.fixture.folder(), wanted, scene), "evidence");
        VERIFIED(evidence::verify(found.text, trust));
        QCOMPARE(found.device.value, trust.keys.front().value);
        QCOMPARE(found.unsignedEntries, 0U);
    }
}

void EvidenceArchiveTest::a_page_is_had_from_it_too()
{
    EvidenceScene scene;
    const auto answer = scene.pay("7.00");
    scene.fixture.stop();
    const evidence::ReceiptWanted wanted{answer.receipt->id};
    const auto page = must(from(scene.fixture.folder(), wanted, scene, {.form = evidence::Form::Html}), "page");
    QVERIFY(page.text.starts_with("<!DOCTYPE html>"));
    const auto bare =
        must(from(scene.fixture.folder(), wanted, scene, {.details = evidence::Details::LeftOut}), "bare");
    const auto told = must(evidence::fromJson(must(from(scene.fixture.folder(), wanted, scene), "all").text), "form");
    const auto silent = must(evidence::fromJson(bare.text), "form");
    const auto isOpened = [](const evidence::Entry& entry) { return entry.disclosure.has_value(); };
    QVERIFY(told.consents.front().screen && std::ranges::any_of(told.entries, isOpened));
    QVERIFY(!silent.consents.front().screen && std::ranges::none_of(silent.entries, isOpened));
}

void EvidenceArchiveTest::nothing_in_it_is_changed()
{
    EvidenceScene scene;
    const auto answer = scene.pay("7.00");
    must(scene.evidenceOf(evidence::EntryWanted{*answer.leaf}), "signed");
    const QTemporaryDir archive;
    copyData(scene.fixture.folder(), archive.path()); // as a program leaves it that was killed: with its journal
    const QStringList before = contentOf(archive.path());
    QVERIFY(before.size() > 1);
    VERIFIED(evidence::verify(
        must(from(archive.path(), evidence::ReceiptWanted{answer.receipt->id}, scene), "evidence").text,
        scene.trust()));
    QCOMPARE(contentOf(archive.path()), before);
}

void EvidenceArchiveTest::what_was_never_signed_is_left_out()
{
    EvidenceScene scene;
    const auto proven = scene.pay("7.00");
    must(scene.evidenceOf(evidence::EntryWanted{*proven.leaf}), "signed");
    const auto unproven = scene.pay("8.00");
    scene.reportDone(unproven);
    const QTemporaryDir archive;
    copyData(scene.fixture.folder(), archive.path());
    tamper(archive.path(),
        {u"DELETE FROM log_checkpoints WHERE size > %1"_s.arg(*unproven.leaf)}); // should one have come since
    const auto grant = must(from(archive.path(), evidence::GrantWanted{scene.tokens.grant}, scene), "grant");
    VERIFIED(evidence::verify(grant.text, scene.trust()));
    QVERIFY(grant.text.contains(R"("index":)" + std::to_string(*proven.leaf)));
    QVERIFY(!grant.text.contains(R"("index":)" + std::to_string(*unproven.leaf)));
    QCOMPARE(grant.unsignedEntries, 2U);
    const UnixSeconds now = scene.fixture.clock().now();
    VERIFIED(evidence::verify(
        must(from(archive.path(), evidence::SpanWanted{UnixSeconds{0}, now}, scene), "span").text, scene.trust()));
    const auto none = from(archive.path(), evidence::ReceiptWanted{unproven.receipt->id}, scene);
    QVERIFY(!none && none.error().code == ErrorCode::NotFound && none.error().message.contains("not signed"));
}

void EvidenceArchiveTest::a_running_programs_folder_is_refused()
{
    EvidenceScene scene;
    const auto none = from(scene.fixture.folder(), evidence::GrantWanted{scene.tokens.grant}, scene);
    QVERIFY(!none && none.error().code == ErrorCode::StorageInUse);
}

void EvidenceArchiveTest::data_that_was_changed_gives_none()
{
    EvidenceScene scene;
    const auto answer = scene.pay("7.00");
    scene.fixture.stop();
    tamperWithoutTriggers(scene.fixture.folder(),
        {u"UPDATE log_leaves SET private_text = CAST(replace(CAST(private_text AS TEXT), 'acme', 'evil') AS BLOB) WHERE idx = %1"_s
                .arg(*answer.leaf)});
    const auto none = from(scene.fixture.folder(), evidence::ReceiptWanted{answer.receipt->id}, scene);
    QVERIFY(!none && none.error().code == ErrorCode::StorageCorrupt);
    QVERIFY2(none.error().message.contains("details"), none.error().message.c_str());
}

void EvidenceArchiveTest::data_that_does_not_say_whose_it_is_gives_none()
{
    EvidenceScene scene;
    const auto answer = scene.pay("7.00");
    scene.fixture.stop();
    tamper(scene.fixture.folder(), {u"DELETE FROM meta WHERE key = 'log_identity'"_s});
    const auto none = from(scene.fixture.folder(), evidence::ReceiptWanted{answer.receipt->id}, scene);
    QVERIFY(!none && none.error().code == ErrorCode::NotSupported);
}

void EvidenceArchiveTest::a_pipe_is_no_archive_and_is_not_waited_for()
{
    EvidenceScene scene;
    const QTemporaryDir folder;
    for (const QString& name : {u"countersign.lock"_s, u"countersign.sqlite"_s}) {
        QCOMPARE(::mkfifo(QFile::encodeName(folder.filePath(name)).constData(), 0600), 0);
        const auto none = from(folder.path(), evidence::ReceiptWanted{"1.a"}, scene);
        QVERIFY(!none);
        QCOMPARE(none.error().code, name == u"countersign.lock"_s ? ErrorCode::NotFound : ErrorCode::StorageCorrupt);
    }
}

void EvidenceArchiveTest::what_is_no_archive_is_refused()
{
    EvidenceScene scene;
    const QTemporaryDir folder;
    for (const QString& path : {folder.path(), u"/nowhere"_s, u"/dev/null"_s}) {
        const auto none = from(path, evidence::EntryWanted{0}, scene);
        QVERIFY(!none && none.error().code == ErrorCode::NotFound);
    }
    QFile file(folder.filePath(u"countersign.sqlite"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("this is no database") > 0 && file.flush());
    const auto none = from(folder.path(), evidence::EntryWanted{0}, scene);
    QVERIFY(!none && none.error().code == ErrorCode::StorageCorrupt);
}

QTEST_GUILESS_MAIN(EvidenceArchiveTest)
#include "tst_evidence_archive.moc"
