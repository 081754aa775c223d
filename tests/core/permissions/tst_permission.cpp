// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/permissions/permission.h"
#include "core/permissions/permission_json.h"

#include <QTest>

#include <algorithm>
#include <format>

using namespace countersign;
using namespace countersign::permissions;

namespace {

constexpr std::string_view kPlain =
    R"([{"type":"agent_delegation","locations":["https://payments.example/"],"actions":["payments.read","payments.create"],"expires_at":1767328800}])";

/// JSON with ' for ", which moc reads where it stumbles over raw strings.
std::string inQuotes(std::string text)
{
    std::ranges::replace(text, '\'', '"');
    return text;
}

std::string listOf(std::string_view name, int count)
{
    std::string list;
    for (int i = 0; i < count; ++i)
        list += std::format("{}\"{}{}\"", i == 0 ? "" : ",", name, i);
    return "[" + list + "]";
}

std::string detailWith(const std::string& locations, const std::string& actions)
{
    return R"({"type":"agent_delegation","locations":)" + locations + R"(,"actions":)" + actions + "}";
}

} // namespace

class PermissionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_was_parsed_is_written_canonically_and_parses_to_the_same()
    {
        const auto permission = parsePermission(kPlain);
        QVERIFY(permission);
        const std::string text = permissionJson(*permission);
        const std::string expected =
            inQuotes("[{'actions':['payments.create','payments.read'],'expires_at':1767328800,'"
                     "locations':['https://payments.example/'],'type':'agent_delegation'}]");
        QCOMPARE(text, expected);
        QCOMPARE(*parsePermission(text), *permission);
    }

    void a_bad_member_is_refused_by_name_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("named");
        const auto row = [](const char* name, const std::string& text, const char* named) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(named);
        };
        const std::string fields =
            inQuotes("'type':'agent_delegation','locations':['https://a.example/'],'actions':['a.r']");
        row("not JSON", "nonsense", "authorization_details");
        row("an object", "{}", "authorization_details");
        row("empty", "[]", "authorization_details");
        row("a number inside", "[1]", "/0");
        row("no type", inQuotes("[{'locations':['https://a.example/'],'actions':['a.r']}]"), "/0/type");
        row("another type", inQuotes("[{'type':'payment_initiation'}]"), "/0/type");
        row("no locations", inQuotes("[{'type':'agent_delegation','actions':['a.r']}]"), "/0/locations");
        row("empty locations", "[" + detailWith("[]", inQuotes("['a.r']")) + "]", "/0/locations");
        row("a location twice",
            "[" + detailWith(inQuotes("['https://a.example/','https://a.example/']"), inQuotes("['a.r']")) + "]",
            "/0/locations");
        row("a bad location", "[" + detailWith(inQuotes("['https://A.example/']"), inQuotes("['a.r']")) + "]",
            "/0/locations");
        row("no actions", inQuotes("[{'type':'agent_delegation','locations':['https://a.example/']}]"), "/0/actions");
        row("a wildcard inside", "[" + detailWith(inQuotes("['https://a.example/']"), inQuotes("['a.*.r']")) + "]",
            "/0/actions");
        row("one segment", "[" + detailWith(inQuotes("['https://a.example/']"), inQuotes("['read']")) + "]",
            "/0/actions");
        row("upper case", "[" + detailWith(inQuotes("['https://a.example/']"), inQuotes("['A.r']")) + "]",
            "/0/actions");
        row("empty segment", "[" + detailWith(inQuotes("['https://a.example/']"), inQuotes("['a..r']")) + "]",
            "/0/actions");
        row("actions not strings", "[" + detailWith(inQuotes("['https://a.example/']"), "[1]") + "]", "/0/actions");
        row("an empty member", "[{" + fields + inQuotes(",'spend':{}}]"), "/0/spend/amount_at: is missing");
        row("an unknown member", "[{" + fields + inQuotes(",'colour':'red'}]"), "/0/colour: not a member");
        row("an end that is text", "[{" + fields + inQuotes(",'expires_at':'1'}]"), "/0/expires_at");
        row("an end of zero", "[{" + fields + inQuotes(",'expires_at':0}]"), "/0/expires_at");
        row("an end with a fraction", "[{" + fields + inQuotes(",'expires_at':1.5}]"), "/0/expires_at");
        row("a doubled name", "[{" + fields + inQuotes(",'actions':['b.r']}]"), "authorization_details");
        row("the second detail", "[{" + fields + "},{" + fields + inQuotes(",'uses':0}]"), "/1/uses");
    }
    void a_bad_member_is_refused_by_name()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, named);
        const auto permission = parsePermission(text.toStdString());
        QVERIFY(!permission);
        QVERIFY(permission.error().code == ErrorCode::InvalidAuthorizationDetails
            || permission.error().code == ErrorCode::InvalidTarget);
        QVERIFY2(permission.error().message.contains(named.toStdString()), permission.error().message.c_str());
    }

    void the_limits_hold_at_below_and_above()
    {
        const std::string location = inQuotes("['https://a.example/']");
        const auto details = [&](std::size_t count) {
            std::string all;
            for (std::size_t i = 0; i < count; ++i)
                all += (i == 0 ? "" : ",") + detailWith(location, inQuotes("['a.r']"));
            return parsePermission("[" + all + "]").has_value();
        };
        QVERIFY(details(kMaxDetails - 1) && details(kMaxDetails) && !details(kMaxDetails + 1));
        const auto actions = [&](int count) {
            return parsePermission("[" + detailWith(location, listOf("a.r", count)) + "]").has_value();
        };
        QVERIFY(actions(kMaxActions - 1) && actions(kMaxActions) && !actions(kMaxActions + 1));
        const auto locations = [&](int count) {
            return parsePermission("[" + detailWith(listOf("https://a.example/", count), inQuotes("['a.r']")) + "]")
                .has_value();
        };
        QVERIFY(locations(kMaxLocations - 1) && locations(kMaxLocations) && !locations(kMaxLocations + 1));
        QVERIFY(Action::parse("a." + std::string(kMaxActionBytes - 2, 'b')));
        QVERIFY(!Action::parse("a." + std::string(kMaxActionBytes - 1, 'b')));
    }

    void what_is_nested_too_deep_to_be_written_down_is_refused()
    {
        // The array of details, a detail, its constraints, one of them, and its operand are four around the lists.
        const auto nested = [](std::size_t depth) {
            const std::string lists = std::string(depth - 4, '[') + std::string(depth - 4, ']');
            return parsePermission(inQuotes("[{'type':'agent_delegation','locations':['https://a.example/'],'actions':["
                                            "'a.r'],'constraints':{'/x':{'exact':")
                + lists + "}}}]");
        };
        QVERIFY(nested(kMaxDetailsNesting - 1) && nested(kMaxDetailsNesting));
        const auto refused = nested(kMaxDetailsNesting + 1);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::InvalidAuthorizationDetails);
        QVERIFY2(refused.error().message.contains("nested deeper than 24"), refused.error().message.c_str());
    }

    void a_widening_is_named()
    {
        const auto parent = *parsePermission(inQuotes(
            "[{'type':'agent_delegation','locations':['https://a.example/x'],'actions':['a.r'],'expires_at':100}]"));
        const auto why = [&](const char* location, const char* action, std::optional<std::int64_t> end) {
            AgentDelegation detail{{*Location::parse(location)}, {*Action::parse(action)}, {}};
            if (end)
                detail.expiresAt = UnixSeconds{*end};
            const auto narrower = narrows(Permission{{detail}}, parent);
            return narrower ? std::string() : narrower.error().message;
        };
        QCOMPARE(why("https://a.example/x/y", "a.r", 100), std::string());
        QVERIFY(why("https://a.example/", "a.r", 100).contains("/0/locations"));
        QVERIFY(why("https://a.example/x", "a.w", 100).contains("/0/actions"));
        QVERIFY(why("https://a.example/x", "a.r", 101).contains("/0/expires_at"));
        QVERIFY(why("https://a.example/x", "a.r", std::nullopt).contains("/0/expires_at"));
        QVERIFY(!narrows(Permission{}, parent));
    }

    void sentences_say_what_and_where()
    {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        const auto sentence = [](std::string_view text) {
            return toSentences(*parsePermission(text)).join(QLatin1Char('|'));
        };
        QCOMPARE(sentence(kPlain), QStringLiteral("create and read payments at payments.example"));
        const std::string requests = "["
            + detailWith(inQuotes("['https://a.example/v1','http://b.example:81/']"), inQuotes("['http.get']")) + "]";
        QCOMPARE(sentence(requests), QStringLiteral("send GET requests at b.example:81 and a.example/v1"));
        const std::string many = "[" + detailWith(inQuotes("['https://a.example/']"), listOf("files.op", 9)) + "]";
        QCOMPARE(toSentences(*parsePermission(many)).constFirst(),
            QStringLiteral("op0, op1, op2 and 6 more files at a.example"));
    }
};

QTEST_GUILESS_MAIN(PermissionTest)
#include "tst_permission.moc"
