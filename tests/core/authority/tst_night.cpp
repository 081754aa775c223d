// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The night of the story: one evening's consent, an agent and a sub-agent two hops down, 200 payments over two
// services, across midnight and across a restart. The limits hold to the cent, at every hop.

#include "core/authority/use_cases.h"
#include "tests/support/actions.h"

#include <QTest>

#include <format>
#include <map>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using authority::Meter;
using permissions::Reason;

namespace {

constexpr auto kBankUrl = "https://bank.example/";
constexpr auto kPspUrl = "https://psp.example/";
constexpr UnixSeconds kMidnight{1767308400}; ///< 2026-01-02T00:00:00+01:00 in Berlin

/// Payments at one service; the sums are in euros.
std::string detailAt(const char* url, const char* perAction, const char* perDay, const char* total, int uses, int depth)
{
    return std::format("{{\"type\":\"agent_delegation\",\"locations\":[\"{}\"],\"actions\":[\"payments.create\"],"
                       "\"constraints\":{{\"/recipient\":{{\"one_of\":[\"acme\",\"globex\",\"initech\"]}}}},"
                       "\"spend\":{{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"{}\","
                       "\"per_day\":\"{}\",\"zone\":\"Europe/Berlin\",\"total\":\"{}\"}},\"uses\":{},"
                       "\"expires_at\":{},\"max_depth\":{}}}",
        url, perAction, perDay, total, uses, (kMidnight + 6h).value, depth);
}

permissions::Permission both(const std::string& bank, const std::string& psp)
{
    return permissionOf("[" + bank + "," + psp + "]");
}

/// An amount in cents as the API wants it.
permissions::ActionRequest pay(const char* url, std::int64_t cents, const char* recipient = "acme")
{
    return action("payments.create",
        std::format("{{\"amount\":\"{}.{:02}\",\"recipient\":\"{}\"}}", cents / 100, cents % 100, recipient), url);
}

/// Keeps the books by itself, in cents, to compare with.
struct Books {
    std::int64_t perAction = 0, perDay = 0, total = 0, uses = 0;
    std::int64_t spent = 0, today = 0, made = 0;

    [[nodiscard]] Reason whyNot(std::int64_t cents) const
    {
        if (cents > perAction)
            return Reason::PerAction;
        if (made >= uses)
            return Reason::Uses;
        if (today + cents > perDay)
            return Reason::PerDay;
        return spent + cents > total ? Reason::Total : Reason::None;
    }
    void take(std::int64_t cents)
    {
        spent += cents;
        today += cents;
        ++made;
    }
};

std::int64_t centsOf(const Meter& meter)
{
    return meter.used / 10'000;
}

class Night {
public:
    Night()
    {
        m_fixture.clock().advance(std::chrono::seconds(kMidnight - kTestStart) - 3h); // nine in the evening
        m_bank = addService(m_fixture, kBankUrl);
        m_psp = addService(m_fixture, kPspUrl);
        m_root = grantTo(m_fixture, m_operator,
            both(detailAt(kBankUrl, "500.00", "9000.00", "14000.00", 150, 2),
                detailAt(kPspUrl, "200.00", "4000.00", "7000.00", 120, 2)));
        m_middle = handOn(m_root, m_operator, m_reconciler,
            both(detailAt(kBankUrl, "500.00", "8000.00", "13000.00", 120, 1),
                detailAt(kPspUrl, "200.00", "3500.00", "6000.00", 110, 1)));
        m_last = handOn(m_middle, m_reconciler, m_payer,
            both(detailAt(kBankUrl, "499.00", "8000.00", "12000.00", 110, 0),
                detailAt(kPspUrl, "150.00", "3500.00", "5000.00", 100, 0)));
        m_books = {{kBankUrl, {49900, 800000, 1200000, 110}}, {kPspUrl, {15000, 350000, 500000, 100}}};
    }

    AuthorityFixture& fixture() { return m_fixture; }

    /// The last agent pays; whether it was permitted as the books say.
    [[nodiscard]] bool pays(const char* url, std::int64_t cents)
    {
        Books& books = m_books.at(url);
        const Reason expected = books.whyNot(cents);
        const ServiceId& service = url == kBankUrl ? m_bank : m_psp;
        const auto answer = perform(m_fixture, service, m_last.accessToken, m_payer, pay(url, cents));
        if (!answer) {
            qWarning("%s", answer.error().message.c_str());
            return false;
        }
        if (isPermitted(answer))
            books.take(cents);
        ++(isPermitted(answer) ? m_permitted : m_denied);
        if (answer->verdict.reason != expected)
            qWarning("%lld cents: %s", static_cast<long long>(cents), answer->verdict.sentence.c_str());
        return answer->verdict.reason == expected;
    }

    /// Every hop says that the same was spent; bank first, then the other: uses, per day, total.
    [[nodiscard]] bool metersAgree()
    {
        for (const GrantId& id : {m_root.grant, m_middle.grant, m_last.grant}) {
            const auto meters = rowOf(m_fixture, id).meters;
            std::size_t at = 0;
            for (const char* url : {kBankUrl, kPspUrl}) {
                const Books& books = m_books.at(url);
                if (meters.at(at).used != books.made || centsOf(meters.at(at + 1)) != books.today
                    || centsOf(meters.at(at + 2)) != books.spent)
                    return false;
                at += 3;
            }
        }
        return true;
    }

