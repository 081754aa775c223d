// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/consent/difference.h"
#include "tests/core/consent/screen_samples.h"

#include <QTest>

using namespace countersign;
using namespace countersign::consent;
using namespace countersign::consent::samples;
using Direction = Change::Direction;

namespace {

const QLocale kEnglish(QLocale::English, QLocale::UnitedKingdom);

permissions::Permission read(const std::string& details)
{
    return permissions::parsePermission(details).value();
}

QStringList linesOf(const std::string& before, const std::string& after)
{
    QStringList lines;
    for (const Change& change : changesBetween(read(before), read(after), {kNow}, kEnglish))
        lines.append(change.text());
    return lines;
}

} // namespace

class DifferenceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void equal_permissions_do_not_differ() { QCOMPARE(linesOf(payer(), payer()), QStringList()); }

    void each_limit_that_moved_is_a_line_with_the_word_for_which_way_data()
    {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* name, const std::string& before, const std::string& after, const char* line) {
            QTest::newRow(name) << QString::fromStdString(detail(kBoth, before))
                                << QString::fromStdString(detail(kBoth, after)) << QString::fromUtf8(line);
        };
        row("total", spend("5", "500"), spend("5", "900.50"), "in all at most: 500.00 EUR → 900.50 EUR (more)");
        row("each", spend("5", "500"), spend("4.50", "500"), "each at most: 5.00 EUR → 4.50 EUR (less)");
        row("money at all", spend("5", "500"), "",
            "may spend at most: 5.00 EUR each and 500.00 EUR in all → no limit (more)");
        row("uses", ",\"uses\":200", ",\"uses\":1", "how often: 200 times → once (less)");
        row("no uses", ",\"uses\":200", "", "how often: 200 times → no limit (more)");
        row("rate", ",\"rate\":{\"count\":20,\"seconds\":60}", ",\"rate\":{\"count\":10,\"seconds\":60}",
            "how fast: 20 times in 1 minute → 10 times in 1 minute (less)");
        row("depth", "", ",\"max_depth\":2", "may be handed on: no → 2 levels deep (more)");
        row("end", until(kNow + 3600), until(kNow + 7200), "until: today 13:00 → today 14:00 (more)");
        row("no end", until(kNow + 3600), "", "until: today 13:00 → no end (more)");
        row("start", "", ",\"not_before\":" + std::to_string(kNow + 3600), "from: at once → today 13:00 (less)");
        row("recipients", ",\"constraints\":{\"/to\":{\"one_of\":[\"a\",\"b\"]}}",
            ",\"constraints\":{\"/to\":{\"one_of\":[\"a\",\"c\"]}}", "to: a or b → a or c (different)");
        row("window", "", ",\"daily_window\":{\"from\":\"22:00\",\"to\":\"06:00\",\"zone\":\"Europe/Berlin\"}",
            "time of day: any → 22:00 to 06:00 (Europe/Berlin) (less)");
        row("step-up", ",\"step_up\":{\"every_action\":true}", "", "you are asked: each time → never (more)");
    }
    void each_limit_that_moved_is_a_line_with_the_word_for_which_way()
    {
        QFETCH(QString, before);
        QFETCH(QString, after);
        QFETCH(QString, line);
        QCOMPARE(linesOf(before.toStdString(), after.toStdString()), QStringList{line});
    }

    void work_that_came_or_went_is_told()
    {
        const QStringList lines =
            linesOf(detail("\"payments.create\""), detail("\"payments.create\",\"payments.read\""));
        QCOMPARE(
            lines, QStringList{QStringLiteral("may do: create payments → create payments and read payments (more)")});
        const std::string ledger = "[{\"type\":\"agent_delegation\",\"locations\":[\"https://ledger.example/"
                                   "\"],\"actions\":[\"entries.read\"]}]";
        const QStringList other = linesOf(detail("\"payments.create\""), ledger);
        QCOMPARE(other.size(), 2);
        QCOMPARE(other[0], QStringLiteral("may do: create payments at payments.example (no longer)"));
        QCOMPARE(other[1], QStringLiteral("may do: read entries at ledger.example (new)"));
    }

    void what_a_hop_took_away_is_told_detail_by_detail()
    {
        const std::string child = detail("\"payments.create\"",
            ",\"constraints\":{\"/recipient\":{\"one_of\":[\"acme\"]},\"/tags\":{\"subset\":[\"a\",\"b\"]}}"
                + spend("100.00", "1000.00") + ",\"uses\":200,\"rate\":{\"count\":20,\"seconds\":60},\"max_depth\":1"
                + until(kNow + 8 * 3600));
        const QStringList sentences = narrowedSentences(read(payer()), read(child), {kNow}, kEnglish);
        QVERIFY(
            sentences.contains(QStringLiteral("may do: create payments instead of create payments and read payments")));
        QVERIFY(sentences.contains(QStringLiteral("in all at most: 1,000.00 EUR instead of 20,000.00 EUR")));
        QVERIFY(sentences.contains(QStringLiteral("recipient: acme instead of acme or globex")));
        QVERIFY(sentences.contains(QStringLiteral("may be handed on: one level deep instead of 2 levels deep")));
        QCOMPARE(sentences.size(), 5);
        QCOMPARE(narrowedSentences(read(payer()), read(payer()), {kNow}, kEnglish), QStringList());
    }

    void the_direction_is_what_narrows_says()
    {
        // A constraint where there was none is less, although there is more to read.
        const QStringList lines =
            linesOf(detail(kBoth), detail(kBoth, ",\"constraints\":{\"/to\":{\"exact\":\"acme\"}}"));
        QCOMPARE(lines.size(), 1);
        QVERIFY2(lines[0].endsWith(QStringLiteral("(less)")), qPrintable(lines[0]));
    }
};

QTEST_GUILESS_MAIN(DifferenceTest)
#include "tst_difference.moc"
