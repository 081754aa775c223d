// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/plain_label.h"
#include "ui/common/row_delegate.h"
#include "ui/common/time_words.h"
#include "ui/common/tone.h"
#include "ui/common/trouble_words.h"
#include "ui/consent/outcome_words.h"
#include "ui/timeline/kind_words.h"

#include <QApplication>
#include <QDateTime>
#include <QSet>
#include <QStandardItemModel>
#include <QTest>

using namespace countersign;
using namespace countersign::ui;
using namespace Qt::StringLiterals;

class WordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void spans_are_told_data()
    {
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("countdownSays");
        QTest::addColumn<QString>("spanSays");
        QTest::newRow("past") << qint64(-5) << u"0:00"_s << u"0 s"_s;
        QTest::newRow("now") << qint64(0) << u"0:00"_s << u"0 s"_s;
        QTest::newRow("59 s") << qint64(59) << u"0:59"_s << u"59 s"_s;
        QTest::newRow("a minute") << qint64(60) << u"1:00"_s << u"1 min 00 s"_s;
        QTest::newRow("252 s") << qint64(252) << u"4:12"_s << u"4 min 12 s"_s;
        QTest::newRow("an hour") << qint64(3600) << u"1:00:00"_s << u"1 h 0 min"_s;
        QTest::newRow("almost a day") << qint64(86399) << u"23:59:59"_s << u"23 h 59 min"_s;
        QTest::newRow("a year") << qint64(366 * 86400) << u"8784:00:00"_s << u"366 d 0 h"_s;
    }
    void spans_are_told()
    {
        QFETCH(qint64, seconds);
        QFETCH(QString, countdownSays);
        QFETCH(QString, spanSays);
        QCOMPARE(countdown(std::chrono::seconds(seconds)), countdownSays);
        QCOMPARE(spanWords(std::chrono::seconds(seconds)), spanSays);
    }

    void a_moment_is_told_to_the_minute()
    {
        const UnixSeconds at{QDateTime(QDate(2026, 11, 20), QTime(15, 4, 59)).toSecsSinceEpoch()};
        QCOMPARE(
            momentWords(at, QLocale(QLocale::English, QLocale::UnitedKingdom)), u"Friday, 20 November 2026, 15:04"_s);
        QCOMPARE(momentWords(at, QLocale(QLocale::German, QLocale::Germany)), u"Freitag, 20. November 2026, 15:04"_s);
    }

    void colours_of_notices_read_on_their_background_data()
    {
        QTest::addColumn<QColor>("window");
        for (const char* name :
            {"#ffffff", "#eff0f1", "#808080", "#767676", "#31363b", "#202326", "#000000", "#ffe4b5", "#003366"})
            QTest::newRow(name) << QColor(QLatin1String(name));
    }
    void colours_of_notices_read_on_their_background()
    {
        QFETCH(QColor, window);
        QPalette palette(window, window);
        const QColor text = contrast(Qt::white, window) > contrast(Qt::black, window) ? Qt::white : Qt::black;
        for (const Tone tone : {Tone::Calm, Tone::Caution, Tone::Danger}) {
            const QColor background = toneBackground(palette, tone);
            QVERIFY(contrast(toneText(tone, background), background) >= kReadableContrast);
            QVERIFY(contrast(text, background) >= 3.9); // of what the palette itself offers, little is lost
        }
    }

    void the_text_of_what_is_selected_reads_on_its_background()
    {
        const QColor breeze(0x3d, 0xae, 0xe9); // light and dark: white on it is 2.5
        const QColor navy(0x00, 0x2b, 0x5c);
        for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled}) {
            QPalette palette;
            palette.setColor(group, QPalette::Highlight, breeze);
            palette.setColor(group, QPalette::HighlightedText, Qt::white);
            QVERIFY(contrast(Qt::white, breeze) < kReadableContrast);
            makeSelectionReadable(palette);
            QCOMPARE(palette.color(group, QPalette::HighlightedText), QColor(Qt::black));
            QVERIFY(contrast(palette.color(group, QPalette::HighlightedText), breeze) >= kReadableContrast);
            palette.setColor(group, QPalette::Highlight, navy);
            palette.setColor(group, QPalette::HighlightedText, QColor(0xef, 0xf0, 0xf1));
            makeSelectionReadable(palette);
            QCOMPARE(palette.color(group, QPalette::HighlightedText), QColor(0xef, 0xf0, 0xf1)); // it read already
        }
    }

    void rows_of_all_lists_have_readable_selections()
    {
        QPalette palette = QApplication::palette();
        palette.setColor(QPalette::Highlight, QColor(0x3d, 0xae, 0xe9));
        palette.setColor(QPalette::HighlightedText, Qt::white);
        struct Probe : RowDelegate {
            using RowDelegate::initStyleOption;
        } probe;
        QStandardItemModel model(1, 1);
        QStyleOptionViewItem option;
        option.palette = palette;
        probe.initStyleOption(&option, model.index(0, 0));
        QCOMPARE(option.palette.color(QPalette::HighlightedText), QColor(Qt::black));
    }

    void contrast_is_that_of_wcag()
    {
        QCOMPARE(contrast(Qt::black, Qt::white), 21.0);
        QVERIFY(qAbs(contrast(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.01);
    }

    void a_quiet_label_still_reads_data()
    {
        QTest::addColumn<QColor>("text");
        QTest::addColumn<QColor>("window");
        QTest::newRow("light") << QColor(Qt::black) << QColor(0xef, 0xf0, 0xf1);
        QTest::newRow("dark") << QColor(0xfc, 0xfc, 0xfc) << QColor(0x20, 0x23, 0x26);
        QTest::newRow("faint already") << QColor(0x60, 0x60, 0x60) << QColor(Qt::white);
    }
    void a_quiet_label_still_reads()
    {
        QFETCH(QColor, text);
        QFETCH(QColor, window);
        QWidget parent;
        QPalette palette(parent.palette());
        palette.setColor(QPalette::WindowText, text);
        palette.setColor(QPalette::Window, window);
        parent.setPalette(palette);
        auto* label = new PlainLabel(u"words"_s);
        label->setParent(&parent);
        label->setQuiet();
        QVERIFY(contrast(label->palette().color(QPalette::WindowText), window) >= kReadableContrast);
    }

    void a_word_that_is_too_long_goes_on_in_the_next_line()
    {
        PlainLabel label(QString(400, u'W'));
        const int narrow = label.fontMetrics().horizontalAdvance(u'W') * 20;
        QVERIFY(label.heightForWidth(narrow) >= label.fontMetrics().height() * 20);
        QVERIFY(label.minimumSizeHint().width() < narrow);
    }

    void every_trouble_says_what_it_is_and_what_it_means()
    {
        QSet<QString> titles;
        using enum authority::Trouble;
        for (const authority::Trouble trouble :
            {PersonKeySealed, ClockMoved, LogBroken, DatabaseRolledBack, DiskFull, Stopped}) {
            const TroubleWords words = troubleWords(trouble);
            QVERIFY(!words.title.isEmpty() && !words.body.isEmpty());
            QCOMPARE(words.remedyLabel.isEmpty(), words.remedy == TroubleWords::Remedy::None);
            titles.insert(words.title);
        }
        QCOMPARE(titles.size(), 6);
    }

    void expired_denied_withdrawn_and_blocked_are_four_different_things()
    {
        QSet<QString> titles;
        using enum consent::RequestState;
        for (const consent::RequestState how : {Approved, Denied, Expired, Cancelled, Blocked, Merged})
            titles.insert(outcomeWords(how).title);
        QCOMPARE(titles.size(), 6);
    }

    void every_kind_of_entry_can_be_found()
    {
        QSet<int> covered;
        for (const KindGroup& group : kindGroups()) {
            for (const audit::LeafKind kind : group.kinds)
                covered.insert(static_cast<int>(kind));
        }
        for (int kind = 0; kind <= static_cast<int>(audit::kLastLeafKind); ++kind)
            QVERIFY2(covered.contains(kind), qPrintable(QString::number(kind)));
    }
};

QTEST_MAIN(WordsTest)
#include "tst_words.moc"
