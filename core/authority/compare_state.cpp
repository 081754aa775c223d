// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The rows held to the log while the program runs: on a read connection, and nothing is put right.

#include "core/authority/log_state.h"
#include "core/authority/verify_state.h"
#include "core/base/try.h"

#include <utility>

namespace countersign::authority {

namespace {

using grants::GrantState;

std::unexpected<Error> differs(const GrantId& grant, const std::string& what)
{
    return fail(ErrorCode::StorageCorrupt, "grant " + grant.value + ": " + what);
}

Result<void> compareGrant(const Backing& backing, const GrantId& id, const LogState& log)
{
    const auto known = log.grants.find(id);
    const LoggedGrant* logged = known == log.grants.end() ? nullptr : &known->second;
    const auto grant = backing.ledger.find(id);
    if (!grant || !*grant)
        return differs(id, "its row can't be read");
    if (const auto verified = verifyGrant(backing, **grant, logged); !verified)
        return differs(id, verified.error().message);
    if ((*grant)->state != logged->state)
        return differs(id,
            "its row says that it is " + std::string(grants::grantStateName((*grant)->state))
                + ", the log says that it is " + std::string(grants::grantStateName(logged->state)));
    return {};
}

/// Grants that the log knows as not ended have their rows.
Result<void> compareMissing(const Backing& backing, const LogState& log)
{
    for (const auto& [id, logged] : log.grants) {
        const bool isOver = logged.state == GrantState::Expired || logged.state == GrantState::Revoked;
        if (!isOver && !TRY(backing.ledger.find(id)))
            return differs(id, "its row is missing");
    }
    return {};
}

/// Those that are known introduced themselves with their key, and those that the person blocked are.
Result<void> compareAgents(store::Database& database, const LogState& log)
{
    const agents::Registry registry(database);
    for (const ClientId& id : TRY(registry.ids())) {
        const auto known = registry.find(id);
        const auto logged = log.agents.find(id);
        if (!known || !*known || logged == log.agents.end() || logged->second != (*known)->agent.key)
            return fail(ErrorCode::StorageCorrupt, "agent " + id.value + ": it never introduced itself with this key");
    }
    for (const auto& [key, program] : log.blocked) {
        if (!TRY(standsBlocked(registry, key, program)))
            return fail(ErrorCode::StorageCorrupt,
                "the rows say that the agent with the key " + key.value + " is not blocked, the log says that it is");
    }
    return {};
}

/// Entries of a kind whose row is not there.
struct Rows {
    audit::LeafKind kind;
    const char* lacking; ///< condition on log_leaves
    const char* what;
};

Result<void> compareRows(store::Database& database, const Rows& rows)
{
    // The index has the kinds; without being told so SQLite would read all leaves.
    store::Query query(database,
        std::string("SELECT idx FROM log_leaves INDEXED BY log_leaves_in_order WHERE kind = ? AND ") + rows.lacking
            + " ORDER BY idx LIMIT 1");
    query.bind(std::int64_t{std::to_underlying(rows.kind)});
    if (!TRY(query.next()))
        return {};
    return fail(ErrorCode::StorageCorrupt, "entry " + std::to_string(query.integer(0)) + ": " + rows.what);
}

} // namespace

Result<void> compareState(store::Database& database, const Backing& backing, const LogState& log)
{
    if (log.madeUp)
        return std::unexpected(*log.madeUp);
    for (const GrantId& id : TRY(backing.ledger.ids()))
        TRY(compareGrant(backing, id, log));
    TRY(compareMissing(backing, log));
    using enum audit::LeafKind;
    // What was set aside took its own with it.
    constexpr auto kNoConsent = "idx NOT IN (SELECT leaf_index FROM consents) AND grant_id IN (SELECT grant_id FROM "
                                "grants)";
    for (const audit::LeafKind kind : {ConsentGiven, GrantNarrowed, ActionApproved})
        TRY(compareRows(database, {kind, kNoConsent, "the record that you signed is missing"}));
    TRY(compareRows(database,
        {GrantDelegated, "idx NOT IN (SELECT leaf_index FROM links) AND grant_id IN (SELECT grant_id FROM grants)",
            "the link that it speaks of is missing"}));
    TRY(compareRows(database,
        {ActionOutcome, "idx NOT IN (SELECT leaf_index FROM used_proofs WHERE owner = 'outcome')",
            "that it is the outcome of its receipt is kept nowhere"}));
    TRY(compareAgents(database, log));
    TRY(log.services.compare(database));
    TRY(log.names.compare(database));
    if (log.kept)
        TRY(log.kept->compare(database));
    return log.actions.compare(database);
}

} // namespace countersign::authority
