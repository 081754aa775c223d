// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/logged_actions.h"

#include "core/authority/leaves.h"
#include "core/base/json.h"
#include "core/base/try.h"

#include <QCoreApplication>

#include <algorithm>

namespace countersign::authority {

namespace {

using audit::LeafKind;

/// What was counted up to an overflow, which no limit is beyond.
Amount sumOf(Amount a, Amount b)
{
    return a.plus(b).value_or(Amount::ofMillionths(std::numeric_limits<std::int64_t>::max()));
}

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

} // namespace

void LoggedActions::Counted::add(const Counted& more)
{
    const Amount before = more.day > day ? Amount() : onDay;
    const Amount added = more.day < day ? Amount() : more.onDay;
    uses += more.uses;
    total = sumOf(total, more.total);
    onDay = sumOf(before, added);
    day = std::max(day, more.day);
}

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
        Counted more;
        more.uses = 1;
        more.total = Amount::parse(textOf(*debit, "amount")).value_or(Amount());
        if (debit->contains("day")) {
            more.day = numberOf(*debit, "day");
            more.onDay = more.total;
        }
        m_counted[GrantId{textOf(*debit, "grant_id")}][static_cast<int>(numberOf(*debit, "detail"))].add(more);
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

Result<int> LoggedActions::raiseCounters(Context& context) const
{
    int raised = 0;
    for (const auto& [id, details] : m_counted) {
        const auto grant = TRY(context.ledger.find(id));
        if (!grant || grant->state == grants::GrantState::Expired || grant->state == grants::GrantState::Revoked)
            continue;
        const auto before = TRY(context.uses.totals(id, grant->permission, context.now()));
        for (const auto& [detail, counted] : details)
            TRY(context.uses.raise(id, detail, counted.uses, counted.total, counted.onDay, counted.day));
        if (before == TRY(context.uses.totals(id, grant->permission, context.now())))
            continue;
        audit::LeafDraft leaf = draftAbout(LeafKind::StateRejected, *grant);
        leaf.grant = {}; // the grant itself stands
        leaf.claims["what"] = "counters: they said less than the log";
        leaf.claims["counters_of"] = id.value;
        TRY(appendLeaf(context, leaf));
        ++raised;
    }
    return raised;
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
    if (const int raised = TRY(raiseCounters(context)); raised > 0)
        sentences += QCoreApplication::translate("authority",
            "What %n permissions have used up was less in the data than in the log; the log counts.", nullptr, raised);
    if (const int removed = TRY(removeUnbacked(context)); removed > 0)
        sentences += QCoreApplication::translate("authority",
            "%n approvals of single actions in the data were not backed by the log and were set aside.", nullptr,
            removed);
    return sentences;
}

} // namespace countersign::authority
