// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each member at, below and above what the parent has, and what a refusal says. (All of it together, by random:
// tst_narrows_properties.)
#include "core/permissions/permission.h"
#include "core/permissions/permission_json.h"
#include "generated.h"

#include <QTest>

#include <algorithm>
#include <format>

using namespace countersign;
using namespace countersign::permissions;

namespace {

Permission permissionOf(std::string details)
{
    std::ranges::replace(details, '\'', '"');
    return parsePermission("[" + details + "]").value();
}

std::string detail(
    std::string_view members, std::string_view actions = "'a.r'", std::string_view locations = "'https://a.example/'")
{
    return std::format("{{'type':'agent_delegation','locations':[{}],'actions':[{}]{}{}}}", locations, actions,
        members.empty() ? "" : ",", members);
}

Permission with(std::string_view members)
{
    return permissionOf(detail(members));
}

std::string spend(std::string_view rest)
{
    return std::format("'spend':{{'amount_at':'/amount','currency':'EUR',{}}}", rest);
}

/// Where it widens; empty: it doesn't.
std::string widening(const Permission& child, const Permission& parent)
{
    const auto pairing = narrows(child, parent);
    if (pairing)
        return {};
    const std::string& message = pairing.error().message;
    return message.substr(0, message.find(':'));
}

/// A detail with as many locations, actions and constraints as one may have; details differ in their last constraint.
Permission largest(std::size_t count, std::string_view last)
{
    std::string locations;
    for (std::size_t i = 0; i < kMaxLocations; ++i)
        locations += std::format("{}'https://a.example/{}'", i == 0 ? "" : ",", i);
    std::string actions;
    for (std::size_t i = 0; i < kMaxActions; ++i)
        actions += std::format("{}'a.r{}'", i == 0 ? "" : ",", i);
    std::string details;
    for (std::size_t i = 0; i < count; ++i) {
        std::string constraints;
        for (std::size_t j = 0; j < kMaxConstraints - 1; ++j)
            constraints += std::format("'/{:03}':{{'pattern':'*a*b*'}},", j);
        constraints += std::format("'/z':{{'exact':'{}{}'}}", last, i);
        details += (i == 0 ? "" : ",") + detail("'constraints':{" + constraints + "}", actions, locations);
    }
    return permissionOf(details);
}

} // namespace

class NarrowsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_member_may_only_shrink_data()
    {
        QTest::addColumn<QByteArray>("child");
        QTest::addColumn<QByteArray>("parent");
        QTest::addColumn<QByteArray>("widens");
        const auto row = [](const std::string& child, const std::string& parent, const char* widens) {
            QTest::addRow("%s in %s", child.c_str(), parent.c_str())
                << QByteArray::fromStdString(child) << QByteArray::fromStdString(parent) << QByteArray(widens);
        };
        const auto rows = [&](const char* pattern, std::vector<const char*> fit, std::vector<const char*> more,
                              const char* parent, const char* member) {
            const auto made = [&](const char* value) {
                QByteArray text(pattern);
                return text.replace('@', value).toStdString();
            };
            for (const char* value : fit)
                row(made(value), made(parent), "");
            for (const char* value : more)
                row(made(value), made(parent), member);
            row("", made(parent), member);
            row(made(parent), "", "");
        };
        rows("'expires_at':@", {"999", "1000"}, {"1001"}, "1000", "/0/expires_at");
        rows("'not_before':@", {"1000", "1001"}, {"999"}, "1000", "/0/not_before");
        rows("'uses':@", {"1", "200"}, {"201"}, "200", "/0/uses");
        rows("'rate':{'count':@}",
            {"20,'seconds':60", "20,'seconds':61", "19,'seconds':60", "10,'seconds':30", "6,'seconds':20",
                "20,'seconds':3600", "1,'seconds':3"},
            {"21,'seconds':60", "20,'seconds':59", "11,'seconds':30", "10,'seconds':29", "1,'seconds':2"},
            "20,'seconds':60", "/0/rate");
        rows("'daily_window':{@,'zone':'Europe/Berlin'}",
            {"'from':'22:00','to':'06:00'", "'from':'22:00','to':'23:00'", "'from':'23:30','to':'00:30'",
                "'from':'05:00','to':'06:00'"},
            {"'from':'21:59','to':'06:00'", "'from':'22:00','to':'06:01'", "'from':'06:00','to':'22:00'",
                "'from':'05:00','to':'23:00'", "'from':'12:00','to':'13:00'"},
            "'from':'22:00','to':'06:00'", "/0/daily_window");
        row("'daily_window':{'from':'22:00','to':'06:00','zone':'UTC'}",
            "'daily_window':{'from':'22:00','to':'06:00','zone':'Europe/Berlin'}", "/0/daily_window");
        row("'max_depth':2", "'max_depth':2", "");
        row("'max_depth':3", "'max_depth':2", "/0/max_depth");
        row("'max_depth':1", "", "/0/max_depth");
        row("", "'max_depth':2", "");
        for (const char* member : {"per_action", "total"}) {
            const std::string path = std::format("/0/spend/{}", member);
            const auto limit = [&](const char* amount) { return spend(std::format("'{}':'{}'", member, amount)); };
            row(limit("499.99"), limit("500"), "");
            row(limit("500.00"), limit("500"), "");
            row(limit("500.000001"), limit("500"), path.c_str());
            row("", limit("500"), "/0/spend");
        }
        row(spend("'per_day':'5','zone':'UTC'"), spend("'per_day':'5','zone':'UTC'"), "");
        row(spend("'per_day':'5.01','zone':'UTC'"), spend("'per_day':'5','zone':'UTC'"), "/0/spend/per_day");
        row(spend("'per_day':'5','zone':'Asia/Tokyo'"), spend("'per_day':'5','zone':'UTC'"), "/0/spend/zone");
        row(spend("'per_day':'5','zone':'Asia/Tokyo','total':'9'"), spend("'total':'9'"), "");
        row(spend("'total':'9'"), spend("'total':'9','per_action':'9'"), "/0/spend/per_action");
        row(spend("'total':'9'"), "'spend':{'amount_at':'/amount','currency':'USD','total':'9'}", "/0/spend/currency");
        row(spend("'total':'9'"), "'spend':{'amount_at':'/value','currency':'EUR','total':'9'}", "/0/spend/amount_at");
        row(spend("'total':'9','scale':2"), spend("'total':'9'"), "/0/spend/scale");
        row(spend("'total':'9'"), spend("'total':'9','scale':2"), "/0/spend/scale");
        row(spend("'total':'9','scale':3"), spend("'total':'9','scale':2"), "/0/spend/scale");
        row(spend("'total':'9'"), spend("'total':'9','currency_at':'/currency'"), "/0/spend/currency_at");
        row(spend("'total':'9','currency_at':'/cur'"), spend("'total':'9','currency_at':'/currency'"),
            "/0/spend/currency_at");
        row(spend("'total':'9','currency_at':'/currency'"), spend("'total':'9'"), "/0/constraints");
        const std::string above = spend("'total':'9000'") + ",'step_up':";
        row(above + "{'above':'999'}", above + "{'above':'1000'}", "");
        row(above + "{'above':'1000.01'}", above + "{'above':'1000'}", "/0/step_up/above");
        row(spend("'total':'9000'"), above + "{'above':'1000'}", "/0/step_up/above");
        row("'step_up':{'every_action':true}", "'step_up':{'every_action':true}", "");
        row("", "'step_up':{'every_action':true}", "/0/step_up/every_action");
        row("'signed_reads':true", "'signed_reads':true", "");
        row("'signed_reads':true", "", "");
        row("", "'signed_reads':true", "/0/signed_reads");
        row("'signed_reads':false", "'signed_reads':true", "/0/signed_reads");
        row("'step_up':{'every_action':true}", "", "");
        row("'step_up':{'first_seen':['/a','/b']}", "'step_up':{'first_seen':['/b']}", "");
        row("'step_up':{'first_seen':['/a']}", "'step_up':{'first_seen':['/a','/b']}", "/0/step_up/first_seen");
        row("'constraints':{'/a':{'exact':1}}", "'constraints':{'/a':{'range':{'max':1}}}", "");
        row("'constraints':{'/a':{'exact':2}}", "'constraints':{'/a':{'range':{'max':1}}}", "/0/constraints");
        row("'constraints':{'/a':{'exact':1}}", "", "");
        row("", "'constraints':{'/a':{'exact':1}}", "/0/constraints");
        // The parent refuses what it doesn't name, so the child may not name it.
        row("'constraints':{'/a':{'exact':1},'/b':{'exact':1}}", "'constraints':{'/a':{'exact':1}}", "/0/constraints");
        row("'constraints':{'/a':{'wildcard':true},'/a/b':{'exact':1}}", "'constraints':{'/a':{'wildcard':true}}", "");
        row("'constraints':{'/a':{'wildcard':true},'/a/b':{'exact':1}}", "'constraints':{'/a/b':{'exact':1}}",
            "/0/constraints");
        row("'constraints':{'/ab':{'exact':1},'/a':{'exact':1}}", "'constraints':{'/a':{'exact':1}}", "/0/constraints");
        row("'constraints':{'/amount':{'exact':1}}," + spend("'total':'9'"), spend("'total':'9'"), "");
    }
    void a_member_may_only_shrink()
    {
        QFETCH(QByteArray, child);
        QFETCH(QByteArray, parent);
        QFETCH(QByteArray, widens);
        QCOMPARE(widening(with(child.toStdString()), with(parent.toStdString())), widens.toStdString());
    }

    void places_and_actions_may_only_shrink()
    {
        const auto at = [](const char* location, const char* action) {
            return permissionOf(detail("", std::format("'{}'", action), std::format("'{}'", location)));
        };
        const Permission parent = at("https://a.example/x", "a.*");
        QCOMPARE(widening(at("https://a.example/x/y", "a.r"), parent), std::string());
        QCOMPARE(widening(at("https://a.example/x", "a.*"), parent), std::string());
        QCOMPARE(widening(at("https://a.example/", "a.r"), parent), std::string("/0/locations"));
        QCOMPARE(widening(at("https://a.example/x", "a.**"), parent), std::string("/0/actions"));
        QCOMPARE(widening(at("https://a.example/x", "a.b.c"), parent), std::string("/0/actions"));
        QCOMPARE(widening(Permission{}, parent), std::string("authorization_details"));
        QCOMPARE(widening(parent, Permission{}), std::string("/0"));
    }

    void each_detail_is_paired_with_the_first_that_it_fits_into()
    {
        const Permission parent =
            permissionOf(detail("'uses':5") + "," + detail("'uses':50") + "," + detail("'uses':500"));
        const Permission child =
            permissionOf(detail("'uses':50") + "," + detail("'uses':5") + "," + detail("'uses':51"));
        QCOMPARE(*narrows(child, parent), (std::vector<int>{1, 0, 2}));
        // Two small ones don't add up to a large one: a detail fits into one.
        QCOMPARE(widening(permissionOf(detail("'uses':501")), parent), std::string("/0/uses"));
        QCOMPARE(
            widening(permissionOf(detail("'uses':5") + "," + detail("", "'b.r'")), parent), std::string("/1/actions"));
    }

    void a_refusal_tells_of_the_detail_that_has_the_place_and_the_action()
    {
        const std::string few = detail("'uses':5");
        const std::string elsewhere = detail("", "'a.r'", "'https://b.example/'");
        const std::string otherwise = detail("", "'b.r'");
        for (const auto& parent : {few + "," + elsewhere + "," + otherwise, elsewhere + "," + few + "," + otherwise,
                 otherwise + "," + elsewhere + "," + few})
            QCOMPARE(widening(with("'uses':6"), permissionOf(parent)), std::string("/0/uses"));
    }

    void a_delegation_takes_a_hop_of_its_own()
    {
        const auto depth = [](int hops) { return with(std::format("'max_depth':{}", hops)); };
        QVERIFY(delegates(depth(1), depth(2)) && delegates(depth(0), depth(2)) && delegates(depth(0), depth(1)));
        QVERIFY(!delegates(depth(2), depth(2)) && !delegates(depth(1), depth(1)) && !delegates(depth(3), depth(2)));
        QVERIFY(narrows(depth(2), depth(2)));
        const auto refused = delegates(depth(0), depth(0));
        QCOMPARE(refused.error().message, std::string("/0/max_depth: the parent may not be delegated"));
        QCOMPARE(refused.error().code, ErrorCode::InvalidAuthorizationDetails);
        // Of two that it would fit into, the one that may be handed on.
        const Permission two = permissionOf(detail("") + "," + detail("'max_depth':1"));
        QCOMPARE(*delegates(depth(0), two), std::vector<int>{1});
        QCOMPARE(*narrows(depth(0), two), std::vector<int>{0});
    }

    void what_cannot_meet_in_one_detail_does_not_meet_data()
    {
        QTest::addColumn<QByteArray>("a");
        QTest::addColumn<QByteArray>("b");
        const auto row = [](const std::string& a, const std::string& b) {
            QTest::addRow("%s and %s", a.c_str(), b.c_str())
                << QByteArray::fromStdString(a) << QByteArray::fromStdString(b);
        };
        row("'daily_window':{'from':'08:00','to':'12:00','zone':'UTC'}",
            "'daily_window':{'from':'08:00','to':'12:00','zone':'Europe/Berlin'}");
        row("'daily_window':{'from':'08:00','to':'12:00','zone':'UTC'}",
            "'daily_window':{'from':'12:00','to':'14:00','zone':'UTC'}");
        row("'daily_window':{'from':'20:00','to':'12:00','zone':'UTC'}",
            "'daily_window':{'from':'08:00','to':'23:00','zone':'UTC'}");
        row("'rate':{'count':20,'seconds':60}", "'rate':{'count':100,'seconds':3600}");
        row("'expires_at':100", "'not_before':100");
        row("'constraints':{'/a':{'exact':1}}", "'constraints':{'/a':{'exact':2}}");
        row("'constraints':{'/a':{'exact':1}}", "'constraints':{'/b':{'exact':2}}");
        row(spend("'total':'9'"), "'spend':{'amount_at':'/amount','currency':'USD','total':'9'}");
        row(spend("'per_day':'9','zone':'UTC'"), spend("'per_day':'9','zone':'Asia/Tokyo'"));
        row("'step_up':{'first_seen':['/1','/2','/3','/4','/5']}", "'step_up':{'first_seen':['/a','/b','/c','/d']}");
    }
    void what_cannot_meet_in_one_detail_does_not_meet()
    {
        QFETCH(QByteArray, a);
        QFETCH(QByteArray, b);
        const AgentDelegation first = with(a.toStdString()).details.front();
        const AgentDelegation second = with(b.toStdString()).details.front();
        QVERIFY(!meet(first, second));
        QVERIFY(!meet(second, first));
        QVERIFY(meet(first, first) == first);
    }

    void what_meets_has_the_tighter_of_each_member()
    {
        const auto met = [](const std::string& a, const std::string& b) {
            const auto both = meet(with(a).details.front(), with(b).details.front());
            return both ? permissionJson(Permission{{*both}}) : std::string();
        };
        const auto as = [](const std::string& members) { return permissionJson(with(members)); };
        QCOMPARE(met("'uses':5,'expires_at':900", "'uses':9,'not_before':100"),
            as("'uses':5,'expires_at':900,'not_before':100"));
        QCOMPARE(met("'rate':{'count':5,'seconds':60}", "'rate':{'count':9,'seconds':30}"),
            as("'rate':{'count':5,'seconds':60}"));
        QCOMPARE(met("'daily_window':{'from':'22:00','to':'06:00','zone':'UTC'}",
                     "'daily_window':{'from':'04:00','to':'09:00','zone':'UTC'}"),
            as("'daily_window':{'from':'04:00','to':'06:00','zone':'UTC'}"));
        QCOMPARE(met(spend("'total':'9','per_action':'2'"), spend("'total':'8','per_day':'5','zone':'Asia/Tokyo'")),
            as(spend("'total':'8','per_action':'2','per_day':'5','zone':'Asia/Tokyo'")));
        QCOMPARE(met("'constraints':{'/a':{'range':{'min':1}}}", "'constraints':{'/a':{'range':{'max':5}}}"),
            as("'constraints':{'/a':{'range':{'min':1,'max':5}}}"));
        QCOMPARE(met("'max_depth':3", "'max_depth':1,'step_up':{'every_action':true}"),
            as("'max_depth':1,'step_up':{'every_action':true}"));
        QCOMPARE(met("'signed_reads':true", "'uses':2"), as("'uses':2,'signed_reads':true"));
    }

    void the_largest_permissions_are_told_within_the_steps()
    {
        const Permission same = largest(kMaxDetails, "x");
        const Permission other = largest(kMaxDetails, "y");
        // 64 details that are looked for among 64 others, each with all its constraints: answered, or given up as a no.
        QVERIFY(!narrows(other, same));
        QCOMPARE(*narrows(largest(1, "x"), same), std::vector<int>{0});
        QVERIFY(narrows(same, same));
    }

    void looking_for_deep_arguments_takes_steps_too()
    {
        std::string deep = "/p";
        for (std::size_t i = 2; i < kMaxPointerSteps; ++i)
            deep += "/a";
        std::string constraints = "'/p':{'wildcard':true},'/q':{'exact':1}";
        for (std::size_t i = 2; i < kMaxConstraints; ++i)
            constraints += std::format(",'{}/{}':{{'exact':1}}", deep, i);
        const std::string child = detail("'constraints':{" + constraints + "}");
        const std::string parent = detail("'constraints':{'/p':{'wildcard':true}}");
        std::string children = child;
        std::string parents = parent;
        for (std::size_t i = 1; i < kMaxDetails; ++i) {
            children += "," + child;
            parents += "," + (i + 1 < kMaxDetails ? parent : detail(""));
        }
        // Each fits into the last one, and to find that out of all is too much.
        QVERIFY(narrows(permissionOf(child), permissionOf(parents)));
        QVERIFY(!narrows(permissionOf(children), permissionOf(parents)));
    }
};

QTEST_GUILESS_MAIN(NarrowsTest)
#include "tst_narrows.moc"
