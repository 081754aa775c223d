// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/uses.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace countersign::grants {

namespace {

using permissions::AgentDelegation;
using store::Query;

/// One row of `uses`.
struct Counted {
    std::int64_t uses = 0;
    Amount total;
    std::int64_t day = 0; ///< the last one on which money was spent; 0: none
    Amount onDay;

    /// What counts against `today`: also what stands there for a day to come.
    [[nodiscard]] Amount spentOn(std::int64_t today) const { return day >= today ? onDay : Amount(); }
};

Result<Counted> countedOf(store::Database& database, const GrantId& grant, int detail)
{
    Query query(database, "SELECT uses, total, day, on_day FROM uses WHERE grant_id = ? AND detail = ?");
    query.bind(grant.value).bind(std::int64_t{detail});
    if (!TRY(query.next()))
        return Counted();
    const Counted counted{query.integer(0), Amount::ofMillionths(std::max<std::int64_t>(query.integer(1), 0)),
        query.integer(2), Amount::ofMillionths(std::max<std::int64_t>(query.integer(3), 0))};
    if (counted.uses < 0 || query.integer(1) < 0 || query.integer(3) < 0)
        return fail(ErrorCode::StorageCorrupt, "What a grant has used up can't be less than nothing.");
    return counted;
}

Result<void> writeCounted(store::Database& database, const GrantId& grant, int detail, const Counted& counted)
{
    Query query(database,
        "INSERT INTO uses (grant_id, detail, uses, total, day, on_day) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (grant_id, detail) DO UPDATE SET uses = excluded.uses, total = excluded.total, "
        "day = excluded.day, on_day = excluded.on_day");
    query.bind(grant.value).bind(std::int64_t{detail}).bind(counted.uses).bind(counted.total.millionths());
    return query.bind(counted.day).bind(counted.onDay.millionths()).run();
}

/// Both together. Error: InvalidInput on an overflow.
Result<Counted> sum(const Counted& before, const Counted& more)
{
    const std::int64_t day = std::max(before.day, more.day);
    const auto total = before.total.plus(more.total);
    const auto onDay = before.spentOn(day).plus(more.spentOn(day));
    if (before.uses > std::numeric_limits<std::int64_t>::max() - more.uses || !total || !onDay)
        return fail(ErrorCode::InvalidInput, "More is used up than can be counted.");
    return Counted{before.uses + more.uses, *total, day, *onDay};
}

/// What is earlier than this has left the span that ends at `now`; so has what is exactly there.
std::int64_t startOfSpan(const permissions::Rate& rate, std::chrono::milliseconds now)
{
    return (now - std::chrono::milliseconds(rate.span)).count();
}

Result<int> countSince(store::Database& database, const GrantId& grant, int detail, std::int64_t startMs)
{
    Query query(database, "SELECT count(*) FROM use_times WHERE grant_id = ? AND detail = ? AND at_ms > ?");
    query.bind(grant.value).bind(std::int64_t{detail}).bind(startMs);
    TRY(query.next());
    return static_cast<int>(std::min<std::int64_t>(query.integer(0), std::numeric_limits<int>::max()));
}

Result<bool> hasSeen(store::Database& database, const GrantId& grant, int detail, const std::string& key)
{
    Query query(database, "SELECT 1 FROM seen_values WHERE grant_id = ? AND detail = ? AND key = ?");
    query.bind(grant.value).bind(std::int64_t{detail}).bind(key);
    return query.next();
}

Result<void> addTime(store::Database& database, const GrantId& grant, int detail, std::int64_t atMs)
{
    Query query(database, "INSERT INTO use_times (grant_id, detail, at_ms) VALUES (?, ?, ?)");
    return query.bind(grant.value).bind(std::int64_t{detail}).bind(atMs).run();
}

Result<void> forgetTimes(store::Database& database, const GrantId& grant, int detail, std::int64_t upToMs)
{
    Query query(database, "DELETE FROM use_times WHERE grant_id = ? AND detail = ? AND at_ms <= ?");
    return query.bind(grant.value).bind(std::int64_t{detail}).bind(upToMs).run();
}

constexpr std::string_view kSecretName = "seen_values";

/// Made when something is first remembered; nullopt: nothing was.
Result<std::optional<std::string>> secretOf(store::Database& database)
{
    Query query(database, "SELECT value FROM meta WHERE key = ?");
    query.bind(std::string(kSecretName));
    if (!TRY(query.next()))
        return std::nullopt;
    return query.text(0);
}

Result<std::string> madeSecret(store::Database& database)
{
    if (auto known = TRY(secretOf(database)))
        return *std::move(known);
    std::string secret = crypto::randomToken();
    Query query(database, "INSERT INTO meta (key, value) VALUES (?, ?)");
    TRY(query.bind(std::string(kSecretName)).bind(secret).run());
    return secret;
}

std::string digestOf(const std::string& secret, const std::string& value)
{
    return crypto::base64url(crypto::hmacSha256(secret, value));
}

Result<void> addSeen(store::Database& database, const GrantId& grant, int detail, const std::string& key)
{
    Query query(database, "INSERT INTO seen_values (grant_id, detail, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    return query.bind(grant.value).bind(std::int64_t{detail}).bind(key).run();
}

/// One a value: whether it was acted with before. Nothing is asked of a value that is not there.
Result<std::vector<bool>> seenOf(
    store::Database& database, const GrantId& grant, int detail, const std::vector<std::string>& values)
{
    const auto secret = TRY(secretOf(database));
    std::vector<bool> seen;
    for (const std::string& value : values)
        seen.push_back(value.empty() || (secret && TRY(hasSeen(database, grant, detail, digestOf(*secret, value)))));
    return seen;
}

/// All that stands for one detail.
struct Kept {
    Counted counted;
    std::vector<std::int64_t> times;
    std::vector<std::string> seen;
};

Result<Kept> keptOf(store::Database& database, const GrantId& grant, int detail)
{
    Kept kept{TRY(countedOf(database, grant, detail)), {}, {}};
    Query times(database, "SELECT at_ms FROM use_times WHERE grant_id = ? AND detail = ?");
    times.bind(grant.value).bind(std::int64_t{detail});
    while (TRY(times.next()))
        kept.times.push_back(times.integer(0));
    Query seen(database, "SELECT key FROM seen_values WHERE grant_id = ? AND detail = ?");
    seen.bind(grant.value).bind(std::int64_t{detail});
    while (TRY(seen.next()))
        kept.seen.push_back(seen.text(0));
    return kept;
}

Result<void> addKept(store::Database& database, const GrantId& grant, int detail, const Kept& kept)
{
    const Counted before = TRY(countedOf(database, grant, detail));
    const Counted after = TRY(sum(before, kept.counted));
    TRY(writeCounted(database, grant, detail, after));
    for (const std::int64_t at : kept.times)
        TRY(addTime(database, grant, detail, at));
    for (const std::string& key : kept.seen)
        TRY(addSeen(database, grant, detail, key));
    return {};
}

/// Less than nothing is no count, and must not keep anything from starting.
Result<void> forgetImpossible(store::Database& database, const GrantId& grant, int detail)
{
    Query query(
        database, "DELETE FROM uses WHERE grant_id = ? AND detail = ? AND (uses < 0 OR total < 0 OR on_day < 0)");
    return query.bind(grant.value).bind(std::int64_t{detail}).run();
}

/// What is counted, as the log would say it.
Result<LoggedUses> loggedForm(store::Database& database, const GrantId& grant, int detail)
{
    Kept kept = TRY(keptOf(database, grant, detail));
    std::ranges::sort(kept.times);
    return LoggedUses{kept.counted.uses, kept.counted.total, kept.counted.day, kept.counted.onDay,
        std::move(kept.times), {kept.seen.begin(), kept.seen.end()}};
}

} // namespace

std::vector<std::string> seenKeys(const permissions::StepUp& stepUp, const permissions::ActionRequest& request)
{
    std::vector<std::string> keys;
    for (const permissions::Pointer& pointer : stepUp.firstSeen) {
        const permissions::Value* value = pointer.resolve(request.arguments);
        keys.push_back(
            value ? crypto::sha256Base64url(pointer.text() + '\0' + permissions::valueJson(*value)) : std::string());
    }
    return keys;
}

bool isUsedUp(const permissions::Permission& permission, const std::vector<UsedTotals>& totals)
{
    for (std::size_t i = 0; i < permission.details.size(); ++i) {
        const AgentDelegation& detail = permission.details[i];
        const bool noUses = detail.uses && totals[i].uses >= *detail.uses;
        const bool noMoney = detail.spend && detail.spend->total && totals[i].total >= *detail.spend->total;
        if (!noUses && !noMoney)
            return false;
    }
    return true;
}

Result<std::vector<Used>> Uses::of(const GrantId& grant, const permissions::Permission& permission,
    const permissions::ActionRequest& request, std::chrono::milliseconds now) const
{
    const UnixSeconds second{std::chrono::floor<std::chrono::seconds>(now).count()};
    std::vector<Used> all;
    for (int i = 0; std::cmp_less(i, permission.details.size()); ++i) {
        const AgentDelegation& detail = permission.details[static_cast<std::size_t>(i)];
        Used used;
        if (detail.uses || detail.spend) {
            const Counted counted = TRY(countedOf(*m_database, grant, i));
            used.uses = counted.uses;
            used.total = counted.total;
            if (detail.spend && detail.spend->perDay)
                used.onDay = counted.spentOn(detail.spend->zone.dayOf(second));
        }
        if (detail.rate)
            used.inSpan = TRY(countSince(*m_database, grant, i, startOfSpan(*detail.rate, now)));
        if (!detail.stepUp.firstSeen.empty())
            used.seen = TRY(seenOf(*m_database, grant, i, seenKeys(detail.stepUp, request)));
        all.push_back(std::move(used));
    }
    return all;
}

Result<std::vector<UsedTotals>> Uses::totals(
    const GrantId& grant, const permissions::Permission& permission, UnixSeconds now) const
{
    std::vector<UsedTotals> all;
    for (int i = 0; std::cmp_less(i, permission.details.size()); ++i) {
        const AgentDelegation& detail = permission.details[static_cast<std::size_t>(i)];
        const Counted counted = TRY(countedOf(*m_database, grant, i));
        all.push_back(
            {counted.uses, counted.total, detail.spend ? counted.spentOn(detail.spend->zone.dayOf(now)) : Amount()});
    }
    return all;
}

Result<SpentOnDay> Uses::lastDayOf(const GrantId& grant, int detail) const
{
    const Counted counted = TRY(countedOf(*m_database, grant, detail));
    return SpentOnDay{counted.day, counted.onDay};
}

Result<void> Uses::debit(const GrantId& grant, int detail, const AgentDelegation& rules, const Use& use)
{
    const Counted before = TRY(countedOf(*m_database, grant, detail));
    Counted more{1, {}, before.day, {}};
    if (rules.spend) // never to a day before the last one: the clock was set back
        more = {1, use.amount, std::max(use.day, before.day), use.amount};
    const Counted after = TRY(sum(before, more));
    TRY(writeCounted(*m_database, grant, detail, after));
    if (rules.rate) {
        TRY(forgetTimes(*m_database, grant, detail, startOfSpan(*rules.rate, use.at)));
        TRY(addTime(*m_database, grant, detail, use.at.count()));
    }
    for (const std::string& digest : TRY(seenDigests(use.values)))
        TRY(addSeen(*m_database, grant, detail, digest));
    return {};
}

Result<void> Uses::carryOver(const GrantId& from, const GrantId& to, const std::vector<int>& detailOf)
{
    std::vector<Kept> kept;
    for (int old = 0; std::cmp_less(old, detailOf.size()); ++old)
        kept.push_back(TRY(keptOf(*m_database, from, old)));
    if (from == to)
        TRY(removeOf(to));
    for (std::size_t old = 0; old < detailOf.size(); ++old) {
        if (detailOf[old] >= 0)
            TRY(addKept(*m_database, to, detailOf[old], kept[old]));
    }
    return {};
}

Result<void> Uses::moveDayAway(const GrantId& grant, int detail)
{
    Query query(*m_database, "UPDATE uses SET on_day = 0 WHERE grant_id = ? AND detail = ?");
    return query.bind(grant.value).bind(std::int64_t{detail}).run();
}

Result<void> Uses::raise(const GrantId& grant, int detail, const LoggedUses& least, std::int64_t today)
{
    Counted counted = TRY(countedOf(*m_database, grant, detail));
    counted.uses = std::max(counted.uses, least.uses);
    counted.total = std::max(counted.total, least.total);
    // Else a row for a day to come would put off, until then, what counts against the days before.
    counted.day = std::min(counted.day, std::max(least.day, today));
    if (least.day >= counted.day) {
        counted.onDay = std::max(counted.spentOn(least.day), least.onDay);
        counted.day = least.day;
    }
    return writeCounted(*m_database, grant, detail, counted);
}

Result<std::optional<LoggedUses>> Uses::holdTo(
    const GrantId& grant, int detail, const LoggedUses& logged, std::int64_t today)
{
    TRY(forgetImpossible(*m_database, grant, detail));
    const LoggedUses here = TRY(loggedForm(*m_database, grant, detail));
    LoggedUses there = logged;
    std::ranges::sort(there.timesMs);
    if (here == there)
        return std::nullopt;
    TRY(raise(grant, detail, there, today));
    TRY(forgetTimes(*m_database, grant, detail, std::numeric_limits<std::int64_t>::max()));
    for (const std::int64_t at : there.timesMs)
        TRY(addTime(*m_database, grant, detail, at));
    Query forget(*m_database, "DELETE FROM seen_values WHERE grant_id = ? AND detail = ?");
    TRY(forget.bind(grant.value).bind(std::int64_t{detail}).run());
    for (const std::string& digest : there.seen)
        TRY(addSeen(*m_database, grant, detail, digest));
    return TRY(loggedForm(*m_database, grant, detail));
}

Result<std::vector<std::string>> Uses::seenDigests(const std::vector<std::string>& values) const
{
    std::vector<std::string> digests;
    if (std::ranges::all_of(values, &std::string::empty))
        return digests;
    const std::string secret = TRY(madeSecret(*m_database));
    for (const std::string& value : values) {
        if (!value.empty())
            digests.push_back(digestOf(secret, value));
    }
    return digests;
}

Result<void> Uses::removeOf(const GrantId& grant)
{
    for (const char* sql : {"DELETE FROM uses WHERE grant_id = ?", "DELETE FROM use_times WHERE grant_id = ?",
             "DELETE FROM seen_values WHERE grant_id = ?"}) {
        Query query(*m_database, sql);
        TRY(query.bind(grant.value).run());
    }
    return {};
}

} // namespace countersign::grants
