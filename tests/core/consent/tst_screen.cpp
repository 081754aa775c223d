// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/consent/screen_samples.h"

#include <QTest>
#include <QTimeZone>

using namespace countersign;
using namespace countersign::consent;
using permissions::parsePermission;
using permissions::permissionJson;
using namespace countersign::consent::samples;

namespace {
const QLocale kEnglish(QLocale::English, QLocale::UnitedKingdom);
} // namespace

class ScreenTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void the_proposed_time_is_the_shorter_of_what_was_asked_and_an_hour()
    {
        const auto endOf = [](std::int64_t asked) {
            const ScreenFacts facts = factsFor(detail(kBoth, asked == 0 ? std::string() : until(asked)));
            return grantOf(facts, initialEdit(facts))->end()->value;
        };
        QCOMPARE(endOf(0), kNow + 3600);
        QCOMPARE(endOf(kNow + 3599), kNow + 3599);
        QCOMPARE(endOf(kNow + 3600), kNow + 3600);
        QCOMPARE(endOf(kNow + 3601), kNow + 3600);
    }

    void no_choice_of_time_gives_more_than_was_asked()
    {
        for (const std::int64_t asked : {kNow + 60, kNow + 901, kNow + 7200, kNow + 400 * 86400}) {
            const ScreenFacts facts = factsFor(detail(kBoth, asked == 0 ? std::string() : until(asked)));
            for (const Duration duration : offeredDurations(facts)) {
                Edit edit = initialEdit(facts);
                edit.duration = duration;
                edit.untilDate = UnixSeconds{kNow + 30};
                const auto granted = grantOf(facts, edit);
                QVERIFY(granted);
                QVERIFY(permissions::narrows(*granted, facts.asked));
            }
            Edit later = initialEdit(facts);
            later.duration = Duration::UntilDate;
            later.untilDate = UnixSeconds{asked + 1};
            QVERIFY(!grantOf(facts, later));
        }
    }

    void an_end_in_the_past_or_beyond_the_longest_is_refused()
    {
        const ScreenFacts facts = factsFor(detail(kBoth));
        Edit edit = initialEdit(facts);
        edit.duration = Duration::UntilDate;
        const auto accepts = [&](std::optional<UnixSeconds> end) {
            edit.untilDate = end;
            return grantOf(facts, edit).has_value();
        };
        QVERIFY(!accepts(std::nullopt));
        QVERIFY(!accepts(UnixSeconds{kNow}));
        QVERIFY(accepts(UnixSeconds{kNow + 1}));
        QVERIFY(accepts(facts.at + permissions::kMaxGrantLife));
        QVERIFY(!accepts(facts.at + permissions::kMaxGrantLife + std::chrono::seconds(1)));
    }

    void what_is_not_ticked_is_not_granted()
    {
        const ScreenFacts facts = factsFor(detail(kBoth));
        Edit edit = initialEdit(facts);
        edit.details[0].keptActions[0] = false;
        const auto granted = grantOf(facts, edit);
        QVERIFY(granted);
        QCOMPARE(granted->details[0].actions.size(), std::size_t(1));
        QCOMPARE(granted->details[0].actions[0].name(), std::string("payments.read"));
        edit.details[0].keptActions[1] = false;
        QVERIFY(!grantOf(facts, edit));
        edit.details.clear();
        QVERIFY(!grantOf(facts, edit));
    }

    void the_screen_speaks_of_what_would_be_signed()
    {
        const ScreenFacts facts = factsFor(detail(kBoth));
        Edit edit = initialEdit(facts);
        const Screen whole = composeScreen(facts, edit, kEnglish);
        QCOMPARE(whole.summary, QStringLiteral("Let an agent create and read payments at payments.example?"));
        QCOMPARE(whole.until, QStringLiteral("until today 13:00 (1 h)"));
        edit.details[0].keptActions[0] = false;
        edit.duration = Duration::FifteenMinutes;
        const Screen narrowed = composeScreen(facts, edit, kEnglish);
        QCOMPARE(narrowed.summary, QStringLiteral("Let an agent read payments at payments.example?"));
        QVERIFY(narrowed.exact.contains(QString::fromStdString(permissionJson(*grantOf(facts, edit)))));
        QVERIFY(narrowed.text(edit).contains(QStringLiteral("[ ] create payments")));
        QVERIFY(narrowed.text(edit).contains(QStringLiteral("[x] read payments")));
        QVERIFY(whole.text(initialEdit(facts)) != narrowed.text(edit));
    }

    void the_same_facts_give_the_same_words()
    {
        const ScreenFacts facts = factsFor(detail(kBoth));
        const Edit edit = initialEdit(facts);
        QCOMPARE(composeScreen(facts, edit, kEnglish).text(edit), composeScreen(facts, edit, kEnglish).text(edit));
    }

    void new_access_stands_out()
    {
        ScreenFacts facts = factsFor(detail(kBoth));
        const Edit edit = initialEdit(facts);
        QVERIFY(composeScreen(facts, edit, kEnglish)
                .news.join(QLatin1Char('\n'))
                .contains(QStringLiteral("never permitted this agent anything")));
        QVERIFY(!risks(facts, edit).isEmpty());

        facts.holdsNow = {*parsePermission(detail(R"("payments.read")"))};
        Screen screen = composeScreen(facts, edit, kEnglish);
        QCOMPARE(
            screen.news, QStringList{QStringLiteral("It was never allowed to create payments at payments.example.")});
        QCOMPARE(screen.actions[0].isNew, Screen::ActionLine::New::Yes);
        QCOMPARE(screen.actions[1].isNew, Screen::ActionLine::New::No);
        QVERIFY(
            screen.known.join(QLatin1Char('\n')).contains(QStringLiteral("Holds: read payments at payments.example")));

        facts.heldBefore = {*parsePermission(detail(R"("payments.create")"))};
        screen = composeScreen(facts, edit, kEnglish);
        QCOMPARE(screen.news,
            QStringList{
                QStringLiteral("It may not now, but was allowed before to create payments at payments.example.")});

        facts.holdsNow = {*parsePermission(detail(kBoth))};
        QVERIFY(composeScreen(facts, edit, kEnglish).news.isEmpty());
        QVERIFY(risks(facts, edit).isEmpty());
    }

    void hostile_text_can_not_change_the_screen()
    {
        ScreenFacts facts = factsFor(detail(kBoth));
        facts.agentName = safeText("Bank\u202Egnp.exe\nApproved: yes");
        facts.bindingMessage = "line one\nKey: trusted";
        facts.evidence.chain = {{1, "/tmp/x\nKey: other", "x"}, {2, "", "sh\x1b[31m"}};
        const Screen screen = composeScreen(facts, initialEdit(facts), kEnglish);
        const QStringList lines = screen.known + QStringList{screen.claimedName, screen.why};
        for (const QString& line : lines) {
            QVERIFY2(!line.contains(QLatin1Char('\n')), qPrintable(line));
            QVERIFY2(!line.contains(QChar(0x202e)), qPrintable(line));
            QVERIFY2(!line.contains(QChar(0x1b)), qPrintable(line));
        }
        QVERIFY(!risks(facts, initialEdit(facts)).isEmpty());
    }

    void more_than_a_day_is_risky()
    {
        ScreenFacts facts = factsFor(detail(kBoth));
        facts.holdsNow = {facts.asked};
        Edit edit = initialEdit(facts);
        edit.duration = Duration::UntilDate;
        edit.untilDate = UnixSeconds{kNow + 86400};
        QVERIFY(risks(facts, edit).isEmpty());
        edit.untilDate = UnixSeconds{kNow + 86401};
        QCOMPARE(risks(facts, edit).size(), 1);
    }
};

QTEST_GUILESS_MAIN(ScreenTest)
#include "tst_screen.moc"
