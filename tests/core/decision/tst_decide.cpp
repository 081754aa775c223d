// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/decision/decision.h"

#include "tests/core/decision/chain_of_grants.h"

#include <QTest>

#include <limits>

using namespace countersign;
using namespace countersign::decision;
using grants::EndReason;
using grants::GrantState;
using grants::Used;
using permissions::Reason;
using test::ChainOfGrants;
using test::kDecideNow;
using test::payment;
using Outcome = Verdict::Outcome;

namespace {

constexpr const char* kArguments = "{\"amount\":\"40.00\",\"currency\":\"EUR\",\"recipient\":\"acme\"}";
const std::string kNamed = "\"constraints\":{\"/recipient\":{\"wildcard\":true}}";

std::string spend(const std::string& limits, const std::string& more = {})
{
    return kNamed + ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"currency_at\":\"/currency\"," + limits
        + '}' + more;
}

Amount amount(std::string_view text)
{
    return *Amount::parse(text);
}

struct Case {
    std::string members; ///< of the hop that decides
    Used used;
    Outcome outcome;
    Reason reason;
    std::string member;
    std::string arguments = kArguments;
};

Used usedUp(std::int64_t uses, const char* total = "0", const char* onDay = "0", int inSpan = 0)
{
    return {uses, amount(total), amount(onDay), inSpan, {}};
}

} // namespace

Q_DECLARE_METATYPE(Case)

class TestDecide : public QObject {
    Q_OBJECT

