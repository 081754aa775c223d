// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text_safety.h"

#include <QRandomGenerator>
#include <QTest>
#include <QTextBoundaryFinder>

#include <string>

using namespace countersign;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

namespace {
std::size_t charactersIn(const QString& text)
{
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
    std::size_t characters = 0;
    while (finder.toNextBoundary() >= 0)
        ++characters;
    return characters;
}
} // namespace

class TextSafetyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ordinary_text_passes_unchanged_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << QString();
        QTest::newRow("English") << u"Reconcile payments <b>now</b> & don't ask"_s;
        QTest::newRow("French, no-break spaces") << u"Payer\u00A0: 5\u202F000\u00A0€\u202F?"_s;
        QTest::newRow("Greek") << u"Πληρωμή λογαριασμού"_s;
        QTest::newRow("Russian") << u"Оплата счёта"_s;
        QTest::newRow("Hebrew") << u"תשלום"_s;
        QTest::newRow("Arabic") << u"دفع الفاتورة"_s;
        QTest::newRow("Hindi") << u"भुगतान"_s;
        QTest::newRow("Thai") << u"จ่ายเงิน"_s;
        QTest::newRow("Japanese") << u"請求書をAPIで支払うアプリ"_s;
        QTest::newRow("Korean") << u"결제 承認"_s;
        QTest::newRow("combining accents") << u"e\u0301a\u0323\u0302"_s;
        QTest::newRow("emoji") << u"😀 ok ❤\uFE0F"_s;
        QTest::newRow("two scripts in two words") << u"Banka Банка"_s;
    }

    void ordinary_text_passes_unchanged()
    {
        QFETCH(QString, text);
        const SafeText safe = safeText(text.toStdString());
        QCOMPARE(safe, (SafeText{text, false, false, false}));
        QVERIFY(isPlainText(text.toStdString()));
    }

    void what_can_not_be_seen_is_written_out_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<QString>("shown");
        QTest::newRow("NUL") << "a\0b"s << u"a⟨U+0000⟩b"_s;
        QTest::newRow("escape sequence") << "\x1b[31m"s << u"⟨U+001B⟩[31m"_s;
        QTest::newRow("delete") << "\x7f"s << u"⟨U+007F⟩"_s;
        QTest::newRow("C1 control") << "\u0090"s << u"⟨U+0090⟩"_s;
        QTest::newRow("right-to-left override") << "a\u202Eb"s << u"a⟨U+202E⟩b"_s;
        QTest::newRow("left-to-right mark") << "\u200E"s << u"⟨U+200E⟩"_s;
        QTest::newRow("Arabic letter mark") << "\u061C"s << u"⟨U+061C⟩"_s;
        QTest::newRow("isolate") << "\u2066x\u2069"s << u"⟨U+2066⟩x⟨U+2069⟩"_s;
        QTest::newRow("zero-width space") << "pay\u200Bpal"s << u"pay⟨U+200B⟩pal"_s;
        QTest::newRow("zero-width joiner") << "a\u200Db"s << u"a⟨U+200D⟩b"_s;
        QTest::newRow("word joiner") << "\u2060"s << u"⟨U+2060⟩"_s;
        QTest::newRow("soft hyphen") << "\u00AD"s << u"⟨U+00AD⟩"_s;
        QTest::newRow("byte order mark") << "\uFEFF"s << u"⟨U+FEFF⟩"_s;
        QTest::newRow("combining grapheme joiner") << "a\u034Fb"s << u"a⟨U+034F⟩b"_s;
        QTest::newRow("Hangul filler") << "\u3164"s << u"⟨U+3164⟩"_s;
        QTest::newRow("half-width Hangul filler") << "\uFFA0"s << u"⟨U+FFA0⟩"_s;
        QTest::newRow("Braille blank") << "\u2800"s << u"⟨U+2800⟩"_s;
        QTest::newRow("em space") << "a\u2003b"s << u"a⟨U+2003⟩b"_s;
        QTest::newRow("variation selector on a letter") << "a\uFE0F"s << u"a⟨U+FE0F⟩"_s;
        QTest::newRow("variation selector 17") << "a\U000E0100"s << u"a⟨U+E0100⟩"_s;
        QTest::newRow("tag letters") << "\U000E0041"s << u"⟨U+E0041⟩"_s;
        QTest::newRow("private use") << "\uE000"s << u"⟨U+E000⟩"_s;
        QTest::newRow("unassigned") << "\u0378"s << u"⟨U+0378⟩"_s;
        QTest::newRow("noncharacter") << "\U0010FFFF"s << u"⟨U+10FFFF⟩"_s;
        QTest::newRow("stray byte") << "a\xFF"s << u"a⟨FF⟩"_s;
        QTest::newRow("overlong") << "\xC0\xAF"s << u"⟨C0⟩⟨AF⟩"_s;
        QTest::newRow("surrogate") << "\xED\xA0\x80"s << u"⟨ED⟩⟨A0⟩⟨80⟩"_s;
        QTest::newRow("cut short") << "\xE2\x82"s << u"⟨E2⟩⟨82⟩"_s;
        QTest::newRow("a fifth mark on one letter")
            << "e\u0301\u0301\u0301\u0301\u0301"s << u"e\u0301\u0301\u0301\u0301⟨U+0301⟩"_s;
    }

    void what_can_not_be_seen_is_written_out()
    {
        QFETCH(std::string, bytes);
        QFETCH(QString, shown);
        const SafeText safe = safeText(bytes);
        QCOMPARE(safe.text, shown);
        QVERIFY(safe.escaped);
        QVERIFY(!isPlainText(bytes));
    }

    void line_breaks_become_single_spaces_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::newRow("line feed") << "a\nb"s;
        QTest::newRow("carriage return") << "a\rb"s;
        QTest::newRow("both") << "a\r\nb"s;
        QTest::newRow("tab") << "a\tb"s;
        QTest::newRow("next line") << "a\u0085b"s;
        QTest::newRow("line separator") << "a\u2028b"s;
        QTest::newRow("paragraph separator") << "a\u2029b"s;
    }

    void line_breaks_become_single_spaces()
    {
        QFETCH(std::string, bytes);
        QCOMPARE(safeText(bytes), (SafeText{u"a b"_s, false, false, false}));
        QVERIFY(!isPlainText(bytes));
    }

    void scripts_that_do_not_go_together_in_a_word_are_noticed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("mixed");
        QTest::newRow("Cyrillic a in Latin") << u"p\u0430ypal"_s << true;
        QTest::newRow("Greek o in Latin") << u"g\u03BFogle"_s << true;
        QTest::newRow("Armenian in Latin") << u"ba\u0578k"_s << true;
        QTest::newRow("Cyrillic with Greek") << u"\u0430\u03B1"_s << true;
        QTest::newRow("across a digit") << u"pay2\u0430"_s << true;
        QTest::newRow("across a mark") << u"e\u0301\u0430"_s << true;
        QTest::newRow("in the last of many words") << u"all is well, p\u0430y"_s << true;
        QTest::newRow("Hiragana with Hangul") << u"\u3042\uAC00"_s << true;
        QTest::newRow("apart") << u"pay \u0430\u0431"_s << false;
        QTest::newRow("joined by a hyphen") << u"x-\u043E\u0441\u044C"_s << false;
        QTest::newRow("Han, Hiragana, Katakana, Latin") << u"漢ひカa"_s << false;
        QTest::newRow("Han and Hangul") << u"漢한"_s << false;
        QTest::newRow("Latin with digits and accents") << u"Café24"_s << false;
    }

    void scripts_that_do_not_go_together_in_a_word_are_noticed()
    {
        QFETCH(QString, text);
        QFETCH(bool, mixed);
        QCOMPARE(safeText(text.toStdString()).mixedScripts, mixed);
    }

    void length_is_bounded()
    {
        const auto lengthOf = [](std::size_t count) { return safeText(std::string(count, 'x')); };
        QCOMPARE(lengthOf(kMaxShownText - 1).truncated, false);
        QCOMPARE(lengthOf(kMaxShownText).truncated, false);
        QCOMPARE(charactersIn(lengthOf(kMaxShownText).text), kMaxShownText);
        const SafeText longer = lengthOf(kMaxShownText + 1);
        QVERIFY(longer.truncated);
        QCOMPARE(charactersIn(longer.text), kMaxShownText);
        QVERIFY(longer.text.endsWith(u'…'));
    }

    void characters_are_what_a_person_counts()
    {
        QCOMPARE(safeText("e\u0301e\u0301e\u0301", 3), (SafeText{u"e\u0301e\u0301e\u0301"_s, false, false, false}));
        QCOMPARE(safeText("e\u0301e\u0301e\u0301", 2), (SafeText{u"e\u0301…"_s, false, false, true}));
        QCOMPARE(safeText("\U0001F600\U0001F600", 1), (SafeText{u"…"_s, false, false, true}));
        QCOMPARE(safeText("abc", 0), (SafeText{QString(), false, false, true}));
        QCOMPARE(safeText("", 0), (SafeText{QString(), false, false, false}));
    }

    void an_escape_counts_as_written_and_is_not_cut_in_two()
    {
        QCOMPARE(safeText("a\u202E", 9).text, u"a⟨U+202E⟩"_s);
        QCOMPARE(safeText("a\u202E", 8), (SafeText{u"a…"_s, true, false, true}));
    }

    void a_character_without_end_is_bounded_too()
    {
        std::string jamo; // leading consonants join into one user-perceived character, however many
        for (int i = 0; i < 100'000; ++i)
            jamo += "\u1100";
        const SafeText safe = safeText(jamo, 10);
        QVERIFY(safe.truncated);
        QVERIFY(safe.text.size() < 1000);
    }

    void a_huge_bound_is_no_trap() { QCOMPARE(safeText("abc\xFF", static_cast<std::size_t>(-1)).text, u"abc⟨FF⟩"_s); }

    void what_safe_text_gives_is_plain_for_any_bytes()
    {
        const quint32 seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        QRandomGenerator random(seed);
        for (int round = 0; round < 2000; ++round) {
            std::string bytes;
            for (int i = random.bounded(60); i > 0; --i)
                bytes += QString(QChar::fromUcs4(random.bounded(0x110000U))).toStdString();
            for (int i = random.bounded(3); i > 0; --i)
                bytes += static_cast<char>(random.bounded(256));
            const SafeText safe = safeText(bytes, 40);
            QVERIFY(isPlainText(safe.text.toStdString()));
            QVERIFY(charactersIn(safe.text) <= 40);
        }
    }

    void utf8_is_judged_strictly_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<bool>("valid");
        QTest::newRow("empty") << ""s << true;
        QTest::newRow("lowest of two bytes") << "\xC2\x80"s << true;
        QTest::newRow("overlong two") << "\xC1\xBF"s << false;
        QTest::newRow("lowest of three") << "\xE0\xA0\x80"s << true;
        QTest::newRow("overlong three") << "\xE0\x9F\xBF"s << false;
        QTest::newRow("last before surrogates") << "\xED\x9F\xBF"s << true;
        QTest::newRow("first surrogate") << "\xED\xA0\x80"s << false;
        QTest::newRow("last surrogate") << "\xED\xBF\xBF"s << false;
        QTest::newRow("first after surrogates") << "\xEE\x80\x80"s << true;
        QTest::newRow("lowest of four") << "\xF0\x90\x80\x80"s << true;
        QTest::newRow("overlong four") << "\xF0\x8F\xBF\xBF"s << false;
        QTest::newRow("highest") << "\xF4\x8F\xBF\xBF"s << true;
        QTest::newRow("too high") << "\xF4\x90\x80\x80"s << false;
        QTest::newRow("five bytes") << "\xF8\x88\x80\x80\x80"s << false;
        QTest::newRow("continuation alone") << "\x80"s << false;
        QTest::newRow("cut two") << "\xC3"s << false;
        QTest::newRow("cut four") << "\xF0\x9F\x98"s << false;
        QTest::newRow("letter instead of continuation") << "\xE2\x82x"s << false;
    }

    void utf8_is_judged_strictly()
    {
        QFETCH(std::string, bytes);
        QFETCH(bool, valid);
        QCOMPARE(isValidUtf8(bytes), valid);
        QCOMPARE(isValidUtf8("a" + bytes + "b"), valid);
    }
};

QTEST_GUILESS_MAIN(TextSafetyTest)
#include "tst_text_safety.moc"
