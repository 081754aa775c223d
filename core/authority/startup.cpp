// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a start makes of a data folder: nothing in it is believed before the log was checked against the keys and
// against what the keychain remembers.

#include "core/audit/check.h"
#include "core/audit/receipt.h"
#include "core/authority/evidence_holds.h"
#include "core/authority/leaves.h"
#include "core/authority/log_identity.h"
#include "core/authority/log_state.h"
#include "core/authority/recovery_json.h"
#include "core/authority/use_cases.h"
#include "core/authority/verify_state.h"
#include "core/base/try.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace countersign::authority {

namespace {

using grants::EndReason;
using grants::GrantState;

constexpr std::string_view kLastSeenKey = "last_seen"; ///< in the meta table

audit::LogOwner ownerOf(const Context& context)
{
    const auto keys = context.devices.keys();
    return {keys->terms.back().key.thumbprint(), context.options.identity.person.thumbprint(),
        audit::originOf(keys->terms.front().key.thumbprint())};
}

void setTrouble(Context& context, Trouble trouble)
{
    context.troubles[trouble] = troubleText(trouble);
}

/// How much of the log is signed, if the check finds that it is right. What the keychain remembers of more entries than
/// there are says nothing of these.
Result<std::uint64_t> signedSize(store::Database& database, const keychain::LogAnchor& anchor)
{
    store::Query leaves(database, "SELECT coalesce(max(idx) + 1, 0) FROM log_leaves");
    TRY(leaves.next());
    const auto checkpoint = TRY(audit::lastCheckpoint(database));
    const std::uint64_t remembered = std::cmp_less_equal(anchor.treeSize, leaves.integer(0)) ? anchor.treeSize : 0;
    return std::max(remembered, checkpoint ? checkpoint->size : 0);
}

Result<audit::CheckReport> readLog(Context& context, LogState& log)
{
    const auto& options = context.options;
    const keychain::LogAnchor anchor = options.anchor.value_or(keychain::LogAnchor{});
    const audit::CheckExpectation expected{.origin = ownerOf(context).origin,
        .key = options.identity.log.publicKey(),
        .anchorSize = anchor.treeSize,
        .anchorRoot = anchor.root,
        .person = options.identity.person.thumbprint(),
        .personKey = options.identity.person};
    log.signedSize = TRY(signedSize(context.database, anchor));
    auto report = audit::checkLog(context.database, expected,
        {.scope = audit::CheckScope::Tail, .visit = [&](const audit::Leaf& leaf) { log.take(leaf); }});
    if (report && log.madeUp)
        return std::unexpected(*log.madeUp);
    return report;
}

/// nullopt: the log is broken, which is a trouble now.
std::optional<audit::CheckReport> checkLog(Context& context, LogState& log)
{
    auto report = readLog(context, log);
    if (report)
        return *report;
    breakLog(context, report.error());
    return std::nullopt;
}

void openLog(Context& context)
{
    auto log = audit::Log::open(context.database, ownerOf(context), context.options.identity.log);
    if (log)
        context.log.emplace(std::move(*log));
    else if (!context.has(Trouble::LogBroken))
        breakLog(context, log.error());
}

Result<void> startLog(Context& context)
{
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::LogStarted;
    TRY(appendLeaf(context, leaf));
    if (context.options.follows) {
        audit::LeafDraft recovered;
        recovered.kind = audit::LeafKind::LogRecovered;
        recovered.claims["lost"] = lostLogClaims(*context.options.follows);
        TRY(appendLeaf(context, recovered));
    }
    context.touched.anchor = Touched::Anchor::Due;
    return {};
}

/// An old copy was put back. What it permits ends here and now, but the log gets nothing before the person confirmed:
/// entries that nobody asked for would hide that it is old.
Result<void> endAll(Context& context)
{
    setTrouble(context, Trouble::DatabaseRolledBack);
    for (const GrantState state : {GrantState::Live, GrantState::Held}) {
        for (const GrantId& id : TRY(context.ledger.inState(state)))
            TRY(context.ledger.setState(id, GrantState::Revoked, EndReason::DatabaseRolledBack, context.now()));
    }
    for (const StoredRequest& stored : TRY(context.requests.waiting()))
        TRY(context.requests.end(stored.row, consent::RequestState::Cancelled, context.now()));
    return context.tokens.removeDead();
}

void rememberUnended(Context& context, const LogState& log)
{
    for (const auto& [id, logged] : log.grants) {
        if (logged.state == GrantState::Live || logged.state == GrantState::Held)
            context.endedByRollback.push_back(id);
    }
}

/// A clock that is behind the log, or behind the last orderly end, was set back while nobody looked.
Result<void> holdIfBehind(Context& context, const LogState& log)
{
    store::Query query(context.database, "SELECT value FROM meta WHERE key = ?");
    query.bind(kLastSeenKey);
    const std::string lastSeen = TRY(query.next()) ? query.text(0) : std::string();
    const UnixSeconds latest{std::max<std::int64_t>(log.latest.value, std::atoll(lastSeen.c_str()))};
    TRY(rememberTime(context));
    if (context.now() >= latest - kClockBackTolerance)
        return {};
    return holdAllLive(context, EndReason::ClockMoved);
}

Result<void> verify(Context& context, const LogState& log)
{
    const bool isNew = context.log->size() == 0;
    if (isNew)
        TRY(startLog(context));
    TRY(catchUpDevice(context));
    TRY(keepLogIdentity(context));
    if (isNew)
        return {};
    const QStringList found = TRY(verifyState(context, log));
    if (!found.isEmpty())
        context.troubles[Trouble::None] = found.join(QLatin1Char('\n'));
    TRY(holdIfBehind(context, log));
    return followDemands(context); // what was known may have run out meanwhile
}

} // namespace

Result<void> rememberTime(Context& context)
{
    store::Query query(context.database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    return query.bind(kLastSeenKey).bind(std::to_string(context.now().value)).run();
}

Result<void> loadState(Context& context)
{
    setTrouble(context, Trouble::PersonKeySealed);
    LogState log;
    const auto report = checkLog(context, log);
    openLog(context);
    if (report)
        TRY(alignDevice(context));
    if (report && report->olderThanAnchor) {
        rememberUnended(context, log);
        return endAll(context);
    }
    if (!context.has(Trouble::LogBroken))
        TRY(verify(context, log));
    TRY(context.requests.endUnusable(context.now()));
    return {};
}

Result<void> confirmRollback(Context& context)
{
    if (!context.has(Trouble::DatabaseRolledBack))
        return {};
    if (!context.log)
        return fail(ErrorCode::StorageCorrupt, "The log is broken; it can't be continued.");
    TRY(catchUpDevice(context));
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::StateRejected;
    leaf.claims["what"] = "database: an old copy was put back";
    leaf.claims["size_found"] = static_cast<std::int64_t>(context.log->size());
    leaf.claims["size_remembered"] =
        static_cast<std::int64_t>(context.options.anchor.value_or(keychain::LogAnchor{}).treeSize);
    TRY(context.log->append(leaf, context.now()));
    for (const GrantId& id : context.endedByRollback) {
        audit::LeafDraft ended;
        ended.kind = audit::LeafKind::GrantRevoked;
        ended.grant = id;
        ended.claims["reason"] = grants::endReasonName(EndReason::DatabaseRolledBack);
        TRY(context.log->append(ended, context.now()));
    }
    context.touched.anchor = Touched::Anchor::Due;
    context.touched.rollback = Touched::Rollback::Confirmed;
    return {};
}

} // namespace countersign::authority
