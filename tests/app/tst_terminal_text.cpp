// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/duration.h"
#include "app/countersignctl/terminal_text.h"

#include <QTest>

using namespace countersign;
using namespace countersign::ctl;
using std::chrono::seconds;

class TerminalTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void durations_are_read_data();
    void durations_are_read();
    void durations_are_spoken_data();
    void durations_are_spoken();
    void columns_line_up();
    void facts_line_up();
    void nothing_from_outside_moves_the_cursor();
};

void TerminalTextTest::durations_are_read_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("expected"); // 0: refused
    const auto row = [](const char* text, qint64 expected) { QTest::newRow(text) << QByteArray(text) << expected; };
    row("45s", 45);
    row("30m", 1800);
    row("2h", 7200);
    row("1d", 86400);
    row("1h30m", 5400);
    row("366d", 366LL * 86400);
    row("366d1s", 0);
    row("", 0);
    row("0s", 0);
    row("5", 0);
    row("m", 0);
    row("-5m", 0);
    row("5 m", 0);
    row("1.5h", 0);
    row("5x", 0);
    row("99999999999999999999s", 0);
}

void TerminalTextTest::durations_are_read()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, expected);
    const auto parsed = parseDuration(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
    QCOMPARE(parsed.has_value(), expected != 0);
    if (parsed)
        QCOMPARE(parsed->count(), expected);
}

void TerminalTextTest::durations_are_spoken_data()
{
    QTest::addColumn<qint64>("count");
    QTest::addColumn<std::string>("expected");
    const auto row = [](qint64 count, const char* expected) {
        QTest::newRow(expected) << count << std::string(expected);
    };
    row(45, "45 s");
    row(60, "1 min");
    row(252, "4 min 12 s");
    row(3900, "1 h 5 min");
    row(3605, "1 h");
    row(3 * 86400 + 2 * 3600, "3 d 2 h");
    row(-5, "0 s");
}

void TerminalTextTest::durations_are_spoken()
{
    QFETCH(qint64, count);
    QFETCH(std::string, expected);
    QCOMPARE(spoken(seconds(count)), expected);
}

void TerminalTextTest::columns_line_up()
{
    Table table{"A", "BB", "C"};
    table.add({"größer", "1", "x"});
    table.add({"s", "22222", ""});
    QCOMPARE(table.text(), "A       BB     C\ngrößer  1      x\ns       22222\n");
}

void TerminalTextTest::facts_line_up()
{
    QCOMPARE(facts({{"One", "1"}, {"Three", "3"}}), "One:    1\nThree:  3\n");
}

void TerminalTextTest::nothing_from_outside_moves_the_cursor()
{
    const std::string text = shown("a\x1b[2J\x07\r\nb\u202e\u009b");
    for (const char* hidden : {"\x1b", "\x07", "\r", "\n", "\u202e", "\u009b"})
        QVERIFY(!text.contains(hidden));
    QVERIFY(text.contains("U+001B"));
}

QTEST_GUILESS_MAIN(TerminalTextTest)
#include "tst_terminal_text.moc"
