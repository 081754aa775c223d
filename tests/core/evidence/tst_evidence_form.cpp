// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files that are none, or that somebody made to do harm, are refused by their form, with the place named; and the page
// takes nothing of a file for markup.
#include "core/base/json.h"
#include "core/evidence/html.h"
#include "tests/core/evidence/evidence_scene.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;
using evidence::Report;
using evidence::Verdict;

namespace {
using Change = std::function<void(json::Object&)>;

json::Object& entryIn(json::Object& file)
{
    return file.at("entries").as_array().at(0).as_object();
}
} // namespace
Q_DECLARE_METATYPE(Change)

class EvidenceFormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void what_is_not_of_the_form_is_refused_data();
    void what_is_not_of_the_form_is_refused();
    void no_text_is_too_strange_data();
    void no_text_is_too_strange();
    void limits_hold();
    void the_page_takes_nothing_for_markup();
    void the_fuzzer_starts_from_files_that_fit_together_data();
    void the_fuzzer_starts_from_files_that_fit_together();

private:
    EvidenceScene m_scene;
    std::string m_file = textOf(m_scene.evidenceOf(m_scene.pay("5.00")));
};

void EvidenceFormTest::what_is_not_of_the_form_is_refused_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<std::string>("place");
    const auto row = [](const char* name, const char* place, Change change) {
        QTest::newRow(name) << std::move(change) << std::string(place);
    };
    row("another format", "format", [](json::Object& file) { file["format"] = "countersign-evidence/2"; });
    row("another kind", "kind", [](json::Object& file) { file["kind"] = "everything"; });
    row("an unknown member", "more", [](json::Object& file) { file["more"] = 1; });
    row("an unknown member of keys", "keys", [](json::Object& file) { file.at("keys").as_object()["more"] = 1; });
    row("an unknown member of an entry", "entries/0", [](json::Object& file) { entryIn(file)["more"] = 1; });
    row("a private key", "keys",
        [](json::Object& file) { file.at("keys").as_object().at("device").as_array().at(0).as_object()["d"] = "AA"; });
    row("a key with more than it needs", "keys",
        [](json::Object& file) { file.at("keys").as_object().at("device").as_array().at(0).as_object()["kid"] = "x"; });
    row("no entries", "entries", [](json::Object& file) { file["entries"] = 1; });
    row("an entry that is none", "entries/0", [](json::Object& file) { file["entries"] = json::Array{1}; });
    row("an index below nothing", "entries/0", [](json::Object& file) { entryIn(file)["index"] = -1; });
    row("an index that is no number", "entries/0", [](json::Object& file) { entryIn(file)["index"] = "1"; });
    row("neither leaf nor receipt", "entries/0", [](json::Object& file) { entryIn(file).erase("leaf"); });
    row("both leaf and receipt", "entries/0", [](json::Object& file) { entryIn(file)["receipt"] = "x"; });
    row("no path", "inclusion", [](json::Object& file) { entryIn(file).erase("inclusion"); });
    row("a hash that is too short", "inclusion/0",
        [](json::Object& file) { entryIn(file)["inclusion"] = json::Array{"AAAA"}; });
    row("a path of no end", "inclusion", [](json::Object& file) { entryIn(file)["inclusion"] = json::Array(64); });
    row("the same entry twice", "entries/1", [](json::Object& file) {
        json::Array& entries = file.at("entries").as_array();
        entries.insert(entries.begin(), entries.at(0));
    });
    row("a salt that is none", "disclosure",
        [](json::Object& file) { entryIn(file)["disclosure"] = json::Object{{"salt", "="}, {"text", ""}}; });
    row("a subject of another kind", "subject", [](json::Object& file) { file["kind"] = "span"; });
}

