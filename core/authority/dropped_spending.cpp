// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/dropped_spending.h"

#include "core/audit/leaf.h"
#include "core/audit/leaf_codec.h"
#include "core/authority/dropped_spending_json.h"
#include "core/base/json_members.h"
#include "core/base/try.h"

#include <ranges>

namespace countersign::authority {

namespace {

Result<Dropped> readOne(const json::Value& value)
{
    if (!value.is_object())
        return fail(ErrorCode::InvalidInput, "What was dropped is not described.");
    const json::Object& claim = value.get_object();
    const std::string currency = TRY(json::requiredString(claim, "currency"));
    const std::string zone = TRY(json::requiredString(claim, "zone"));
    const std::string amount = TRY(json::requiredString(claim, "amount"));
    return Dropped{TRY(Currency::parse(currency)), TRY(permissions::Zone::parse(zone)),
        TRY(json::requiredInteger(claim, "day")), TRY(Amount::parse(amount))};
}

} // namespace

json::Array droppedClaim(std::span<const Dropped> dropped)
{
    json::Array claim;
    for (const Dropped& each : dropped)
        claim.emplace_back(json::Object{{"currency", each.currency.code()}, {"zone", each.zone.name()},
            {"day", each.day}, {"amount", each.amount.text()}});
    return claim;
}

Result<std::vector<Dropped>> readDropped(const json::Object& claims)
{
    const json::Value* const claim = claims.if_contains(kDroppedClaim);
    std::vector<Dropped> dropped;
    if (claim == nullptr)
        return dropped;
    if (!claim->is_array())
        return fail(ErrorCode::InvalidInput, "What was dropped is not a list.");
    for (const json::Value& value : claim->get_array())
        dropped.push_back(TRY(readOne(value)));
    return dropped;
}

Result<std::vector<Dropped>> DroppedSpending::of(const ClientId& agent, UnixSeconds now) const
{
    TRY(know(now));
    const auto found = m_dropped.find(agent);
    std::vector<Dropped> counting;
    if (found != m_dropped.end())
        std::ranges::copy_if(found->second, std::back_inserter(counting),
            [&](const Dropped& each) { return each.day >= each.zone.dayOf(now); });
    return counting;
}

void DroppedSpending::changed()
{
    m_knownAt.reset();
    m_isUnsettled = true;
}

void DroppedSpending::undone()
{
    if (m_isUnsettled)
        m_knownAt.reset();
}

/// Where the clock was set back, what had been too old to be read may count again.
Result<void> DroppedSpending::know(UnixSeconds now) const
{
    if (m_knownAt && *m_knownAt <= now)
        return {};
    std::map<ClientId, std::vector<Dropped>> all;
    // The index has kinds and times; without being told so SQLite would read all leaves.
    store::Query query(*m_database,
        "SELECT client_id, leaf FROM log_leaves WHERE client_id IS NOT NULL AND idx IN "
        "(SELECT idx FROM log_leaves INDEXED BY log_leaves_in_order WHERE kind = ? AND at >= ?)");
    query.bind(std::int64_t{std::to_underlying(audit::LeafKind::GrantNarrowed)}).bind((now - kLongestDay).value);
    while (TRY(query.next())) {
        const std::string leaf = TRY(audit::unpackLeaf(query.blob(1)));
        const json::Object claims = TRY(json::parseObject(leaf));
        for (Dropped& each : TRY(readDropped(claims)))
            all[ClientId{query.text(0)}].push_back(std::move(each));
    }
    m_dropped = std::move(all);
    m_knownAt = now;
    return {};
}

} // namespace countersign::authority
