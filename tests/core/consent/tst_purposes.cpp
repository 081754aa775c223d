// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the screen says of limits, and for a replacement, an amendment and one action.
#include "tests/core/consent/screen_samples.h"

#include <QTest>

using namespace countersign;
using namespace countersign::consent;
using namespace countersign::consent::samples;

namespace {

const QLocale kEnglish(QLocale::English, QLocale::UnitedKingdom);

Screen compose(const ScreenFacts& facts)
{
    return composeScreen(facts, initialEdit(facts), kEnglish);
}

permissions::Permission read(const std::string& details)
{
    return permissions::parsePermission(details).value();
}

ScreenFacts actionFacts(const char* arguments)
{
    ScreenFacts facts = factsFor(payer());
    facts.purpose = Purpose::Action;
    facts.holdsNow = {facts.asked};
    facts.asked = {};
    facts.action = permissions::ActionRequest{permissions::Action::parse("payments.create").value(),
        permissions::Location::parse("https://payments.example/").value(), permissions::parseValue(arguments).value()};
    facts.askedBecause = "612.00 EUR is above 500.00 EUR.";
    return facts;
}

} // namespace

class PurposesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void all_that_is_shown_is_in_the_text_also_limits_as_edited()
    {
        ScreenFacts facts = factsFor(payer());
        facts.ownName = QStringLiteral("night books");
        Edit edit = initialEdit(facts);
        edit.details[0].total = Amount::parse("1234.50").value();
        edit.details[0].keptValues[0] = {false, true};
        edit.details[0].uses = 1;
        edit.details[0].maxDepth = 1;
        const Screen screen = composeScreen(facts, edit, kEnglish);
        const QString text = screen.text(edit);
        for (const char* line : {"1. in all at most: 1,234.50 EUR", "1. each at most: 500.00 EUR",
                 "1. a day at most: no limit", "1. how often: once", "1. may be handed on: one level deep",
                 "[ ] acme | recipient", "[x] globex | recipient", "[x] a | tags", "1. how fast: 20 times in 1 minute",
                 "“night books” (your name for it)", "“reconcile-bot” (what it calls itself)"})
            QVERIFY2(text.contains(QLatin1Char('\n') + QString::fromUtf8(line) + QLatin1Char('\n')), qPrintable(text));
        QVERIFY(screen.summary.contains(QStringLiteral("1,234.50 EUR in all")));
        edit.details[0].total.reset();
        QVERIFY(composeScreen(facts, edit, kEnglish).text(edit) != text);
    }

    void larger_limits_and_more_recipients_are_new()
    {
        ScreenFacts facts = factsFor(payer());
        facts.holdsNow = {facts.asked};
        QCOMPARE(compose(facts).news, QStringList());
        facts.holdsNow = {read(payer("5000.00", "\"acme\""))};
        QCOMPARE(compose(facts).news,
            (QStringList{QStringLiteral("More than it has: in all at most: 5,000.00 EUR → 20,000.00 EUR."),
                QStringLiteral("More than it has: recipient: acme → acme or globex.")}));
        facts.heldBefore = {facts.holdsNow.front()};
        facts.holdsNow = {read(detail("\"mail.send\""))};
        const QString news = compose(facts).news.join(QLatin1Char('\n'));
        QVERIFY2(news.contains(QStringLiteral("More than it had: in all at most")), qPrintable(news));
        QVERIFY2(news.contains(QStringLiteral("was allowed before to")), qPrintable(news));
    }

    void deeper_delegation_is_new_and_a_later_end_is_not()
    {
        ScreenFacts facts = factsFor(detail(kBoth, ",\"max_depth\":2" + until(kNow + 7200)));
        facts.holdsNow = {read(detail(kBoth, until(kNow + 60)))};
        QCOMPARE(compose(facts).news,
            QStringList{QStringLiteral("More than it has: may be handed on: no → 2 levels deep.")});
    }

    void a_wildcard_that_it_holds_covers_what_it_names()
    {
        ScreenFacts facts = factsFor(detail("\"payments.create\""));
        facts.holdsNow = {read(detail("\"payments.*\""))};
        QCOMPARE(compose(facts).news, QStringList());
        facts = factsFor(detail("\"payments.*\""));
        facts.holdsNow = {read(detail("\"payments.create\""))};
        QVERIFY(!compose(facts).news.isEmpty());
    }

    void what_all_its_grants_allow_in_money_is_added_up()
    {
        ScreenFacts facts = factsFor(payer("20000.00"));
        QCOMPARE(compose(facts).together, QString());
        facts.holdsNow = {read(payer("5000.00"))};
        QCOMPARE(compose(facts).together, QStringLiteral("Together with what it holds: at most 25,000.00 EUR in all."));
        facts.holdsNow.push_back(
            read(detail(kBoth, ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"1.00\"}")));
        QCOMPARE(compose(facts).together, QStringLiteral("Together with what it holds: EUR without a limit in all."));
        facts.holdsNow = {
            read(detail(kBoth, ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"USD\",\"total\":\"1.00\"}"))};
        QCOMPARE(compose(facts).together, QString()); // other money
    }

    void a_grant_that_is_replaced_does_not_count_twice()
    {
        ScreenFacts facts = factsFor(payer("20000.00"));
        facts.purpose = Purpose::Replacement;
        facts.before = read(payer("5000.00"));
        facts.holdsNow = {*facts.before};
        QCOMPARE(compose(facts).together, QString());
        facts.holdsNow.push_back(*facts.before); // another one that says the same
        QCOMPARE(compose(facts).together, QStringLiteral("Together with what it holds: at most 25,000.00 EUR in all."));
    }

    void a_replacement_shows_the_difference_line_by_line()
    {
        ScreenFacts facts = factsFor(payer("20000.00"));
        facts.purpose = Purpose::Replacement;
        facts.before = read(payer("5000.00", "\"acme\""));
        facts.holdsNow = {*facts.before};
        const Edit edit = initialEdit(facts);
        const Screen screen = composeScreen(facts, edit, kEnglish);
        QCOMPARE(screen.news, QStringList());
        QCOMPARE(screen.changes.size(), 2U);
        QVERIFY(screen.text(edit).contains(QStringLiteral(
            "\nin all at most: 5,000.00 EUR → 20,000.00 EUR (more)\nrecipient: acme → acme or globex (more)\n")));
        QVERIFY(screen.summary.startsWith(QStringLiteral("Change what this agent has")));
    }

    void an_amendment_shows_what_is_taken_back_and_is_never_risky()
    {
        ScreenFacts facts = factsFor(payer("20000.00"));
        facts.purpose = Purpose::Amendment;
        facts.holdsNow = {facts.asked};
        facts.bindingMessage.clear();
        Edit edit = initialEdit(facts);
        QVERIFY(composeScreen(facts, edit, kEnglish).changes.empty());
        edit.details[0].total = Amount::parse("100.00").value();
        const Screen screen = composeScreen(facts, edit, kEnglish);
        QCOMPARE(screen.changes.size(), 1U);
        QCOMPARE(screen.changes[0].text(), QStringLiteral("in all at most: 20,000.00 EUR → 100.00 EUR (less)"));
        QCOMPARE(screen.summary, QStringLiteral("Take back a part of what “reconcile-bot” may do?"));
        QVERIFY(!screen.known.join(QLatin1Char('\n')).contains(QStringLiteral("Program")));
        QCOMPARE(risks(facts, edit), QStringList());
    }

    void one_action_is_shown_exactly_and_its_text_changes_with_every_argument()
    {
        const ScreenFacts facts =
            actionFacts("{\"amount\":612,\"to\":\"acme\",\"a/b\":{\"~\":[true,null,\"5\",5,{}]}}");
        const Edit edit = initialEdit(facts);
        const Screen screen = composeScreen(facts, edit, kEnglish);
        QCOMPARE(screen.summary, QStringLiteral("Let an agent create payments at payments.example, this once?"));
        QCOMPARE(screen.arguments,
            (QStringList{QStringLiteral("a~1b/~0/0: true"), QStringLiteral("a~1b/~0/1: null"),
                QStringLiteral("a~1b/~0/2: \"5\""), QStringLiteral("a~1b/~0/3: 5"), QStringLiteral("a~1b/~0/4: {}"),
                QStringLiteral("amount: 612"), QStringLiteral("to: \"acme\"")}));
        QCOMPARE(screen.askedBecause, QStringLiteral("You are asked because: 612.00 EUR is above 500.00 EUR."));
        QVERIFY(!risks(facts, edit).isEmpty());
        QVERIFY(screen.exact.contains(QStringLiteral("\"location\":\"https://payments.example/\"")));
        for (const char* other : {"{\"amount\":613,\"to\":\"acme\"}", "{\"amount\":\"612\",\"to\":\"acme\"}",
                 "{\"amount\":612,\"to\":\"acme \"}", "{\"amount\":612,\"to\":\"acme\",\"x\":null}"}) {
            const ScreenFacts otherFacts = actionFacts(other);
            QVERIFY(
                compose(otherFacts).text(edit) != compose(actionFacts("{\"amount\":612,\"to\":\"acme\"}")).text(edit));
        }
    }

    void hostile_arguments_can_not_make_lines_of_their_own()
    {
        const ScreenFacts facts = actionFacts("{\"note\":\"x\\nKey: trusted\\u202e\",\"a\\nb\":1}");
        const QStringList lines = compose(facts).arguments + QStringList{compose(facts).exact};
        for (const QString& line : lines) {
            QVERIFY2(!line.contains(QLatin1Char('\n')), qPrintable(line));
            QVERIFY2(!line.contains(QChar(0x202e)), qPrintable(line));
        }
    }

    void of_very_many_arguments_some_are_shown_and_all_stand_in_the_exact_text()
    {
        std::string arguments = "{\"list\":[0";
        for (int i = 1; i < 300; ++i)
            arguments += ',' + std::to_string(i);
        const Screen screen = compose(actionFacts((arguments + "]}").c_str()));
        QCOMPARE(screen.arguments.size(), 201);
        QVERIFY(screen.exact.contains(QStringLiteral(",298,299]")));
    }

    void money_wildcards_and_delegation_are_risky()
    {
        const auto risky = [](const std::string& details) {
            ScreenFacts facts = factsFor(details);
            facts.holdsNow = {facts.asked};
            return risks(facts, initialEdit(facts)).size();
        };
        QCOMPARE(risky(detail(kBoth)), 0);
        QCOMPARE(risky(detail(kBoth, spend("1", "2"))), 1);
        QCOMPARE(risky(detail("\"payments.*\"")), 1);
        QCOMPARE(risky(detail(kBoth, ",\"max_depth\":1")), 1);
        QCOMPARE(risky(detail("\"payments.**\"", spend("1", "2") + ",\"max_depth\":1")), 3);
    }
};

QTEST_GUILESS_MAIN(PurposesTest)
#include "tst_purposes.moc"