    static void compare(const Verdict& verdict, const Case& expected, const std::string& at)
    {
        QCOMPARE(verdict.outcome, expected.outcome);
        QCOMPARE(verdict.reason, expected.reason);
        QCOMPARE(verdict.at.value, expected.outcome == Outcome::Permit ? std::string() : at);
        QCOMPARE(verdict.member, expected.member);
        QCOMPARE(verdict.sentence.empty(), expected.outcome == Outcome::Permit);
        QCOMPARE(verdict.debits.empty(), expected.outcome != Outcome::Permit);
        QCOMPARE(verdict.detail, 0);
    }

private Q_SLOTS:
    void a_table_of_cases_data()
    {
        QTest::addColumn<Case>("expected");
        const auto row = [](const char* name, const Case& expected) { QTest::newRow(name) << expected; };
        const auto permit = [&](const char* name, const std::string& members, const Used& used,
                                const char* arguments = kArguments) {
            row(name, {members, used, Outcome::Permit, Reason::None, "", arguments});
        };
        const auto deny = [&](const char* name, const std::string& members, const Used& used, Reason reason,
                              const char* member, const char* arguments = kArguments) {
            row(name, {members, used, Outcome::Deny, reason, member, arguments});
        };
        const auto ask = [&](const char* name, const std::string& members, const Used& used, const char* member) {
            row(name, {members, used, Outcome::Ask, Reason::StepUp, member});
        };
        permit("nothing is limited", "", {});
        deny("before its time", "\"not_before\":1767268801", {}, Reason::NotYet, "not_before");
        permit("at its time", "\"not_before\":1767268800", {});
        deny("at another time of day", "\"daily_window\":{\"from\":\"12:01\",\"to\":\"06:00\",\"zone\":\"UTC\"}", {},
            Reason::OutsideWindow, "daily_window");
        permit("at this time of day", "\"daily_window\":{\"from\":\"12:00\",\"to\":\"12:01\",\"zone\":\"UTC\"}", {});
        deny("not one of its values",
            "\"constraints\":{\"/recipient\":{\"one_of\":[\"globex\"]},\"/amount\":{\"wildcard\":true},\"/"
            "currency\":{\"wildcard\":true}}",
            {}, Reason::Constraint, "/recipient");
        deny("an argument that nobody named", kNamed, {}, Reason::UnnamedArgument, "/amount");
        deny("no amount", spend("\"per_action\":\"50.00\""), {}, Reason::AmountUnreadable, "/amount",
            "{\"amount\":\"many\",\"currency\":\"EUR\",\"recipient\":\"acme\"}");
        deny("an amount that is too fine", spend("\"per_action\":\"50.00\""), {}, Reason::AmountUnreadable, "/amount",
            "{\"amount\":\"0.0000001\",\"currency\":\"EUR\",\"recipient\":\"acme\"}");
        deny("another currency", spend("\"per_action\":\"50.00\""), {}, Reason::Currency, "/currency",
            "{\"amount\":\"40.00\",\"currency\":\"USD\",\"recipient\":\"acme\"}");
        deny("too much at once", spend("\"per_action\":\"39.99\""), {}, Reason::PerAction, "spend/per_action");
        permit("as much as at once", spend("\"per_action\":\"40.00\""), {});

        permit("the last use", "\"uses\":3", usedUp(2));
        deny("no use left", "\"uses\":3", usedUp(3), Reason::Uses, "uses");
        deny("more used than there are", "\"uses\":3", usedUp(9), Reason::Uses, "uses");
        permit("the last of the span", "\"rate\":{\"count\":3,\"seconds\":60}", usedUp(2, "0", "0", 2));
        deny("the span is full", "\"rate\":{\"count\":3,\"seconds\":60}", usedUp(3, "0", "0", 3), Reason::Rate, "rate");
        const std::string perDay = spend("\"per_day\":\"100.00\",\"zone\":\"Europe/Berlin\"");
        permit("the last cent of the day", perDay, usedUp(1, "900.00", "60.00"));
        deny("a cent over the day", perDay, usedUp(1, "60.01", "60.01"), Reason::PerDay, "spend/per_day");
        permit("nothing on a day that is full", perDay, usedUp(1, "100.00", "100.00"),
            "{\"amount\":0,\"currency\":\"EUR\",\"recipient\":\"acme\"}");
        const std::string total = spend("\"total\":\"100.00\"");
        permit("the last cent in all", total, usedUp(1, "60.00", "60.00"));
        deny("a cent over in all", total, usedUp(1, "60.01"), Reason::Total, "spend/total");
        const Used most{1, Amount::ofMillionths(std::numeric_limits<std::int64_t>::max()),
            Amount::ofMillionths(std::numeric_limits<std::int64_t>::max()), 0, {}};
        deny("what can't be added up in all", total, most, Reason::Total, "spend/total");
        deny("what can't be added up on a day", perDay, most, Reason::PerDay, "spend/per_day");

        ask("each action is asked for", "\"step_up\":{\"every_action\":true}", {}, "step_up/every_action");
        ask("more than is done without asking", spend("\"total\":\"100.00\"", ",\"step_up\":{\"above\":\"39.99\"}"), {},
            "step_up/above");
        permit("as much as is done without asking", spend("\"total\":\"100.00\"", ",\"step_up\":{\"above\":\"40.00\"}"),
            {});
        const std::string seen = kNamed.substr(0, kNamed.size() - 1)
            + ",\"/amount\":{\"wildcard\":true},\"/currency\":{\"wildcard\":true}},\"step_up\":{\"first_seen\":[\"/"
              "currency\",\"/recipient\"]}";
        ask("a value that it has not acted with", seen, {0, {}, {}, 0, {true, false}}, "/recipient");
        ask("two that it has not acted with", seen, {0, {}, {}, 0, {false, false}}, "/currency");
        ask("values that nobody looked up", seen, {}, "/currency");
        permit("values that it has acted with", seen, {0, {}, {}, 0, {true, true}});
        deny("no use left, and it would be asked for", "\"uses\":3,\"step_up\":{\"every_action\":true}", usedUp(3),
            Reason::Uses, "uses");
    }
    void a_table_of_cases()
    {
        QFETCH(Case, expected);
        for (std::size_t length = 1; length <= permissions::kMaxChain; ++length) {
            for (std::size_t hop = 0; hop < length; ++hop) { // the others limit nothing
                std::vector<std::vector<std::string>> members(length, {""});
                members[hop] = {expected.members};
                ChainOfGrants chain(members);
                chain.used[hop] = {expected.used};
                compare(chain.decide(payment(expected.arguments)), expected, chain.grants[hop].id.value);
                if (QTest::currentTestFailed())
                    return;
            }
        }
    }

