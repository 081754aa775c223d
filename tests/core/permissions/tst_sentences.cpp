// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/permissions/permission_json.h"
#include "core/permissions/words.h"
#include "generated.h"

#include <QTest>

#include <algorithm>

using namespace countersign;
using namespace countersign::permissions;
using countersign::testing::valueOf;

namespace {

const QLocale kEnglish(QLocale::English, QLocale::UnitedKingdom);

Permission permissionOf(std::string json)
{
    std::ranges::replace(json, '\'', '"');
    return parsePermission(json).value();
}

QString sentence(const std::string& members, const QLocale& locale = kEnglish)
{
    const std::string detail = "'type':'agent_delegation','locations':['https://payments.example/']";
    return toSentences(permissionOf("[{" + detail + "," + members + "}]"), locale).constFirst();
}

/// Of one constraint on /recipient.
QString saidOf(const std::string& constraint)
{
    const QString start = QStringLiteral("create payments at payments.example, recipient ");
    const QString whole = sentence("'actions':['payments.create'],'constraints':{'/recipient':" + constraint + "}");
    return whole.startsWith(start) ? whole.sliced(start.size()) : whole;
}

} // namespace

class SentencesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("TZ", "Europe/Berlin"); }

    void that_reads_are_signed_is_said()
    {
        QCOMPARE(sentence("'actions':['payments.read'],'signed_reads':true"),
            QStringLiteral("read payments at payments.example, signing what it reads too"));
    }

    void a_permission_is_said_whole()
    {
        QCOMPARE(sentence("'actions':['payments.create'],'constraints':{'/recipient':{'one_of':['acme','globex']}},"
                          "'spend':{'amount_at':'/amount','currency':'EUR','per_action':'500.00','per_day':'5000.00',"
                          "'zone':'Europe/Berlin','total':'20000.00'},'uses':200,'rate':{'count':20,'seconds':60},"
                          "'not_before':1767300000,'expires_at':1767328800,"
                          "'daily_window':{'from':'22:00','to':'06:00','zone':'Europe/Berlin'},'max_depth':2,"
                          "'step_up':{'above':'1000.00','first_seen':['/recipient']}"),
            QStringLiteral(
                "create payments at payments.example, at most 500.00 EUR each, 5,000.00 EUR a day, "
                "20,000.00 EUR in all, recipient only acme or globex, 200 times, at most 20 times in 1 minute, "
                "daily from 22:00 to 06:00 (Europe/Berlin), not before Thursday, 1 January 2026, 21:40, "
                "may be handed on 2 times, asks you again above 1,000.00 EUR and for a new recipient"));
    }

    void wildcards_are_said_as_what_they_cover()
    {
        const auto doing = [](const char* actions) {
            return sentence(std::string("'actions':[") + actions + "]").remove(QStringLiteral(" at payments.example"));
        };
        QCOMPARE(doing("'payments.**'"), QStringLiteral("do everything under payments"));
        QCOMPARE(doing("'payments.*'"), QStringLiteral("do everything directly under payments"));
        QCOMPARE(doing("'bank.payments.**','ledger.read'"),
            QStringLiteral("do everything under bank payments and read ledger"));
        QCOMPARE(actionLabel(Action::parse("payments.**").value()), QStringLiteral("do everything under payments"));
        QCOMPARE(actionLabel(Action::parse("http.post").value()), QStringLiteral("send POST requests"));
        QCOMPARE(doing("'http.*'"), QStringLiteral("send requests of every kind"));
    }

    void numbers_and_money_are_written_as_the_language_does()
    {
        const Amount amount = Amount::parse("1234567.5").value();
        const Currency currency = Currency::parse("EUR").value();
        QCOMPARE(moneyLabel(amount, currency, kEnglish), QStringLiteral("1,234,567.50 EUR"));
        QCOMPARE(moneyLabel(amount, currency, QLocale(QLocale::German)), QStringLiteral("1.234.567,50 EUR"));
        QCOMPARE(moneyLabel(Amount::parse("0.000001").value(), currency, kEnglish), QStringLiteral("0.000001 EUR"));
        QCOMPARE(moneyLabel(Amount::parse("9223372036854.775807").value(), currency, kEnglish),
            QStringLiteral("9,223,372,036,854.775807 EUR"));
        const auto range = [](const char* bound) {
            return constraintLabel(Constraint{Range{std::nullopt, Decimal::parse(bound).value()}}, kEnglish);
        };
        QCOMPARE(range("500.00"), QStringLiteral("at most 500"));
        QCOMPARE(range("1234.05"), QStringLiteral("at most 1,234.05"));
        QCOMPARE(range("-0.5"), QStringLiteral("at most -0.5"));
        QCOMPARE(range("-1500"), QStringLiteral("at most -1,500"));
        QCOMPARE(range("1e25"), QStringLiteral("at most 10000000000000000000000000"));
    }

    void every_constraint_has_its_words_data()
    {
        QTest::addColumn<QByteArray>("constraint");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* constraint, const char* said) {
            QTest::newRow(constraint) << QByteArray(constraint) << QString::fromUtf8(said);
        };
        row("{'exact':'acme'}", "only acme");
        row("{'one_of':['c','b','a']}", "only a, b or c");
        row("{'one_of':[1,2,3,4,5,6]}", "only 1, 2, 3 or 3 more");
        row("{'not_one_of':['evil']}", "anything but evil");
        row("{'contains':['a','b']}", "a list with a and b");
        row("{'subset':['a','b']}", "a list of nothing but a and b");
        row("{'pattern':'INV-*'}", "only anything like INV-*");
        row("{'range':{'min':1,'max':2}}", "from 1 to 2");
        row("{'range':{'min':1}}", "at least 1");
        row("{'wildcard':true}", "anything");
        row("{'all':[{'pattern':'a*'},{'not_one_of':['ab']}]}", "(anything like a*) and (anything but ab)");
        row("{'any':[{'exact':1},{'range':{'min':5}}]}", "(1) or (at least 5)");
        row("{'exact':true}", "only true");
        row("{'exact':'true'}", "only \xE2\x80\x9Ctrue\xE2\x80\x9D");
        row("{'exact':'5'}",
            "only \xE2\x80\x9C"
            "5\xE2\x80\x9D");
        row("{'exact':''}", "only \xE2\x80\x9C\xE2\x80\x9D");
        row("{'exact':{'a':[1,null]}}", "only {\"a\":[1,null]}");
    }
    void every_constraint_has_its_words()
    {
        QFETCH(QByteArray, constraint);
        QFETCH(QString, said);
        QCOMPARE(saidOf(constraint.toStdString()), said);
    }

    void text_from_outside_stays_what_it_is_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* text, const char* said) {
            QTest::newRow(text) << QByteArray(text) << QString::fromUtf8(said);
        };
        // What reads like our own words stands in quotes, which it can't close.
        row("acme, at most 5 EUR a day",
            "only \xE2\x80\x9C"
            "acme, at most 5 EUR a day\xE2\x80\x9D");
        row("a\xE2\x80\x9D or anything \xE2\x80\x9C",
            "only \xE2\x80\x9C"
            "a\" or anything \"\xE2\x80\x9D");
        row("acme or globex",
            "only \xE2\x80\x9C"
            "acme or globex\xE2\x80\x9D");
        row("abc\xE2\x80\xAE"
            "fdp",
            "only \xE2\x80\x9C"
            "abc\xE2\x9F\xA8U+202E\xE2\x9F\xA9"
            "fdp\xE2\x80\x9D");
        row("a\xE2\x80\x8B"
            "b",
            "only \xE2\x80\x9C"
            "a\xE2\x9F\xA8U+200B\xE2\x9F\xA9"
            "b\xE2\x80\x9D");
        row("%1 %2 %n", "only \xE2\x80\x9C%1 %2 %n\xE2\x80\x9D");
        row("%1", "only \xE2\x80\x9C%1\xE2\x80\x9D");
        row("<b>x</b>", "only \xE2\x80\x9C<b>x</b>\xE2\x80\x9D");
        row("DE89-3704/0044", "only DE89-3704/0044");
    }
    void text_from_outside_stays_what_it_is()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, said);
        QCOMPARE(constraintLabel(Constraint{Exact{Value{text.toStdString()}}}, kEnglish), said.sliced(5));
        AgentDelegation detail =
            permissionOf("[{'type':'agent_delegation','locations':['https://a.example/'],'actions':['a.r'],"
                         "'constraints':{'/x':{'wildcard':true}}}]")
                .details.front();
        detail.constraints.front().constraint = Constraint{Exact{Value{text.toStdString()}}};
        QCOMPARE(
            toSentences(Permission{{detail}}, kEnglish).constFirst(), QStringLiteral("r a at a.example, x ") + said);
    }

    void a_sentence_is_bounded_whatever_stands_in_it()
    {
        QVERIFY(saidOf("{'exact':'" + std::string(1000, 'x') + "'}").size() < 80);
        QVERIFY(argumentLabel(Pointer::parse("/" + std::string(255, 'x')).value()).size() < 80);
        QCOMPARE(argumentLabel(Pointer::parse("/order/lines/0").value()), QStringLiteral("order/lines/0"));
        QCOMPARE(argumentLabel(Pointer::parse("/a, at most 1").value()), QStringLiteral("\u201Ca, at most 1\u201D"));
    }

    void one_is_said_as_one()
    {
        QCOMPARE(sentence("'actions':['a.r'],'uses':1,'rate':{'count':1,'seconds':86400},'max_depth':1"),
            QStringLiteral("r a at payments.example, once, at most once in 1 day, may be handed on once"));
        QCOMPARE(rateLabel({2, std::chrono::seconds(90)}, kEnglish), QStringLiteral("2 times in 90 seconds"));
        QCOMPARE(rateLabel({2, std::chrono::hours(36)}, kEnglish), QStringLiteral("2 times in 36 hours"));
        QCOMPARE(rateLabel({2, std::chrono::days(2)}, kEnglish), QStringLiteral("2 times in 2 days"));
    }

    void an_end_is_said_only_where_it_comes_before_the_last()
    {
        const std::string start =
            "{'type':'agent_delegation','locations':['https://a.example/'],'actions':['a.r'],'expires_at':";
        const QStringList said =
            toSentences(permissionOf("[" + start + "1767300000}," + start + "1767328800}]"), kEnglish);
        QCOMPARE(said.at(0), QStringLiteral("r a at a.example, until Thursday, 1 January 2026, 21:40"));
        QCOMPARE(said.at(1), QStringLiteral("r a at a.example"));
    }

    void being_asked_each_time_needs_no_other_reason()
    {
        QCOMPARE(sentence("'actions':['a.r'],'step_up':{'every_action':true,'first_seen':['/to']}"),
            QStringLiteral("r a at payments.example, asks you again each time"));
    }
};

QTEST_GUILESS_MAIN(SentencesTest)
#include "tst_sentences.moc"
