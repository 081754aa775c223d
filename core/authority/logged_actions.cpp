// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/logged_actions.h"

#include "core/authority/leaves.h"
#include "core/authority/parsed_leaf_json.h"
#include "core/authority/signed_approval.h"
#include "core/authority/signed_consent.h"
#include "core/base/json_members.h"
#include "core/base/try.h"

#include <QCoreApplication>

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using json::numberOf;
using json::textOf;

const json::Array& arrayOf(const json::Object& claims, std::string_view name)
{
    static const json::Array kNone;
    const json::Value* value = claims.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

/// As of counters that were told.
grants::LoggedUses countsIn(const json::Object& told)
{
    return {numberOf(told, "uses"), Amount::parse(textOf(told, "total")).value_or(Amount()), numberOf(told, "day"),
        Amount::parse(textOf(told, "on_day")).value_or(Amount()), {}, {}};
}

json::Object claimOf(int detail, const grants::LoggedUses& counted)
{
    return {{"detail", detail}, {"uses", counted.uses}, {"total", counted.total.text()}, {"day", counted.day},
        {"on_day", counted.onDay.text()}};
}

/// On which day of its detail it is; 0: it counts no days.
std::int64_t dayOf(const grants::Grant& grant, int detail, UnixSeconds now)
{
    const auto& details = grant.permission.details;
    const bool isThere = detail >= 0 && std::cmp_less(detail, details.size());
    const auto* of = isThere ? &details[static_cast<std::size_t>(detail)] : nullptr;
    return of != nullptr && of->spend ? of->spend->zone.dayOf(now) : 0;
}

std::vector<int> detailsIn(const json::Object& claims, std::string_view name)
{
    std::vector<int> details;
    for (const json::Value& detail : arrayOf(claims, name))
        details.push_back(detail.is_int64() ? static_cast<int>(detail.get_int64()) : -1);
    return details;
}

std::vector<int> placesOf(const json::Object& claims)
{
    return detailsIn(claims, "detail_of");
}

std::optional<std::vector<int>> movedIn(const json::Object& claims)
{
    return claims.contains(kDaysMovedClaim) ? std::optional(detailsIn(claims, kDaysMovedClaim)) : std::nullopt;
}

/// As Uses::debit() counts it.
void takeDebit(const json::Object& debit, grants::LoggedUses& detail)
{
    grants::LoggedUses more;
    more.uses = 1;
    more.total = Amount::parse(textOf(debit, "amount")).value_or(Amount());
    more.day = detail.day;
    if (debit.contains("day")) {
        more.day = std::max(numberOf(debit, "day"), detail.day);
        more.onDay = more.total;
    }
    const json::Value* rate = debit.if_contains("rate");
    if (rate != nullptr && rate->is_object()) {
        const std::int64_t at = numberOf(rate->get_object(), "at_ms");
        const std::int64_t span = numberOf(rate->get_object(), "seconds") * 1000;
        std::erase_if(detail.timesMs, [&](std::int64_t before) { return before <= at - span; });
        more.timesMs.push_back(at);
    }
    for (const json::Value& digest : arrayOf(debit, "seen")) {
        if (digest.is_string())
            more.seen.emplace(digest.get_string());
    }
    detail.add(more);
}

} // namespace

void LoggedActions::take(const ParsedLeaf& parsed)
{
    const auto& [leaf, claims] = parsed;
    if (leaf.kind == LeafKind::ActionPermitted)
        return takePermitted(parsed);
    if (leaf.kind == LeafKind::StateRejected)
        return takeTold(parsed);
    if (leaf.kind != LeafKind::ActionApproved && leaf.kind != LeafKind::GrantNarrowed
        && leaf.kind != LeafKind::ConsentGiven)
        return;
    if (leaf.kind == LeafKind::ActionApproved)
        m_approvals[textOf(claims, "request_id")] = {leaf.grant, textOf(claims, "action_digest"),
            textOf(claims, "request_id"), UnixSeconds{numberOf(claims, "exp")}};
    else if (const std::string replaced = textOf(claims, "replaces"); !replaced.empty()) {
        const std::vector<int> places = placesOf(claims);
        moveDetails(GrantId{replaced}, leaf.grant, places);
        moveDays(GrantId{replaced}, movedIn(claims), places);
    } else if (leaf.kind == LeafKind::GrantNarrowed)
        moveDetails(leaf.grant, leaf.grant, placesOf(claims));
}

void LoggedActions::takePermitted(const ParsedLeaf& parsed)
{
    const json::Object& claims = parsed.claims;
    m_approvals.erase(textOf(claims, "approval"));
    for (const json::Value& value : arrayOf(claims, "debits")) {
        const json::Object* debit = value.if_object();
        if (debit == nullptr)
            continue;
        takeDebit(*debit, m_counted[GrantId{textOf(*debit, "grant_id")}][static_cast<int>(numberOf(*debit, "detail"))]);
    }
}

/// What was counted when the two differed goes on counting; told once is enough.
void LoggedActions::takeTold(const ParsedLeaf& parsed)
{
    const json::Object& claims = parsed.claims;
    const GrantId id{textOf(claims, "counters_of")};
    for (const json::Value& value : arrayOf(claims, "counters")) {
        if (const json::Object* told = value.if_object())
            m_counted[id][static_cast<int>(numberOf(*told, "detail"))].raiseTo(countsIn(*told));
    }
}

