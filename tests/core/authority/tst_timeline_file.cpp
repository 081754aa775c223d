// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/authority/timeline_file.h"

#include <QTest>

using namespace countersign;
using namespace Qt::StringLiterals;
using authority::TimelineEntry;

namespace {

TimelineEntry entryThatSays(const QString& sentence)
{
    TimelineEntry entry;
    entry.sentence = sentence;
    return entry;
}

} // namespace

class TestTimelineFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cells_that_a_spreadsheet_would_run_are_defused_data()
    {
        QTest::addColumn<QString>("sentence");
        QTest::addColumn<QString>("cell");
        QTest::newRow("plain") << u"paid"_s << u",paid,"_s;
        QTest::newRow("formula") << u"=1+1"_s << u",'=1+1,"_s;
        QTest::newRow("plus") << u"+1"_s << u",'+1,"_s;
        QTest::newRow("minus") << u"-1"_s << u",'-1,"_s;
        QTest::newRow("at") << u"@SUM(A1)"_s << u",'@SUM(A1),"_s;
        QTest::newRow("tab") << u"\t=1"_s << u",'\t=1,"_s;
        QTest::newRow("full width") << u"＝1"_s << u",'＝1,"_s;
        QTest::newRow("formula in quotes") << u"=A1,\"B\""_s << u",\"'=A1,\"\"B\"\"\","_s;
        QTest::newRow("comma") << u"a, b"_s << u",\"a, b\","_s;
        QTest::newRow("line break") << u"a\nb"_s << u",\"a\nb\","_s;
        QTest::newRow("another cell where a semicolon parts them") << u"x;=1+1;y"_s << u",x;'=1+1;y,"_s;
        QTest::newRow("one in quotes") << u"x; \"=1+1\""_s << u",\"x;' \"\"=1+1\"\"\","_s;
        QTest::newRow("semicolon") << u"a;b"_s << u",a;b,"_s;
        QTest::newRow("sign inside") << u"a=b"_s << u",a=b,"_s;
    }
    void cells_that_a_spreadsheet_would_run_are_defused()
    {
        QFETCH(QString, sentence);
        QFETCH(QString, cell);
        const std::string line = authority::csvLine(entryThatSays(sentence));
        QVERIFY2(QString::fromStdString(line).contains(cell), line.c_str());
        QVERIFY(line.ends_with("\r\n"));
    }
};

QTEST_GUILESS_MAIN(TestTimelineFile)
#include "tst_timeline_file.moc"
