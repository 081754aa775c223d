// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/kept_bodies.h"

#include "core/base/try.h"

#include <limits>

namespace countersign::authority {

namespace {

/// What was decided up to here is not kept any longer; nullopt: how old anything is can't be told, since the clock
/// moved, and the person has not confirmed it.
Result<std::optional<UnixSeconds>> keptSince(const Context& context)
{
    const KeepBodies& settings = context.options.bodies;
    if (settings.keep == KeepBodies::Keep::No)
        return UnixSeconds{std::numeric_limits<std::int64_t>::max()};
    if (context.clockWatch.moved() != ClockMove::None || TRY(context.ledger.anyHeldFor(grants::EndReason::ClockMoved)))
        return std::nullopt;
    return context.now() - settings.life;
}

} // namespace

Result<void> keepBody(Context& context, std::uint64_t leaf, const std::string& body)
{
    const KeepBodies& settings = context.options.bodies;
    if (body.empty() || settings.keep == KeepBodies::Keep::No || body.size() > settings.maxBytes)
        return {};
    store::Query query(
        context.database, "INSERT INTO bodies (idx, at, body) SELECT idx, at, ? FROM log_leaves WHERE idx = ?");
    return query.bindBlob(body).bind(static_cast<std::int64_t>(leaf)).run();
}

Result<std::int64_t> eraseBody(Context& context, std::uint64_t leaf)
{
    store::Query query(context.database, "DELETE FROM bodies WHERE idx = ?");
    TRY(query.bind(static_cast<std::int64_t>(leaf)).run());
    return query.changedRows();
}

Result<std::int64_t> forgetOldBodies(Context& context)
{
    if (context.has(Trouble::LogBroken) || context.has(Trouble::DatabaseRolledBack))
        return 0; // all stays as it is, so that it can be looked into
    const auto since = TRY(keptSince(context));
    if (!since)
        return 0;
    store::Query query(
        context.database, "DELETE FROM bodies WHERE idx IN (SELECT idx FROM bodies WHERE at <= ? ORDER BY at LIMIT ?)");
    TRY(query.bind(since->value).bind(std::int64_t{kBodiesAtOnce}).run());
    return query.changedRows();
}

Result<std::optional<std::string>> readBody(store::Database& database, std::uint64_t leaf)
{
    store::Query query(database, "SELECT body FROM bodies WHERE idx = ?");
    if (!TRY(query.bind(static_cast<std::int64_t>(leaf)).next()))
        return std::nullopt;
    return query.blob(0);
}

} // namespace countersign::authority
