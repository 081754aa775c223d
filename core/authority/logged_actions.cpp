// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/logged_actions.h"

#include "core/authority/leaves.h"
#include "core/base/json.h"
#include "core/base/try.h"

#include <QCoreApplication>

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

namespace countersign::authority {

namespace {

using audit::LeafKind;

std::string textOf(const json::Object& claims, std::string_view name)
{
    return json::optionalString(claims, name).value_or(std::nullopt).value_or(std::string());
}

std::int64_t numberOf(const json::Object& claims, std::string_view name)
{
    return json::optionalInteger(claims, name).value_or(std::nullopt).value_or(0);
}

const json::Array& arrayOf(const json::Object& claims, std::string_view name)
{
    static const json::Array kNone;
    const json::Value* value = claims.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

std::vector<int> placesOf(const json::Object& claims)
{
    std::vector<int> places;
    for (const json::Value& place : arrayOf(claims, "detail_of"))
        places.push_back(place.is_int64() ? static_cast<int>(place.get_int64()) : -1);
    return places;
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

void LoggedActions::take(const audit::Leaf& leaf)
{
    if (leaf.kind == LeafKind::ActionPermitted)
        return takePermitted(leaf.bytes);
    if (leaf.kind != LeafKind::ActionApproved && leaf.kind != LeafKind::GrantNarrowed
        && leaf.kind != LeafKind::ConsentGiven)
        return;
    const auto claims = json::parseObject(leaf.bytes);
    if (!claims)
        return;
    if (leaf.kind == LeafKind::ActionApproved)
        m_approvals[textOf(*claims, "request_id")] = {leaf.grant, textOf(*claims, "action_digest"),
            textOf(*claims, "request_id"), UnixSeconds{numberOf(*claims, "exp")}};
    else if (const std::string replaced = textOf(*claims, "replaces"); !replaced.empty())
        moveDetails(GrantId{replaced}, leaf.grant, placesOf(*claims));
    else if (leaf.kind == LeafKind::GrantNarrowed)
        moveDetails(leaf.grant, leaf.grant, placesOf(*claims));
}

void LoggedActions::takePermitted(const std::string& leaf)
{
    const auto claims = json::parseObject(leaf);
    if (!claims)
        return;
    m_approvals.erase(textOf(*claims, "approval"));
    for (const json::Value& value : arrayOf(*claims, "debits")) {
        const json::Object* debit = value.if_object();
        if (debit == nullptr)
            continue;
        takeDebit(*debit, m_counted[GrantId{textOf(*debit, "grant_id")}][static_cast<int>(numberOf(*debit, "detail"))]);
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

Result<int> LoggedActions::holdCounters(Context& context) const
{
    std::set<std::pair<GrantId, int>> all = TRY(context.uses.counted());
    for (const auto& [id, details] : m_counted) {
        for (const int detail : details | std::views::keys)
            all.emplace(id, detail);
    }
    std::set<GrantId> differing;
    for (const auto& [id, detail] : all) {
        const auto grant = context.ledger.find(id);
        const bool counts = grant && *grant
            && ((*grant)->state == grants::GrantState::Live || (*grant)->state == grants::GrantState::Held);
        if (counts && TRY(context.uses.holdTo(id, detail, loggedOf(id, detail))) == grants::Uses::Agreement::Differed)
            differing.insert(id);
    }
    for (const GrantId& id : differing) {
        const auto grant = TRY(context.ledger.find(id));
        audit::LeafDraft leaf = draftAbout(LeafKind::StateRejected, *grant);
        leaf.grant = {}; // the grant itself stands
        leaf.claims["what"] = "counters: they said something else than the log";
        leaf.claims["counters_of"] = id.value;
        TRY(appendLeaf(context, leaf));
    }
    return static_cast<int>(differing.size());
}

grants::LoggedUses LoggedActions::loggedOf(const GrantId& id, int detail) const
{
    const auto details = m_counted.find(id);
    if (details == m_counted.end())
        return {};
    const auto logged = details->second.find(detail);
    return logged == details->second.end() ? grants::LoggedUses() : logged->second;
}

Result<int> LoggedActions::removeUnbacked(Context& context) const
{
    int removed = 0;
    for (const Approval& approval : TRY(context.approvals.unused())) {
        const auto logged = m_approvals.find(approval.requestId);
        if (logged != m_approvals.end() && logged->second == approval)
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