    void passes(std::chrono::seconds time)
    {
        m_fixture.clock().advance(time);
        m_last = must(m_fixture.refresh(m_payer, m_last.refreshToken), "refresh");
    }
    void midnight()
    {
        passes(kMidnight - m_fixture.clock().now());
        for (auto& [url, books] : m_books)
            books.today = 0;
    }
    void restart()
    {
        m_fixture.stop();
        must(m_fixture.start(AuthorityFixture::PersonKey::Sealed), "restart"); // the person sleeps
    }

    [[nodiscard]] Books& books(const char* url) { return m_books.at(url); }
    [[nodiscard]] int permitted() const { return m_permitted; }
    [[nodiscard]] int denied() const { return m_denied; }
    [[nodiscard]] const GrantId& root() const { return m_root.grant; }
    [[nodiscard]] const GrantId& last() const { return m_last.grant; }

private:
    authority::TokenSet handOn(const authority::TokenSet& from, const TestAgent& parent, const TestAgent& child,
        const permissions::Permission& permission)
    {
        const std::string link = m_fixture.delegate(from.accessToken, parent.key, child, permission,
            [](grants::Link& made) { made.expiresAt = kMidnight + 6h; });
        return must(m_fixture.exchange(child, from.accessToken, {link}), "exchange");
    }

    AuthorityFixture m_fixture;
    TestAgent m_operator = m_fixture.registerAgent("operator");
    TestAgent m_reconciler = m_fixture.registerAgent("reconciler");
    TestAgent m_payer = m_fixture.registerAgent("payer");
    ServiceId m_bank, m_psp;
    authority::TokenSet m_root, m_middle, m_last;
    std::map<std::string_view, Books> m_books;
    int m_permitted = 0;
    int m_denied = 0;
};

} // namespace

class TestNight : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void two_hundred_payments_hold_every_limit_to_the_cent()
    {
        Night night;
        // The evening: until the day's money at the bank is spent to the last cent.
        for (int i = 0; i < 40; ++i) {
            QVERIFY(night.pays(kBankUrl, 19999 - i));
            QVERIFY(night.pays(kPspUrl, 7001 + i));
        }
        QVERIFY(night.pays(kBankUrl, 49901)); // over what the payer may spend at once, within what the operator may
        const std::int64_t rest = night.books(kBankUrl).perDay - night.books(kBankUrl).today;
        QVERIFY(rest > 0 && rest < night.books(kBankUrl).perAction);
        QVERIFY(night.pays(kBankUrl, rest + 1));
        QVERIFY(night.pays(kBankUrl, rest));
        QVERIFY(night.pays(kBankUrl, 1));
        QCOMPARE(night.denied(), 3);
        QVERIFY(night.metersAgree());

        // One second before midnight in Berlin, eleven at night in UTC, it is still the same day.
        night.passes(kMidnight - night.fixture().clock().now() - 1s);
        QVERIFY(night.pays(kBankUrl, 1));
        QCOMPARE(night.denied(), 4);
        night.midnight();
        QVERIFY(night.metersAgree());

        for (int i = 0; i < 30; ++i) {
            QVERIFY(night.pays(kBankUrl, 5000 + i));
            QVERIFY(night.pays(kPspUrl, 3333 + i));
        }
        night.restart();
        QVERIFY(night.metersAgree());
        // Until four: the total at the bank and the number of payments at the other are the ends.
        for (int i = 0; i < 29; ++i) {
            QVERIFY(night.pays(kBankUrl, 4000 + i));
            QVERIFY(night.pays(kPspUrl, 10 + i));
        }
        const std::int64_t left = night.books(kBankUrl).total - night.books(kBankUrl).spent;
        QVERIFY(left > 0);
        for (std::int64_t open = left; open > 0; open -= std::min<std::int64_t>(open, 49900))
            QVERIFY(night.pays(kBankUrl, std::min<std::int64_t>(open, 49900)));
        QVERIFY(night.pays(kBankUrl, 1));
        QCOMPARE(night.books(kBankUrl).spent, night.books(kBankUrl).total);
        QVERIFY(night.pays(kPspUrl, 1));
        QVERIFY(night.metersAgree());
        QVERIFY(night.permitted() >= 200);
        QCOMPARE(night.fixture().count(LeafKind::ActionPermitted), night.permitted());
        QCOMPARE(night.fixture().count(LeafKind::ActionDenied), night.denied());
        // Both ends are reached below: the sub-agent has nothing left, the operator has.
        QCOMPARE(night.fixture().grant(night.last()).reason, grants::EndReason::UsedUp);
        QCOMPARE(night.fixture().grant(night.root()).state, grants::GrantState::Live);
    }

    void in_the_morning_the_person_narrows_so_that_it_can_not_happen_again()
    {
        Night night;
        QVERIFY(night.pays(kBankUrl, 49900));
        QVERIFY(narrow(night.fixture(), night.root(),
            [](consent::Edit& edit) { edit.details.front().perAction = must(Amount::parse("100.00"), "amount"); }));
        night.passes(1s);
        night.books(kBankUrl).perAction = 10000;
        QVERIFY(night.pays(kBankUrl, 10001));
        QVERIFY(night.pays(kBankUrl, 10000));
        QVERIFY(night.metersAgree());
    }
};

QTEST_GUILESS_MAIN(TestNight)
#include "tst_night.moc"
