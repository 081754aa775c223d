// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the person leaves of a request, limit by limit; and over many random requests and edits: it never becomes more.
#include "tests/core/consent/screen_samples.h"

#include <QTest>

#include <format>
#include <random>

using namespace countersign;
using namespace countersign::consent;
using namespace countersign::consent::samples;
using permissions::AgentDelegation;
using permissions::Permission;

namespace {

Amount euros(const char* text)
{
    return Amount::parse(text).value();
}

/// Random requests within what can be parsed, and random edits, also of the kind that must be refused.
class Generator {
public:
    explicit Generator(unsigned seed) : m_random(seed) { }

    ScreenFacts facts()
    {
        std::string details = "[";
        const int count = number(1, 3);
        for (int i = 0; i < count; ++i)
            details += (i > 0 ? "," : "") + oneDetail();
        ScreenFacts facts = factsFor(details + "]");
        facts.purpose = maybe() ? Purpose::Grant : maybe() ? Purpose::Amendment : Purpose::Replacement;
        if (facts.purpose == Purpose::Replacement)
            facts.before = factsFor("[" + oneDetail() + "]").asked;
        return facts;
    }

    Edit edit(const ScreenFacts& facts)
    {
        Edit edit = initialEdit(facts);
        for (DetailEdit& detail : edit.details) {
            for (std::size_t i = 0; i < detail.keptActions.size(); ++i)
                detail.keptActions[i] = number(0, 3) > 0;
            for (std::vector<bool>& kept : detail.keptValues) {
                for (std::size_t i = 0; i < kept.size(); ++i)
                    kept[i] = number(0, 3) > 0;
            }
            for (auto* limit : {&detail.perAction, &detail.perDay, &detail.total}) {
                if (number(0, 2) == 0)
                    *limit = Amount::ofMillionths(number(0, 700) * 1'000'000LL);
            }
            if (number(0, 2) == 0)
                detail.uses = number(0, 300);
            detail.maxDepth = number(-1, 4);
            detail.signedReads = maybe() ? permissions::SignedReads::Yes : permissions::SignedReads::No;
        }
        edit.duration = static_cast<Duration>(number(0, 4));
        if (maybe())
            edit.untilDate = UnixSeconds{kNow + number(-100, 400) * 1000LL};
        return edit;
    }

private:
    int number(int from, int to) { return std::uniform_int_distribution<int>(from, to)(m_random); }
    bool maybe() { return number(0, 1) == 0; }

    std::string oneDetail()
    {
        std::string more;
        if (maybe())
            more +=
                ",\"constraints\":{\"/to\":{\"one_of\":[\"acme\",\"globex\",7]},\"/tags\":{\"subset\":[\"a\",\"b\"]}}";
        if (maybe())
            more += std::format(",\"spend\":{{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"total\":\"{}\"{}{}}}",
                number(1, 900), maybe() ? std::format(",\"per_action\":\"{}\"", number(1, 600)) : "",
                maybe() ? std::format(",\"per_day\":\"{}\",\"zone\":\"Europe/Berlin\"", number(1, 600)) : "");
        if (maybe())
            more += std::format(",\"uses\":{}", number(1, 250));
        if (maybe())
            more += ",\"rate\":{\"count\":20,\"seconds\":60}";
        if (maybe())
            more += std::format(",\"max_depth\":{}", number(0, 3));
        if (maybe())
            more += std::format(",\"not_before\":{}", kNow + number(-5, 5) * 1000);
        if (maybe())
            more += until(kNow + number(6, 400) * 1000);
        if (maybe())
            more += ",\"signed_reads\":true";
        const std::string list = detail(maybe() ? kBoth : "\"payments.*\",\"ledger.read\"", more);
        return list.substr(1, list.size() - 2);
    }

    std::mt19937 m_random;
};

} // namespace

class EditTest : public QObject {
    Q_OBJECT

    static void refuses(const ScreenFacts& facts, const Edit& edit, const char* says)
    {
        const auto granted = grantOf(facts, edit);
        QVERIFY(!granted);
        QCOMPARE(granted.error().code, ErrorCode::InvalidInput);
        QVERIFY2(QString::fromStdString(granted.error().message).contains(QLatin1String(says)),
            granted.error().message.c_str());
    }

private Q_SLOTS:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void at_first_everything_is_as_it_was_asked()
    {
        const ScreenFacts facts = factsFor(payer());
        Edit edit = initialEdit(facts);
        edit.duration = Duration::AsAsked;
        QCOMPARE(*grantOf(facts, edit), facts.asked);
    }

    void limits_go_down_and_never_up()
    {
        const ScreenFacts facts = factsFor(payer());
        Edit edit = initialEdit(facts);
        DetailEdit& left = edit.details[0];
        left.perAction = euros("499.99");
        left.perDay = euros("1000.00"); // none was asked
        left.total = euros("20000.00");
        left.uses = 1;
        left.maxDepth = 0;
        const AgentDelegation granted = grantOf(facts, edit)->details.front();
        QCOMPARE(granted.spend->perAction->text(), "499.99");
        QCOMPARE(granted.spend->perDay->text(), "1000.00");
        QCOMPARE(granted.spend->total->text(), "20000.00");
        QCOMPARE(*granted.uses, 1);
        QCOMPARE(granted.maxDepth, 0);
        QCOMPARE(granted.rate, facts.asked.details.front().rate);
        left.perAction = euros("500.000001");
        refuses(facts, edit, "Each: that is more than was asked");
        left.perAction = Amount();
        refuses(facts, edit, "a limit of nothing");
        left.perAction.reset();
        left.uses = 201;
        refuses(facts, edit, "Uses: that is more");
        left.uses = 0;
        refuses(facts, edit, "a limit of nothing");
        left.uses = 200;
        left.maxDepth = 3;
        refuses(facts, edit, "further than was asked");
        left.maxDepth = -1;
        refuses(facts, edit, "further than was asked");
    }