    void another_place_or_action_is_refused_at_the_hop_that_does_not_have_it()
    {
        for (std::size_t hop = 0; hop < 3; ++hop) {
            std::vector<std::vector<std::string>> members(3, {""});
            members[hop] = {"\"actions\":[\"payments.read\"]"};
            const ChainOfGrants chain(members);
            const Verdict action = chain.decide(payment(kArguments));
            QCOMPARE(action.reason, Reason::Action);
            QCOMPARE(action.at, chain.grants[hop].id);
            const Verdict place = chain.decide(payment(kArguments, "payments.read", "https://other.example/"));
            QCOMPARE(place.reason, Reason::Location);
            QCOMPARE(place.at, chain.grants[2].id);
        }
    }

    void nothing_is_permitted_under_a_grant_that_is_not_live_data()
    {
        QTest::addColumn<int>("state");
        for (const GrantState state : {GrantState::Held, GrantState::Expired, GrantState::Revoked})
            QTest::newRow(grants::grantStateName(state).data()) << static_cast<int>(state);
    }
    void nothing_is_permitted_under_a_grant_that_is_not_live()
    {
        QFETCH(int, state);
        for (std::size_t hop = 0; hop < 3; ++hop) {
            ChainOfGrants chain({{"\"uses\":1"}, {""}, {""}});
            chain.used[0] = {usedUp(1)};
            for (std::size_t below = hop; below < 3; ++below)
                chain.grants[below].state = static_cast<GrantState>(state);
            const Verdict verdict = chain.decide(payment(kArguments), Approval::Given);
            QCOMPARE(verdict.outcome, Outcome::Deny);
            QCOMPARE(verdict.reason, Reason::NotLive);
            QCOMPARE(verdict.at, chain.grants[hop].id);
            QCOMPARE(verdict.detail, -1);
            QVERIFY(verdict.debits.empty());
        }
    }

    void a_grant_ends_with_its_second()
    {
        for (std::size_t hop = 0; hop < 3; ++hop) {
            ChainOfGrants chain({{""}, {""}, {""}});
            chain.grants[hop].expiresAt = kDecideNow + std::chrono::seconds(1);
            const auto at = [&](int ms) {
                return chain.decide(
                    payment(kArguments), Approval::None, std::chrono::milliseconds(kDecideNow.value * 1000 + ms));
            };
            QCOMPARE(at(999).outcome, Outcome::Permit);
            QCOMPARE(at(1000).reason, Reason::Expired);
            QCOMPARE(at(1000).at, chain.grants[hop].id);
        }
    }

    void a_detail_that_nothing_above_permits_any_more_is_refused_data()
    {
        QTest::addColumn<QList<int>>("pairing");
        QTest::newRow("-1") << QList<int>{-1};
        QTest::newRow("none") << QList<int>{};
        QTest::newRow("one that is not there") << QList<int>{1};
    }
    void a_detail_that_nothing_above_permits_any_more_is_refused()
    {
        QFETCH(QList<int>, pairing);
        for (std::size_t hop = 1; hop < 3; ++hop) {
            ChainOfGrants chain({{""}, {""}, {""}});
            chain.grants[hop].pairing.assign(pairing.cbegin(), pairing.cend());
            const Verdict verdict = chain.decide(payment(kArguments), Approval::Given);
            QCOMPARE(verdict.outcome, Outcome::Deny);
            QCOMPARE(verdict.reason, Reason::AncestorNarrowed);
            QCOMPARE(verdict.at, chain.grants[hop - 1].id);
        }
    }