void LoggedActions::moveDetails(const GrantId& from, const GrantId& to, const std::vector<int>& detailOf)
{
    const Details before = m_counted[from];
    Details after = from == to ? Details() : m_counted[to];
    for (const auto& [detail, counted] : before) {
        const bool isThere = detail >= 0 && std::cmp_less(detail, detailOf.size());
        if (const int place = isThere ? detailOf[static_cast<std::size_t>(detail)] : -1; place >= 0)
            after[place].add(counted);
    }
    m_counted[to] = std::move(after);
}

void LoggedActions::moveDays(
    const GrantId& from, const std::optional<std::vector<int>>& moved, const std::vector<int>& detailOf)
{
    const auto counted = m_counted.find(from);
    if (counted == m_counted.end())
        return;
    for (auto& [detail, uses] : counted->second) {
        const bool isThere = detail >= 0 && std::cmp_less(detail, detailOf.size());
        if (!moved && isThere && detailOf[static_cast<std::size_t>(detail)] >= 0)
            m_maybeMoved.emplace(from, detail);
        else if (moved && std::ranges::contains(*moved, detail))
            uses.onDay = Amount();
    }
}

Result<std::vector<LoggedActions::Differing>> LoggedActions::differing(const grants::Uses& uses) const
{
    std::vector<Differing> found;
    const grants::Uses::All rows = TRY(uses.all());
    const auto compare = [&](const GrantId& id, int detail, const std::optional<grants::LoggedUses>& row) {
        grants::LoggedUses logged = loggedOf(id, detail, row);
        std::ranges::sort(logged.timesMs);
        if (row != logged)
            found.push_back({id, detail, std::move(logged)});
    };
    for (const auto& [key, row] : rows)
        compare(key.first, key.second, row);
    for (const auto& [id, details] : m_counted) {
        for (const int detail : details | std::views::keys) {
            if (!rows.contains({id, detail}))
                compare(id, detail, grants::LoggedUses());
        }
    }
    return found;
}

Result<int> LoggedActions::holdCounters(Context& context) const
{
    std::map<GrantId, json::Array> told;
    for (const Differing& one : TRY(differing(context.uses))) {
        const auto grant = context.ledger.find(one.grant);
        if (!grant || !*grant)
            continue;
        const std::int64_t today = dayOf(**grant, one.detail, context.now());
        if (const auto counted = TRY(context.uses.holdTo(one.grant, one.detail, one.logged, today)))
            told[one.grant].emplace_back(claimOf(one.detail, *counted));
    }
    for (const auto& [id, counters] : told) {
        const auto grant = TRY(context.ledger.find(id));
        audit::LeafDraft leaf = draftAbout(LeafKind::StateRejected, *grant);
        leaf.grant = {}; // the grant itself stands
        leaf.claims["what"] = "counters: they said something else than the log";
        leaf.claims["counters_of"] = id.value;
        leaf.claims["counters"] = counters; // what counts from here on
        TRY(appendLeaf(context, leaf));
    }
    return static_cast<int>(told.size());
}

grants::LoggedUses LoggedActions::loggedOf(
    const GrantId& id, int detail, const std::optional<grants::LoggedUses>& row) const
{
    const auto details = m_counted.find(id);
    if (details == m_counted.end())
        return {};
    const auto found = details->second.find(detail);
    grants::LoggedUses logged = found == details->second.end() ? grants::LoggedUses() : found->second;
    if (row && row->onDay == Amount() && m_maybeMoved.contains({id, detail}))
        logged.onDay = Amount();
    return logged;
}

Result<int> LoggedActions::removeUnbacked(Context& context) const
{
    int removed = 0;
    for (const Approval& approval : TRY(context.approvals.unused())) {
        const auto logged = m_approvals.find(approval.requestId);
        if (logged != m_approvals.end() && logged->second == approval && TRY(isSigned(context, approval)))
            continue;
        TRY(context.approvals.remove(approval.requestId));
        ++removed;
    }
    if (removed > 0) {
        audit::LeafDraft leaf;
        leaf.kind = LeafKind::StateRejected;
        leaf.claims["what"] = "approvals: " + std::to_string(removed) + " were never given, or used before";
        TRY(appendLeaf(context, leaf));
    }
    return removed;
}

Result<void> LoggedActions::compare(store::Database& database) const
{
    const grants::Ledger ledger(database);
    const grants::Uses uses(database);
    for (const Differing& one : TRY(differing(uses))) {
        if (TRY(ledger.find(one.grant)))
            return fail(ErrorCode::StorageCorrupt,
                "grant " + one.grant.value + ": what it has used up is something else in the data than in the log");
    }
    for (const Approval& approval : TRY(ApprovalStore(database).unused())) {
        const auto logged = m_approvals.find(approval.requestId);
        if (logged == m_approvals.end() || !(logged->second == approval))
            return fail(ErrorCode::StorageCorrupt,
                "grant " + approval.grant.value + ": an approval of one action was never given, or used before");
    }
    return {};
}

Result<QStringList> LoggedActions::verify(Context& context) const
{
    QStringList sentences;
    if (const int differing = TRY(holdCounters(context)); differing > 0)
        sentences += QCoreApplication::translate("authority",
            "What %n permissions have used up was something else in the data than in the log; no less than the log "
            "says counts.",
            nullptr, differing);
    if (const int removed = TRY(removeUnbacked(context)); removed > 0)
        sentences += QCoreApplication::translate("authority",
            "%n approvals of single actions in the data were not backed by the log and were set aside.", nullptr,
            removed);
    return sentences;
}

} // namespace countersign::authority
