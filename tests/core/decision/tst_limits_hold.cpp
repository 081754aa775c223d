// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Random payments by random agents of random trees, decided and debited as the product does it, against an account that
// only keeps a list of what was permitted: each decision is exactly the right one, at every hop.

#include "core/grants/ledger.h"
#include "core/store/database.h"

#include "tests/core/decision/chain_of_grants.h"

#include <QDateTime>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>

#include <deque>
#include <format>

using namespace countersign;
using decision::Verdict;

namespace {

constexpr int kRuns = 20;
constexpr int kPayments = 150;
constexpr int kAgents = 6;
constexpr auto kZone = "Europe/Berlin";

struct Limits {
    std::int64_t uses, perAction, perDay, total; ///< money in cents
    int rateCount;
    std::int64_t rateMs;
};

struct Payment {
    std::int64_t atMs;
    std::int64_t cents;
    std::vector<int> path; ///< agents, the person's first
};

std::string moneyText(std::int64_t cents)
{
    return std::format("{}.{:02}", cents / 100, cents % 100);
}

QDate dayOf(std::int64_t atMs)
{
    return QDateTime::fromMSecsSinceEpoch(atMs, QTimeZone(kZone)).date();
}

/// By the list of all that was permitted.
bool mayPay(const std::vector<Payment>& done, const std::vector<Limits>& limits, const Payment& wanted)
{
    for (const int agent : wanted.path) {
        const Limits& limit = limits[static_cast<std::size_t>(agent)];
        std::int64_t uses = 0;
        std::int64_t total = wanted.cents;
        std::int64_t onDay = wanted.cents;
        int inSpan = 0;
        for (const Payment& before : done) {
            if (!std::ranges::contains(before.path, agent))
                continue;
            ++uses;
            total += before.cents;
            onDay += dayOf(before.atMs) == dayOf(wanted.atMs) ? before.cents : 0;
            inSpan += before.atMs > wanted.atMs - limit.rateMs ? 1 : 0;
        }
        if (uses >= limit.uses || inSpan >= limit.rateCount || wanted.cents > limit.perAction || onDay > limit.perDay
            || total > limit.total)
            return false;
    }
    return true;
}

} // namespace

class TestLimitsHold : public QObject {
    Q_OBJECT

    /// A tree of agents, each below one that was made before it.
    struct World {
        explicit World(QRandomGenerator& random)
        {
            run("INSERT INTO agents (client_id, name, jwk, jkt, registered_at) VALUES ('a', 'x', '{}', 'key', 0)");
            for (int agent = 0; agent < kAgents; ++agent)
                add(agent, agent == 0 ? -1 : static_cast<int>(random.bounded(agent)), random);
        }
        void run(const char* sql) const
        {
            if (!store::Query(*database, sql).run())
                qFatal("%s", sql);
        }
        void add(int agent, int parent, QRandomGenerator& random)
        {
            const Limits limit{random.bounded(10, 80), random.bounded(3000, 10'000), random.bounded(10'000, 90'000),
                random.bounded(50'000, 400'000), static_cast<int>(random.bounded(1, 6)),
                random.bounded(1, 4000) * 1000LL};
            limits.push_back(limit);
            grants::Grant grant;
            grant.id.value = std::to_string(agent);
            grant.agent.value = "a";
            grant.permission = test::paymentsPermission({std::format(
                R"("uses":{},"rate":{{"count":{},"seconds":{}}},"spend":{{"amount_at":"/amount","currency":"EUR",)"
                R"("per_action":"{}","per_day":"{}","zone":"{}","total":"{}"}})",
                limit.uses, limit.rateCount, limit.rateMs / 1000, moneyText(limit.perAction), moneyText(limit.perDay),
                kZone, moneyText(limit.total))});
            grant.expiresAt = {4'000'000'000};
            grant.permission.details[0].expiresAt = grant.expiresAt;
            paths.push_back({});
            if (parent >= 0) {
                paths.back() = paths[static_cast<std::size_t>(parent)];
                grant.parent = GrantId{std::to_string(parent)};
                grant.depth = static_cast<int>(paths.back().size());
                grant.pairing = {0};
            }
            paths.back().push_back(agent);
            if (!ledger.add(grant, std::nullopt))
                qFatal("not added");
        }
        Verdict pay(const Payment& wanted)
        {
            const auto request = test::payment(std::format("{{\"amount\":\"{}\"}}", moneyText(wanted.cents)));
            const std::chrono::milliseconds now(wanted.atMs);
            const auto chain = *ledger.chainOf({std::to_string(wanted.path.back())});
            std::vector<decision::Hop> hops;
            for (const grants::Grant& grant : chain)
                hops.push_back({&grant, *uses.of(grant.id, grant.permission, request, now)});
            Verdict verdict = decision::decide(request, hops, now);
            for (std::size_t hop = 0; hop < verdict.debits.size(); ++hop) {
                const decision::Debit& debit = verdict.debits[hop];
                if (!uses.debit(debit.grant, debit.detail, chain[hop].permission.details[0], debit.use))
                    qFatal("not debited");
            }
            return verdict;
        }

        QTemporaryDir folder;
        std::unique_ptr<store::Database> database = *store::Database::open(folder.path(), store::Access::ReadWrite);
        grants::Ledger ledger{*database};
        grants::Uses uses{*database};
        std::vector<Limits> limits;
        std::vector<std::vector<int>> paths;
    };

private Q_SLOTS:
    void each_decision_is_the_one_that_the_list_of_payments_gives()
    {
        int permitted = 0;
        int refused = 0;
        for (int run = 0; run < kRuns; ++run) {
            const quint32 seed = QRandomGenerator::global()->generate();
            QRandomGenerator random(seed);
            World world(random);
            std::vector<Payment> done;
            std::int64_t at =
                1'792'000'000'000 + random.bounded(86'400'000); // October 2026: a night of 25 hours is near
            QVERIFY(world.database->begin());
            for (int i = 0; i < kPayments; ++i) {
                at += random.bounded(10) == 0 ? random.bounded(80'000'000) : random.bounded(600'000);
                const Payment wanted{at, random.bounded(1, 9000), world.paths[random.bounded(kAgents)]};
                const bool expected = mayPay(done, world.limits, wanted);
                const Verdict verdict = world.pay(wanted);
                QVERIFY2((verdict.outcome == Verdict::Outcome::Permit) == expected,
                    qPrintable(QStringLiteral("seed %1, payment %2: %3")
                            .arg(seed)
                            .arg(i)
                            .arg(QString::fromStdString(verdict.sentence))));
                (expected ? permitted : refused) += 1;
                if (expected)
                    done.push_back(wanted);
            }
            QVERIFY(world.database->commit());
        }
        QVERIFY2(permitted > kRuns * kPayments / 20 && refused > kRuns * kPayments / 20,
            qPrintable(QStringLiteral("%1 permitted, %2 refused").arg(permitted).arg(refused)));
    }
};

QTEST_GUILESS_MAIN(TestLimitsHold)
#include "tst_limits_hold.moc"