void EvidenceFormTest::what_is_not_of_the_form_is_refused()
{
    QFETCH(Change, change);
    QFETCH(std::string, place);
    json::Object file = must(json::parseObject(m_file), "file");
    change(file);
    const Report report = evidence::verify(json::serialize(file), m_scene.trust());
    QCOMPARE(failedStep(report), std::string("form"));
    QVERIFY2(report.steps.front().sentence.contains(place), report.steps.front().sentence.c_str());
}

void EvidenceFormTest::no_text_is_too_strange_data()
{
    QTest::addColumn<std::string>("text");
    QTest::newRow("nothing") << std::string();
    QTest::newRow("null") << std::string("null");
    QTest::newRow("zeros") << std::string(1000, '\0');
    QTest::newRow("deep") << std::string(100'000, '[');
    QTest::newRow("deep objects") << "{\"format\":" + std::string(100'000, '{');
    QTest::newRow("no UTF-8") << std::string("{\"format\":\"\xff\"}");
    QTest::newRow("a huge number") << std::string("{\"format\":1e999}");
    QTest::newRow("a name twice") << std::string(
        "{\"format\":\"countersign-evidence/1\",\"format\":\"countersign-evidence/1\"}");
}

void EvidenceFormTest::no_text_is_too_strange()
{
    QFETCH(std::string, text);
    QCOMPARE(failedStep(evidence::verify(text, m_scene.trust())), std::string("form"));
}

void EvidenceFormTest::limits_hold()
{
    const auto padded = [&](std::size_t bytes) { return m_file + std::string(bytes - m_file.size(), ' '); };
    QVERIFY(evidence::verify(padded(evidence::kMaxEvidenceBytes), m_scene.trust()).verdict == Verdict::Verified);
    QCOMPARE(
        failedStep(evidence::verify(padded(evidence::kMaxEvidenceBytes + 1), m_scene.trust())), std::string("form"));
    json::Object file = must(json::parseObject(m_file), "file");
    file["tokens"] = json::Array(evidence::kMaxEntries + 1, json::Value("x"));
    QCOMPARE(failedStep(evidence::verify(json::serialize(file), m_scene.trust())), std::string("form"));
}

void EvidenceFormTest::the_page_takes_nothing_for_markup()
{
    json::Object file = must(json::parseObject(m_file), "file");
    file["checkpoint"] = "</script><script>alert(1)</script><!-- @SCRIPT@ @EVIDENCE@";
    const std::string page = must(evidence::toHtml(json::serialize(file)), "page");
    QVERIFY(!page.contains("<script>alert"));
    QVERIFY(page.contains("\\u003c/script>\\u003cscript>alert(1)"));
    QVERIFY(page.contains("@SCRIPT@ @EVIDENCE@")); // what is put in is not looked at again
    const QString text = QString::fromStdString(page);
    QCOMPARE(text.count(QStringLiteral("<script")), 2);
    QVERIFY(!text.contains(QStringLiteral("src=")) && !text.contains(QStringLiteral("@import")));
    QVERIFY(text.contains(QStringLiteral("default-src 'none'")) && !text.contains(QStringLiteral("unsafe-")));
}

/// Or it would learn nothing of what stands behind the first step that fails.
void EvidenceFormTest::the_fuzzer_starts_from_files_that_fit_together_data()
{
    QTest::addColumn<QString>("path");
    const QFileInfoList seeds = QDir(QStringLiteral(COUNTERSIGN_EVIDENCE_SEEDS)).entryInfoList(QDir::Files);
    QVERIFY(seeds.size() > 10);
    for (const QFileInfo& seed : seeds) {
        if (seed.fileName() != u"start") // which is hardly one
            QTest::newRow(qPrintable(seed.fileName())) << seed.filePath();
    }
}

void EvidenceFormTest::the_fuzzer_starts_from_files_that_fit_together()
{
    QFETCH(QString, path);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const Report report = evidence::verify(file.readAll().toStdString(), m_scene.trust());
    QVERIFY2(report.verdict == Verdict::Consistent, told(report).c_str());
}

QTEST_GUILESS_MAIN(EvidenceFormTest)
#include "tst_evidence_form.moc"