    void what_nobody_counted_is_refused()
    {
        ChainOfGrants chain({{"\"uses\":1"}, {""}});
        chain.used[0].clear();
        QCOMPARE(chain.decide(payment(kArguments)).outcome, Outcome::Deny);
    }

    void an_empty_chain_permits_nothing()
    {
        const Verdict verdict = decide(payment(kArguments), {}, std::chrono::milliseconds(0), Approval::Given);
        QCOMPARE(verdict.outcome, Outcome::Deny);
        QCOMPARE(verdict.reason, Reason::NotLive);
    }

    void every_hop_is_debited_once_and_along_the_pairing()
    {
        const std::string money = spend("\"per_day\":\"100.00\",\"zone\":\"Europe/Berlin\"");
        ChainOfGrants chain({{"\"actions\":[\"payments.read\"]", money}, {money, "\"actions\":[\"payments.read\"]"},
            {"\"uses\":5," + money}});
        chain.grants[1].pairing = {1, 0};
        chain.grants[2].pairing = {0};
        const auto night = std::chrono::milliseconds(1'767'268'800'123); // 2026-01-01 12:00:00.123 UTC
        const Verdict verdict = chain.decide(payment(kArguments), Approval::None, night);
        QCOMPARE(verdict.outcome, Outcome::Permit);
        QCOMPARE(verdict.detail, 0);
        QCOMPARE(verdict.amount, std::optional(amount("40.00")));
        QCOMPARE(verdict.currency->code(), std::string("EUR"));
        QCOMPARE(verdict.debits.size(), 3U);
        const int details[]{1, 0, 0};
        for (std::size_t hop = 0; hop < 3; ++hop) {
            QCOMPARE(verdict.debits[hop].grant, chain.grants[hop].id);
            QCOMPARE(verdict.debits[hop].detail, details[hop]);
            QCOMPARE(verdict.debits[hop].use, (grants::Use{amount("40.00"), 20454, night, {}}));
        }
    }

    void the_day_of_a_debit_is_that_of_the_zone()
    {
        const auto late = std::chrono::milliseconds(1'767'308'399'999); // 2026-01-01 22:59:59.999 UTC
        for (const auto& [zone, after] : {std::pair("Europe/Berlin", 20455), std::pair("UTC", 20454)}) {
            ChainOfGrants chain({{spend("\"per_day\":\"100.00\",\"zone\":\"" + std::string(zone) + '"')}});
            chain.grants[0].expiresAt = chain.grants[0].expiresAt + std::chrono::hours(24);
            *chain.grants[0].permission.details[0].expiresAt = chain.grants[0].expiresAt;
            QCOMPARE(chain.decide(payment(kArguments), Approval::None, late).debits.at(0).use.day, 20454);
            QCOMPARE(chain.decide(payment(kArguments), Approval::None, late + std::chrono::milliseconds(1))
                         .debits.at(0)
                         .use.day,
                after);
        }
    }

    void a_debit_remembers_the_values_that_were_asked_about_for_the_first_time()
    {
        const std::string seen = "\"step_up\":{\"first_seen\":[\"/recipient\"]}";
        const ChainOfGrants chain({{seen}, {""}, {seen}});
        const Verdict verdict = chain.decide(payment(kArguments), Approval::Given);
        QCOMPARE(verdict.outcome, Outcome::Permit);
        const auto keys = grants::seenKeys(chain.grants[0].permission.details[0].stepUp, payment(kArguments));
        QVERIFY(!keys.at(0).empty());
        QCOMPARE(verdict.debits[0].use.values, keys);
        QVERIFY(verdict.debits[1].use.values.empty());
        QCOMPARE(verdict.debits[2].use.values, keys);
    }

