// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/permissions/matching.h"
#include "core/permissions/permission_json.h"
#include "generated.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace countersign;
using namespace countersign::permissions;
using countersign::testing::valueOf;

namespace {

constexpr UnixSeconds kNow{1767312000}; // 2026-01-02T00:00:00Z

AgentDelegation detailWith(const std::string& members)
{
    std::string text = "[{'type':'agent_delegation','locations':['https://a.example/v1'],'actions':['payments.create',"
                       "'ledger.**']"
        + members + "}]";
    std::ranges::replace(text, '\'', '"');
    return parsePermission(text).value().details.front();
}

ActionRequest payment(std::string_view arguments, const char* location = "https://a.example/v1/payments",
    const char* action = "payments.create")
{
    return {Action::parse(action).value(), Location::parse(location).value(), valueOf(arguments)};
}

Reason reasonFor(const AgentDelegation& detail, const ActionRequest& request, UnixSeconds at = kNow)
{
    const auto matched = match(detail, request, at);
    return matched ? Reason::None : matched.error().reason;
}

} // namespace

class MatchingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void place_and_action_must_be_covered()
    {
        const AgentDelegation detail = detailWith("");
        QCOMPARE(reasonFor(detail, payment("{'anything':1}")), Reason::None);
        QCOMPARE(reasonFor(detail, payment("{}", "https://a.example/v2")), Reason::Location);
        QCOMPARE(reasonFor(detail, payment("{}", "https://a.example/v1", "payments.read")), Reason::Action);
        QCOMPARE(reasonFor(detail, payment("{}", "https://a.example/v1", "ledger.accounts.read")), Reason::None);
        QVERIFY(!match(detail, payment("{}"), kNow)->amount);
    }

    void a_wildcard_covers_one_name_or_any_number_data()
    {
        QTest::addColumn<QByteArray>("wider");
        QTest::addColumn<QByteArray>("narrower");
        QTest::addColumn<bool>("covers");
        const auto row = [](const char* wider, const char* narrower, bool covers) {
            QTest::addRow("%s over %s", wider, narrower) << QByteArray(wider) << QByteArray(narrower) << covers;
        };
        row("a.b", "a.b", true);
        row("a.b", "a.c", false);
        row("a.b", "a.*", false);
        row("a.*", "a.b", true);
        row("a.*", "a.*", true);
        row("a.*", "a.**", false);
        row("a.*", "a.b.c", false);
        row("a.*", "a.b.*", false);
        row("a.*", "ab.c", false);
        row("a.**", "a.b", true);
        row("a.**", "a.b.c.d", true);
        row("a.**", "a.*", true);
        row("a.**", "a.**", true);
        row("a.**", "a.b.**", true);
        row("a.**", "ab.c", false);
        row("a.b.**", "a.b", false);
        row("a.b.*", "a.*", false);
    }
    void a_wildcard_covers_one_name_or_any_number()
    {
        QFETCH(QByteArray, wider);
        QFETCH(QByteArray, narrower);
        QFETCH(bool, covers);
        QCOMPARE(Action::parse(wider.toStdString())->covers(*Action::parse(narrower.toStdString())), covers);
    }

    void a_wildcard_stands_at_the_end_only_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char* name :
            {"*", "**", "*.read", "a.*.read", "a.***", "a.b*", "a.*b", "a.**.c", "*.*", ".*", "a..*"})
            QTest::newRow(name) << QByteArray(name);
    }
    void a_wildcard_stands_at_the_end_only()
    {
        QFETCH(QByteArray, name);
        QVERIFY(!Action::parse(name.toStdString()));
    }

    void times_begin_with_and_end_before()
    {
        const AgentDelegation detail = detailWith(",'not_before':1000,'expires_at':2000");
        QCOMPARE(reasonFor(detail, payment("{}"), {999}), Reason::NotYet);
        QCOMPARE(reasonFor(detail, payment("{}"), {1000}), Reason::None);
        QCOMPARE(reasonFor(detail, payment("{}"), {1999}), Reason::None);
        QCOMPARE(reasonFor(detail, payment("{}"), {2000}), Reason::Expired);
        const AgentDelegation window = detailWith(",'daily_window':{'from':'00:10','to':'00:20','zone':'UTC'}");
        QCOMPARE(reasonFor(window, payment("{}"), {599}), Reason::OutsideWindow);
        QCOMPARE(reasonFor(window, payment("{}"), {600}), Reason::None);
        QCOMPARE(reasonFor(window, payment("{}"), {1199}), Reason::None);
        QCOMPARE(reasonFor(window, payment("{}"), {1200}), Reason::OutsideWindow);
    }

    void reads_are_signed_where_the_detail_wants_it()
    {
        ActionRequest request = payment("{}");
        request.proof = ActionRequest::Proof::Possession;
        QCOMPARE(reasonFor(detailWith(""), request), Reason::None);
        QCOMPARE(reasonFor(detailWith(",'signed_reads':false"), request), Reason::None);
        QCOMPARE(reasonFor(detailWith(",'signed_reads':true"), request), Reason::SignatureRequired);
        request.proof = ActionRequest::Proof::Signature;
        QCOMPARE(reasonFor(detailWith(",'signed_reads':true"), request), Reason::None);
    }

    void arguments_must_be_there_fit_and_be_named_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<int>("reason");
        QTest::addColumn<QByteArray>("member");
        const auto row = [](const char* arguments, Reason reason, const char* member) {
            QTest::newRow(arguments) << QByteArray(arguments) << static_cast<int>(reason) << QByteArray(member);
        };
        row("{'to':'acme','order':{'id':7}}", Reason::None, "");
        row("{'to':'acme','order':{'id':7},'lines':[{'a':1},{'b':{}}]}", Reason::UnnamedArgument, "/lines/0/a");
        row("{'to':'evil','order':{'id':7}}", Reason::Constraint, "/to");
        row("{'order':{'id':7}}", Reason::Constraint, "/to");
        row("{'to':'acme'}", Reason::Constraint, "/order/id");
        row("{}", Reason::Constraint, "/order/id");
        row("{'to':'acme','order':{'id':7},'memo':''}", Reason::UnnamedArgument, "/memo");
        row("{'to':'acme','order':{'id':7},'memo':null}", Reason::UnnamedArgument, "/memo");
        row("{'to':'acme','order':{'id':7},'memo':{}}", Reason::UnnamedArgument, "/memo");
        row("{'to':'acme','order':{'id':7},'memo':[]}", Reason::UnnamedArgument, "/memo");
        row("{'to':'acme','order':{'id':7,'x':1}}", Reason::UnnamedArgument, "/order/x");
        row("{'to':'acme','order':{'id':{'deep':[1,2]}}}", Reason::None, "");
        row("{'to':'acme','order':{'id':7},'a/b~c':1}", Reason::UnnamedArgument, "/a~1b~0c");
        row("{'to':'acme','order':[{'id':7}]}", Reason::Constraint, "/order/id");
        row("[]", Reason::Constraint, "/order/id");
    }
    void arguments_must_be_there_fit_and_be_named()
    {
        QFETCH(QByteArray, arguments);
        QFETCH(int, reason);
        QFETCH(QByteArray, member);
        const AgentDelegation detail =
            detailWith(",'constraints':{'/to':{'one_of':['acme','globex']},'/order/id':{'wildcard':true}}");
        const auto matched = match(detail, payment(arguments.toStdString()), kNow);
        QCOMPARE(static_cast<int>(matched ? Reason::None : matched.error().reason), reason);
        if (!matched) {
            QCOMPARE(matched.error().member, member.toStdString());
            QVERIFY(!matched.error().sentence.empty());
        }
    }

    void an_element_of_a_list_is_named_by_its_index()
    {
        const AgentDelegation detail = detailWith(",'constraints':{'/l/0':{'wildcard':true},'/l/1':{'exact':2}}");
        QCOMPARE(reasonFor(detail, payment("{'l':[1,2]}")), Reason::None);
        QCOMPARE(reasonFor(detail, payment("{'l':[1,2,3]}")), Reason::UnnamedArgument);
        QCOMPARE(reasonFor(detail, payment("{'l':[1]}")), Reason::Constraint);
        QCOMPARE(reasonFor(detail, payment("{'l':{'0':1,'1':2}}")), Reason::None);
    }

    void amounts_are_read_exactly_data()
    {
        QTest::addColumn<QByteArray>("scale");
        QTest::addColumn<QByteArray>("amount");
        QTest::addColumn<int>("reason");
        QTest::addColumn<QByteArray>("read");
        const auto row = [](const char* scale, const char* amount, Reason reason, const char* read) {
            QTest::addRow("%s%s", amount, scale)
                << QByteArray(scale) << QByteArray(amount) << static_cast<int>(reason) << QByteArray(read);
        };
        row("", "500", Reason::None, "500.00");
        row("", "'500.00'", Reason::None, "500.00");
        row("", "5e2", Reason::None, "500.00");
        row("", "500.000001", Reason::PerAction, "");
        row("", "500.01", Reason::PerAction, "");
        row("", "499.99", Reason::None, "499.99");
        row("", "0", Reason::None, "0.00");
        row("", "-1", Reason::AmountUnreadable, "");
        row("", "'-0'", Reason::None, "0.00");
        row("", "0.0000001", Reason::AmountUnreadable, "");
        row("", "1e30", Reason::AmountUnreadable, "");
        row("", "'12,50'", Reason::AmountUnreadable, "");
        row("", "'0x10'", Reason::AmountUnreadable, "");
        row("", "' 5'", Reason::AmountUnreadable, "");
        row("", "''", Reason::AmountUnreadable, "");
        row("", "[5]", Reason::AmountUnreadable, "");
        row("", "{'value':5}", Reason::AmountUnreadable, "");
        row("", "null", Reason::AmountUnreadable, "");
        row("", "true", Reason::AmountUnreadable, "");
        row(",'scale':2", "50000", Reason::None, "500.00");
        row(",'scale':2", "'50000'", Reason::None, "500.00");
        row(",'scale':2", "50001", Reason::PerAction, "");
        row(",'scale':2", "500.5", Reason::AmountUnreadable, "");
        row(",'scale':2", "500.0", Reason::None, "5.00");
        row(",'scale':0", "500", Reason::None, "500.00");
        row(",'scale':0", "500.5", Reason::AmountUnreadable, "");
        row(",'scale':6", "1", Reason::None, "0.000001");
    }
    void amounts_are_read_exactly()
    {
        QFETCH(QByteArray, scale);
        QFETCH(QByteArray, amount);
        QFETCH(int, reason);
        QFETCH(QByteArray, read);
        const AgentDelegation detail = detailWith(
            ",'spend':{'amount_at':'/amount','currency':'EUR','per_action':'500.00'" + scale.toStdString() + "}");
        const auto matched = match(detail, payment("{'amount':" + amount.toStdString() + "}"), kNow);
        QCOMPARE(static_cast<int>(matched ? Reason::None : matched.error().reason), reason);
        if (matched)
            QCOMPARE(matched->amount->text(), read.toStdString());
    }

    void spending_names_its_arguments_and_needs_its_currency()
    {
        const AgentDelegation detail =
            detailWith(",'spend':{'amount_at':'/amount','currency':'EUR','currency_at':'/currency','total':'9'}");
        QCOMPARE(reasonFor(detail, payment("{'amount':1,'currency':'EUR'}")), Reason::None);
        QCOMPARE(reasonFor(detail, payment("{'amount':1,'currency':'USD'}")), Reason::Currency);
        QCOMPARE(reasonFor(detail, payment("{'amount':1,'currency':'eur'}")), Reason::Currency);
        QCOMPARE(reasonFor(detail, payment("{'amount':1,'currency':['EUR']}")), Reason::Currency);
        QCOMPARE(reasonFor(detail, payment("{'amount':1}")), Reason::Currency);
        QCOMPARE(reasonFor(detail, payment("{}")), Reason::AmountUnreadable);
        QCOMPARE(reasonFor(detail, payment("{'amount':1,'currency':'EUR','memo':1}")), Reason::UnnamedArgument);
        QCOMPARE(reasonFor(detail, payment("[]")), Reason::UnnamedArgument);
        // One amount only: a list of them, or one beside it, is none.
        QCOMPARE(reasonFor(detail, payment("{'amount':[1,2],'currency':'EUR'}")), Reason::AmountUnreadable);
        const auto over = match(detailWith(",'spend':{'amount_at':'/amount','currency':'EUR','per_action':'500.00'}"),
            payment("{'amount':'612'}"), kNow);
        QCOMPARE(over.error().sentence, std::string("612.00 EUR is over 500.00 EUR each."));
    }

    void every_reason_has_its_own_name()
    {
        std::set<std::string_view> names;
        for (int i = 0; i <= static_cast<int>(Reason::Arguments); ++i)
            names.insert(reasonName(static_cast<Reason>(i)));
        QCOMPARE(names.size(), static_cast<std::size_t>(Reason::Arguments) + 1);
        QCOMPARE(reasonName(Reason::PerAction), std::string_view("per_action"));
        QCOMPARE(reasonName(Reason::StepUp), std::string_view("step_up"));
        QCOMPARE(reasonName(Reason::NotLive), std::string_view("not_live"));
    }

    void huge_arguments_are_refused_at_the_first_that_nobody_named()
    {
        Value::Members members;
        for (int i = 0; i < 16'000; ++i)
            members.emplace_back("m" + std::to_string(100'000 + i), Value{Value::List(20, Value{true})});
        ActionRequest request = payment("{}");
        request.arguments = Value{members};
        std::string constraints;
        for (std::size_t i = 0; i < kMaxConstraints; ++i)
            constraints += (i == 0 ? "'/m" : ",'/m") + std::to_string(100'000 + i) + "':{'wildcard':true}";
        const auto matched = match(detailWith(",'constraints':{" + constraints + "}"), request, kNow);
        QCOMPARE(matched.error().reason, Reason::UnnamedArgument);
        QCOMPARE(matched.error().member, std::string("/m100064/0"));
    }
};

QTEST_GUILESS_MAIN(MatchingTest)
#include "tst_matching.moc"