    void a_limit_of_money_needs_money_to_have_been_asked()
    {
        const ScreenFacts facts = factsFor(detail(kBoth));
        Edit edit = initialEdit(facts);
        edit.details[0].total = euros("5.00");
        refuses(facts, edit, "does not fit");
    }

    void values_can_be_left_out_until_one_is_left()
    {
        const ScreenFacts facts = factsFor(payer());
        Edit edit = initialEdit(facts);
        QCOMPARE(edit.details[0].keptValues.size(), 2U);
        edit.details[0].keptValues[0] = {true, false};
        edit.details[0].keptValues[1] = {false, true};
        const std::vector<permissions::ArgumentConstraint> constraints =
            grantOf(facts, edit)->details.front().constraints;
        QCOMPARE(std::get<permissions::OneOf>(constraints[0].constraint.form).values.size(), 1U);
        QCOMPARE(*std::get<permissions::Subset>(constraints[1].constraint.form).values.front().text(), "b");
        edit.details[0].keptValues[0] = {false, false};
        refuses(facts, edit, "at least one value for /recipient");
        edit.details[0].keptValues[0] = {true};
        refuses(facts, edit, "does not fit");
        edit.details[0].keptValues.pop_back();
        refuses(facts, edit, "does not fit");
    }

    void a_span_of_time_begins_where_it_may_be_used_first()
    {
        const std::int64_t start = kNow + 10 * 3600;
        const ScreenFacts facts =
            factsFor(detail(kBoth, ",\"not_before\":" + std::to_string(start) + until(kNow + 20 * 3600)));
        Edit edit = initialEdit(facts);
        QCOMPARE(grantOf(facts, edit)->end()->value, start + 3600);
        edit.duration = Duration::UntilDate;
        edit.untilDate = UnixSeconds{start};
        refuses(facts, edit, "from a later time on");
        edit.untilDate = UnixSeconds{start + 1};
        QVERIFY(grantOf(facts, edit));
    }

    void an_amendment_keeps_its_time_and_has_to_take_something_back()
    {
        ScreenFacts facts = factsFor(payer());
        facts.purpose = Purpose::Amendment;
        Edit edit = initialEdit(facts);
        refuses(facts, edit, "Nothing is taken back yet");
        edit.details[0].keptActions[0] = false;
        QCOMPARE(grantOf(facts, edit)->end(), facts.asked.end());
        edit.details[0].keptActions[1] = false;
        refuses(facts, edit, "Revoke the grant instead");
    }

    void a_replacement_is_not_proposed_for_less_time_than_there_is()
    {
        ScreenFacts facts = factsFor(payer()); // eight hours
        facts.purpose = Purpose::Replacement;
        const auto proposed = [&](std::int64_t before) {
            facts.before = factsFor(detail(kBoth, until(kNow + before))).asked;
            return grantOf(facts, initialEdit(facts))->end()->value - kNow;
        };
        QCOMPARE(proposed(600), 3600);
        QCOMPARE(proposed(7200), 7200);
        QCOMPARE(proposed(9 * 3600), 8 * 3600);
    }

    void an_action_has_nothing_to_edit()
    {
        ScreenFacts facts = factsFor(payer());
        facts.purpose = Purpose::Action;
        facts.asked = {};
        refuses(facts, initialEdit(facts), "no action");
        facts.action = permissions::ActionRequest{permissions::Action::parse("payments.create").value(),
            permissions::Location::parse("https://payments.example/").value()};
        QVERIFY(initialEdit(facts).details.empty());
        QVERIFY(offeredDurations(facts).empty());
        QCOMPARE(*grantOf(facts, initialEdit(facts)), Permission());
    }

    void whatever_is_edited_never_becomes_more_than_was_asked()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        Generator generator(seed);
        int granted = 0;
        for (int round = 0; round < 4000; ++round) {
            const ScreenFacts facts = generator.facts();
            for (const Edit& edit : {initialEdit(facts), generator.edit(facts), generator.edit(facts)}) {
                const auto left = grantOf(facts, edit);
                if (!left)
                    continue;
                ++granted;
                const std::string json = permissions::permissionJson(*left);
                const auto narrower = permissions::narrows(*left, facts.asked);
                QVERIFY2(narrower,
                    (json + '\n' + permissions::permissionJson(facts.asked) + '\n'
                        + (narrower ? "" : narrower.error().message))
                        .c_str());
                const auto read = permissions::parsePermission(json);
                QVERIFY2(read && *read == *left, json.c_str());
                QVERIFY(left->end() && *left->end() > facts.at);
                QVERIFY(*left->end() <= facts.at + permissions::kMaxGrantLife);
            }
        }
        QVERIFY2(granted > 1000, "too few edits were granted to mean anything");
    }
};

QTEST_GUILESS_MAIN(EditTest)
#include "tst_edit.moc"