    void an_approval_answers_what_is_asked_and_nothing_else()
    {
        const std::string stepUp = "\"uses\":1,\"step_up\":{\"every_action\":true}";
        for (std::size_t hop = 0; hop < 3; ++hop) {
            std::vector<std::vector<std::string>> members(3, {""});
            members[hop] = {stepUp};
            ChainOfGrants chain(members);
            QCOMPARE(chain.decide(payment(kArguments)).outcome, Outcome::Ask);
            const Verdict approved = chain.decide(payment(kArguments), Approval::Given);
            QCOMPARE(approved.outcome, Outcome::Permit);
            QCOMPARE(approved.debits.size(), 3U);
            chain.used[hop] = {usedUp(1)};
            QCOMPARE(chain.decide(payment(kArguments), Approval::Given).reason, Reason::Uses);
        }
    }

    void a_refusal_above_comes_before_a_question_below()
    {
        ChainOfGrants chain({{"\"uses\":1"}, {"\"step_up\":{\"every_action\":true}"}});
        chain.used[0] = {usedUp(1)};
        const Verdict verdict = chain.decide(payment(kArguments));
        QCOMPARE(verdict.outcome, Outcome::Deny);
        QCOMPARE(verdict.reason, Reason::Uses);
        QCOMPARE(verdict.at, chain.grants[0].id);
    }

    void where_two_hops_ask_the_agents_own_comes_first()
    {
        const std::string stepUp = "\"step_up\":{\"every_action\":true}";
        const ChainOfGrants chain({{stepUp}, {stepUp}});
        QCOMPARE(chain.decide(payment(kArguments)).at, chain.grants[1].id);
    }

    void the_first_detail_that_permits_decides()
    {
        ChainOfGrants chain({{"\"uses\":1", "\"step_up\":{\"every_action\":true}", "\"uses\":2", "\"uses\":3"}});
        chain.used[0][0] = usedUp(1);
        const Verdict verdict = chain.decide(payment(kArguments));
        QCOMPARE(verdict.outcome, Outcome::Permit);
        QCOMPARE(verdict.detail, 2);
        QCOMPARE(verdict.debits.at(0).detail, 2);
    }

    void if_none_permits_the_first_that_asks_does()
    {
        ChainOfGrants chain(
            {{"\"uses\":1", "\"step_up\":{\"every_action\":true}", "\"uses\":2,\"step_up\":{\"every_action\":true}"}});
        chain.used[0][0] = usedUp(1);
        const Verdict verdict = chain.decide(payment(kArguments));
        QCOMPARE(verdict.outcome, Outcome::Ask);
        QCOMPARE(verdict.detail, 1);
        QVERIFY(verdict.debits.empty());
    }

    void a_refusal_is_about_a_detail_that_fits_if_there_is_one()
    {
        ChainOfGrants chain({{"\"actions\":[\"payments.read\"]", "\"uses\":1", "\"uses\":2"}});
        chain.used[0] = {Used(), usedUp(2), usedUp(2)};
        const Verdict verdict = chain.decide(payment(kArguments));
        QCOMPARE(verdict.reason, Reason::Uses);
        QCOMPARE(verdict.detail, 1);
        const Verdict none = chain.decide(payment(kArguments, "ledger.read"));
        QCOMPARE(none.reason, Reason::Action);
        QCOMPARE(none.detail, 0);
    }

    void money_is_told_from_the_nearest_hop_that_counts_it()
    {
        const ChainOfGrants chain({{spend("\"total\":\"100.00\"")}, {""}});
        const Verdict verdict = chain.decide(payment(kArguments));
        QCOMPARE(verdict.amount, std::optional(amount("40.00")));
        QCOMPARE(verdict.currency->code(), std::string("EUR"));
        QCOMPARE(verdict.debits[1].use.amount, Amount());
        QVERIFY(!ChainOfGrants({{""}}).decide(payment(kArguments)).amount);
    }
};

QTEST_GUILESS_MAIN(TestDecide)
#include "tst_decide.moc"
