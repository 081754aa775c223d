// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each member of agent_delegation as it is written: what is taken, what is refused and at which place.
#include "core/base/json.h"
#include "core/permissions/permission_json.h"
#include "generated.h"

#include <QTest>

#include <algorithm>
#include <format>

using namespace countersign;
using namespace countersign::permissions;

namespace {

/// JSON with ' for ".
std::string inQuotes(std::string text)
{
    std::ranges::replace(text, '\'', '"');
    return text;
}

Result<Permission> parsedWith(const std::string& members)
{
    return parsePermission(
        inQuotes("[{'type':'agent_delegation','locations':['https://a.example/'],'actions':['a.r']" + members + "}]"));
}

AgentDelegation detailWith(const std::string& members)
{
    auto permission = parsedWith(members);
    if (!permission)
        qFatal("%s", permission.error().message.c_str());
    return permission->details.front();
}

std::string repeated(std::size_t count, const std::function<std::string(std::size_t)>& text)
{
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += (i == 0 ? "" : ",") + text(i);
    return all;
}

std::string nested(std::size_t depth)
{
    std::string text = "{'wildcard':true}";
    for (std::size_t i = 0; i < depth; ++i)
        text = (i % 2 == 0 ? "{'all':[" : "{'any':[") + text + "]}";
    return text;
}

std::string numbers(std::size_t count)
{
    return repeated(count, [](std::size_t i) { return std::to_string(i); });
}

} // namespace

class MembersTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_example_of_the_profile_is_read_whole()
    {
        const auto permission = parsePermission(inQuotes(
            "[{'type':'agent_delegation','locations':['https://payments.example/'],"
            "'actions':['payments.create','payments.read'],"
            "'constraints':{'/amount':{'range':{'max':'500.00'}},'/recipient':{'one_of':['acme','globex']}},"
            "'spend':{'amount_at':'/amount','currency':'EUR','currency_at':'/currency','scale':2,'per_action':'500.00',"
            "'per_day':'5000.00','zone':'Europe/"
            "Berlin','total':'20000.00'},'uses':200,'rate':{'count':20,'seconds':60},"
            "'not_before':1767300000,'expires_at':1767328800,"
            "'daily_window':{'from':'22:00','to':'06:00','zone':'Europe/Berlin'},'max_depth':2,"
            "'step_up':{'every_action':false,'above':'1000.00','first_seen':['/recipient']}}]"));
        QVERIFY2(permission, permission ? "" : permission.error().message.c_str());
        const AgentDelegation& detail = permission->details.front();
        QCOMPARE(detail.constraints.size(), 2U);
        QCOMPARE(detail.constraints[0].constraint, (Constraint{Range{std::nullopt, Decimal::of(500)}}));
        QCOMPARE(detail.spend->amountAt.text(), std::string("/amount"));
        QCOMPARE(detail.spend->currencyAt->text(), std::string("/currency"));
        QCOMPARE(detail.spend->scale, 2);
        QCOMPARE(detail.spend->perAction->text(), std::string("500.00"));
        QCOMPARE(detail.spend->perDay->text(), std::string("5000.00"));
        QCOMPARE(detail.spend->total->text(), std::string("20000.00"));
        QCOMPARE(detail.spend->zone.name(), std::string("Europe/Berlin"));
        QCOMPARE(detail.uses, 200);
        QCOMPARE(*detail.rate, (Rate{20, std::chrono::seconds(60)}));
        QCOMPARE(detail.notBefore->value, 1767300000);
        QCOMPARE(detail.dailyWindow->from, 22 * 60);
        QCOMPARE(detail.dailyWindow->to, 6 * 60);
        QCOMPARE(detail.maxDepth, 2);
        QCOMPARE(detail.stepUp.everyAction, StepUp::EveryAction::No);
        QCOMPARE(detail.stepUp.above->text(), std::string("1000.00"));
        QCOMPARE(detail.stepUp.firstSeen.front().text(), std::string("/recipient"));
        QVERIFY(detail.needsCounting());
        QCOMPARE(*parsePermission(permissionJson(*permission)), *permission);
    }

    void a_member_that_is_wrong_is_refused_at_its_place_data()
    {
        QTest::addColumn<QByteArray>("members");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* members, const char* said) {
            QTest::newRow(members) << QByteArray(members) << QByteArray(said);
        };
        row("'colour':'red'", "/0/colour: not a member of agent_delegation");
        row("'Uses':1", "/0/Uses: not a member");
        row("'datatypes':['x']", "/0/datatypes: not a member");
        row("'constraints':{}", "/0/constraints: must be");
        row("'constraints':[]", "/0/constraints: must be");
        row("'constraints':{'amount':{'wildcard':true}}", "/0/constraints/amount: pointer:");
        row("'constraints':{'':{'wildcard':true}}", "/0/constraints/: pointer:");
        row("'constraints':{'/a':1}", "/0/constraints/~1a: must be an object with exactly one member");
        row("'constraints':{'/a':{}}", "/0/constraints/~1a: must be");
        row("'constraints':{'/a':{'exact':1,'wildcard':true}}", "/0/constraints/~1a: must be");
        row("'constraints':{'/a':{'regex':'.*'}}", "/0/constraints/~1a/regex: not a kind of constraint");
        row("'constraints':{'/a':{'range':{}}}", "/0/constraints/~1a/range: must be");
        row("'constraints':{'/a':{'range':{'max':'5 EUR'}}}", "/0/constraints/~1a/range/max: must be a decimal");
        row("'constraints':{'/a':{'range':{'max':true}}}", "/0/constraints/~1a/range/max: must be a decimal");
        row("'constraints':{'/a':{'range':{'max':null}}}", "/0/constraints/~1a/range/max: must be a decimal");
        row("'constraints':{'/a':{'range':{'maximum':5}}}", "/0/constraints/~1a/range/maximum: not a member");
        row("'constraints':{'/a':{'range':{'min':2,'max':1}}}", "/0/constraints/~1a/range: min is more");
        row("'constraints':{'/a':{'one_of':[]}}", "/0/constraints/~1a/one_of: must be");
        row("'constraints':{'/a':{'one_of':'x'}}", "/0/constraints/~1a/one_of: must be");
        row("'constraints':{'/a':{'one_of':[1,1.0]}}", "/0/constraints/~1a/one_of: names the same value twice");
        row("'constraints':{'/a':{'exact':9007199254740993}}", "/0/constraints/~1a/exact: a number");
        row("'constraints':{'/a':{'exact':0.12345678901234567890}}", "/0/constraints/~1a/exact: a number");
        row("'constraints':{'/a':{'exact':{'x':[1e20]}}}", "/0/constraints/~1a/exact: a number");
        row("'constraints':{'/a':{'pattern':5}}", "/0/constraints/~1a/pattern: must be a text");
        row("'constraints':{'/a':{'pattern':'x\\\\'}}", "/0/constraints/~1a/pattern: ends with");
        row("'constraints':{'/a':{'wildcard':false}}", "/0/constraints/~1a/wildcard: must be true");
        row("'constraints':{'/a':{'all':[]}}", "/0/constraints/~1a/all: must be");
        row("'constraints':{'/a':{'any':[{'exact':1},{'no':1}]}}", "/0/constraints/~1a/any/1/no: not a kind");
        row("'spend':1", "/0/spend: must be an object");
        row("'spend':{'currency':'EUR','total':'1'}", "/0/spend/amount_at: is missing");
        row("'spend':{'amount_at':'/a','total':'1'}", "/0/spend/currency: is missing");
        row("'spend':{'amount_at':'/a','currency':'EUR'}", "/0/spend: needs per_action, per_day or total");
        row("'spend':{'amount_at':'a','currency':'EUR','total':'1'}", "/0/spend/amount_at: pointer:");
        row("'spend':{'amount_at':'/a','currency':'eur','total':'1'}", "/0/spend/currency:");
        row("'spend':{'amount_at':'/a','currency':'EUR','total':'-1'}", "/0/spend/total: The amount is negative");
        row("'spend':{'amount_at':'/a','currency':'EUR','total':'0.0000001'}", "/0/spend/total:");
        row("'spend':{'amount_at':'/a','currency':'EUR','total':true}", "/0/spend/total: must be a decimal");
        row("'spend':{'amount_at':'/a','currency':'EUR','total':'1','scale':7}",
            "/0/spend/scale: must be an integer from 0 to 6");
        row("'spend':{'amount_at':'/a','currency':'EUR','total':'1','scale':-1}", "/0/spend/scale:");
        row("'spend':{'amount_at':'/a','currency':'EUR','total':'1','scale':'2'}", "/0/spend/scale:");
        row("'spend':{'amount_at':'/a','currency':'EUR','total':'1','per_month':'1'}",
            "/0/spend/per_month: not a member of spend");
        row("'spend':{'amount_at':'/a','currency':'EUR','per_day':'1'}", "/0/spend/zone: goes with per_day");
        row("'spend':{'amount_at':'/a','currency':'EUR','total':'1','zone':'UTC'}", "/0/spend/zone: goes with per_day");
        row("'spend':{'amount_at':'/a','currency':'EUR','per_day':'1','zone':'CEST'}", "/0/spend/zone: zone:");
        row("'uses':0", "/0/uses: must be an integer from 1");
        row("'uses':1.5", "/0/uses:");
        row("'uses':'1'", "/0/uses:");
        row("'uses':1e30", "/0/uses:");
        row("'uses':null", "/0/uses:");
        row("'rate':{'count':1}", "/0/rate/seconds: is missing");
        row("'rate':{'seconds':1}", "/0/rate/count: is missing");
        row("'rate':{'count':0,'seconds':1}", "/0/rate/count:");
        row("'rate':{'count':1,'seconds':0}", "/0/rate/seconds:");
        row("'rate':{'count':1,'seconds':1,'burst':5}", "/0/rate/burst: not a member of rate");
        row("'not_before':0", "/0/not_before: must be seconds");
        row("'not_before':'2026-01-01'", "/0/not_before: must be seconds");
        row("'expires_at':253402300800", "/0/expires_at: must be seconds");
        row("'expires_at':1e300", "authorization_details: Not valid JSON");
        row("'not_before':100,'expires_at':100", "/0/expires_at: is not after not_before");
        row("'daily_window':{'from':'22:00','to':'06:00'}", "/0/daily_window/zone: is missing");
        row("'daily_window':{'from':'22:00','zone':'UTC'}", "/0/daily_window/to: is missing");
        row("'daily_window':{'from':'22:00','to':'22:00','zone':'UTC'}", "/0/daily_window: from and to are the same");
        row("'daily_window':{'from':'24:00','to':'06:00','zone':'UTC'}", "/0/daily_window/from: must be a time of day");
        row("'daily_window':{'from':'22:60','to':'06:00','zone':'UTC'}", "/0/daily_window/from: must be a time of day");
        row("'daily_window':{'from':'9:00','to':'06:00','zone':'UTC'}", "/0/daily_window/from: must be a time of day");
        row("'daily_window':{'from':'-1:00','to':'06:00','zone':'UTC'}", "/0/daily_window/from: must be a time of day");
        row("'daily_window':{'from':1320,'to':'06:00','zone':'UTC'}", "/0/daily_window/from: must be a text");
        row("'max_depth':-1", "/0/max_depth:");
        row("'max_depth':8", "/0/max_depth: must be an integer from 0 to 7");
        row("'step_up':true", "/0/step_up: must be an object");
        row("'step_up':{'every_action':'yes'}", "/0/step_up/every_action: must be true or false");
        row("'step_up':{'above':'5'}", "/0/step_up/above: needs spend");
        row("'step_up':{'first_seen':[]}", "/0/step_up/first_seen: must not be empty");
        row("'step_up':{'first_seen':['/a','/a']}", "/0/step_up/first_seen: names the same thing twice");
        row("'step_up':{'first_seen':['a']}", "/0/step_up/first_seen: pointer:");
        row("'step_up':{'sometimes':true}", "/0/step_up/sometimes: not a member of step_up");
        row("'signed_reads':1", "/0/signed_reads: must be true or false");
        row("'signed_reads':'true'", "/0/signed_reads: must be true or false");
        row("'signed_reads':null", "/0/signed_reads: must be true or false");
    }
    void a_member_that_is_wrong_is_refused_at_its_place()
    {
        QFETCH(QByteArray, members);
        QFETCH(QByteArray, said);
        const auto permission = parsedWith("," + members.toStdString());
        QVERIFY(!permission);
        QCOMPARE(permission.error().code, ErrorCode::InvalidAuthorizationDetails);
        QVERIFY2(permission.error().message.starts_with(said.toStdString()), permission.error().message.c_str());
    }

    void a_refusal_is_printable_ascii_whatever_was_sent()
    {
        const std::string hostile = "\\u202e\\n\\u0007\xC3\xA4\xF0\x9F\x98\x80\\\\/~" + std::string(5000, 'x');
        for (const std::string& members :
            {",'" + hostile + "':1", ",'constraints':{'/" + hostile + "':{'wildcard':true}}",
                ",'constraints':{'/a':{'" + hostile + "':1}}", ",'spend':{'" + hostile + "':1}"}) {
            const auto permission = parsedWith(members);
            QVERIFY(!permission);
            const std::string& message = permission.error().message;
            QVERIFY2(
                std::ranges::all_of(message, [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }),
                message.c_str());
            QVERIFY2(message.size() < 300, message.c_str());
        }
    }

    void amounts_and_bounds_are_taken_as_text_and_as_number()
    {
        const auto spend = [](const char* total) {
            return detailWith(std::format(",'spend':{{'amount_at':'/a','currency':'EUR','total':{}}}", total))
                .spend->total;
        };
        QCOMPARE(spend("'500.00'"), spend("500"));
        QCOMPARE(spend("0.1"), Amount::parse("0.10").value());
        QCOMPARE(detailWith(",'constraints':{'/a':{'range':{'min':0.1,'max':'5'}}}").constraints,
            detailWith(",'constraints':{'/a':{'range':{'min':'0.10','max':5.0}}}").constraints);
        QCOMPARE(detailWith(",'uses':2e2").uses, 200);
    }

    void numbers_in_constraints_come_back_from_readers_that_keep_doubles()
    {
        for (const char* number :
            {"0.1", "1e-7", "9007199254740992", "-9007199254740992", "123456.789", "1e15", "0.30000000000000004"}) {
            const auto permission =
                parsedWith(std::format(",'constraints':{{'/a':{{'one_of':[{},'x']}}}}", number)).value();
            const auto reread = json::parse(permissionJson(permission));
            QVERIFY2(reread, number);
            QCOMPARE(*parsePermission(json::serialize(*reread)), permission);
        }
    }

    void agentkeys_names_are_read_as_ours()
    {
        QCOMPARE(Action::parse("payments:create")->name(), std::string("payments.create"));
        QVERIFY(Action::parse("payments:*")->isWildcard());
        QVERIFY(!Action::parse("a:b:c") && !Action::parse(":a") && !Action::parse("a:"));
    }

    void limits_hold_at_below_and_above()
    {
        const auto around = [](std::size_t limit, auto parses) {
            return parses(limit - 1) && parses(limit) && !parses(limit + 1);
        };
        const auto member = [](const char* pattern) {
            return [pattern](std::int64_t number) {
                return parsedWith(std::vformat(pattern, std::make_format_args(number))).has_value();
            };
        };
        QVERIFY(around(kMaxUses, member(",'uses':{}")));
        QVERIFY(around(kMaxRateCount, member(",'rate':{{'count':{},'seconds':1}}")));
        QVERIFY(around(kMaxRateSpan.count(), member(",'rate':{{'count':1,'seconds':{}}}")));
        QVERIFY(around(kMaxChain - 1, member(",'max_depth':{}")));
        QVERIFY(around(kMaxScale, member(",'spend':{{'amount_at':'/a','currency':'EUR','total':'1','scale':{}}}")));
        QVERIFY(around(253402300799, member(",'expires_at':{}")));
        QVERIFY(around(kMaxFirstSeen, [](std::size_t count) {
            return parsedWith(",'step_up':{'first_seen':["
                + repeated(count, [](std::size_t i) { return std::format("'/{}'", i); }) + "]}")
                .has_value();
        }));
        QVERIFY(around(kMaxConstraints, [](std::size_t count) {
            return parsedWith(",'constraints':{"
                + repeated(count, [](std::size_t i) { return std::format("'/{}':{{'wildcard':true}}", i); }) + "}")
                .has_value();
        }));
        // What stands inside counts, and so does what it stands in.
        QVERIFY(around(kMaxConstraints - 1, [](std::size_t count) {
            return parsedWith(",'constraints':{'/a':{'any':["
                + repeated(count, [](std::size_t) { return std::string("{'wildcard':true}"); }) + "]}}")
                .has_value();
        }));
        QVERIFY(around(kMaxConstraintDepth,
            [](std::size_t depth) { return parsedWith(",'constraints':{'/a':" + nested(depth) + "}").has_value(); }));
        for (const char* kind : {"one_of", "not_one_of", "contains", "subset"}) {
            QVERIFY(around(kMaxConstraintValues, [kind](std::size_t count) {
                return parsedWith(std::format(",'constraints':{{'/a':{{'{}':[{}]}}}}", kind, numbers(count)))
                    .has_value();
            }));
        }
        QVERIFY(around(kMaxPatternBytes, [](std::size_t bytes) {
            return parsedWith(",'constraints':{'/a':{'pattern':'" + std::string(bytes, '*') + "'}}").has_value();
        }));
        QVERIFY(around(kMaxValueBytes - 2, [](std::size_t bytes) {
            return parsedWith(",'constraints':{'/a':{'exact':'" + std::string(bytes, 'x') + "'}}").has_value();
        }));
    }

    void hostile_sizes_are_refused()
    {
        const std::string deep = std::string(20, '[') + std::string(20, ']');
        QVERIFY(parsedWith(",'constraints':{'/a':{'exact':" + deep + "}}"));
        QVERIFY(!parsedWith(",'constraints':{'/a':{'exact':" + std::string(40, '[') + std::string(40, ']') + "}}"));
        QVERIFY(!parsedWith(",'constraints':{'/a':" + nested(64) + "}"));
        QVERIFY(!parsedWith(",'constraints':{'/" + std::string(kMaxPointerBytes, 'a') + "':{'wildcard':true}}"));
        QVERIFY(!parsedWith(",'constraints':{'/a':{'range':{'max':1e400}}}"));
        QVERIFY(!parsedWith(",'constraints':{'/a':{'range':{'max':'1e400'}}}"));
        QVERIFY(!parsedWith(",'constraints':{'/a':{'range':{'max':'" + std::string(100'000, '9') + "'}}}"));
        QVERIFY(!parsedWith(",'uses':" + std::string(100'000, '9')));
    }
};

QTEST_GUILESS_MAIN(MembersTest)
#include "tst_members.moc"
