// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The check of the whole log while the program runs: what it is held to, and what comes of it. The check itself
// (audit::checkLog) runs elsewhere, on a read connection.

#include "core/authority/use_cases.h"
#include "core/base/try.h"

#include <cstdlib>

namespace countersign::authority {

namespace {
constexpr std::string_view kCheckedKey = "log_checked"; ///< in the meta table: Unix seconds
} // namespace

audit::CheckExpectation logExpectation(const Context& context)
{
    const keychain::Identity& own = context.options.identity;
    const auto keys = context.devices.keys();
    audit::CheckExpectation expected{audit::originOf(keys->terms.front().key.thumbprint()), own.log.publicKey(), 0, {},
        keys->terms.back().key.thumbprint(), own.person.thumbprint(), own.person};
    if (context.has(Trouble::DatabaseRolledBack))
        expected.device = {}; // it may have got its present key in what is missing
    if (context.log && !context.has(Trouble::DatabaseRolledBack)) {
        expected.anchorSize = context.log->size();
        expected.anchorRoot = context.log->root();
    } else if (context.options.anchor) {
        expected.anchorSize = context.options.anchor->treeSize;
        expected.anchorRoot = context.options.anchor->root;
    }
    return expected;
}

Result<std::uint64_t> noteLogCheck(Context& context, const Result<audit::CheckReport>& report)
{
    Result<void> found;
    if (!report)
        found = std::unexpected(report.error());
    else if (report->olderThanAnchor)
        found = fail(ErrorCode::StorageCorrupt, "entry " + std::to_string(report->leaves) + ": it is missing");
    if (!found && found.error().code == ErrorCode::StorageCorrupt) {
        breakLog(context, found.error());
        return refuse(context, found.error().code, found.error().message);
    }
    if (!found)
        return std::unexpected(found.error());
    store::Query query(context.database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    TRY(query.bind(kCheckedKey).bind(std::to_string(context.now().value)).run());
    return report->leaves;
}

Result<std::optional<UnixSeconds>> logCheckedAt(const Context& context)
{
    store::Query query(context.database, "SELECT value FROM meta WHERE key = ?");
    if (!TRY(query.bind(kCheckedKey).next()))
        return std::nullopt;
    return UnixSeconds{std::atoll(query.text(0).c_str())};
}

Result<bool> isLogCheckDue(const Context& context)
{
    if (context.has(Trouble::DatabaseRolledBack) || context.has(Trouble::LogBroken))
        return false; // which is known, and waits for the person
    const auto last = TRY(logCheckedAt(context));
    return !last || context.now() >= *last + kLogCheckInterval || *last > context.now();
}

} // namespace countersign::authority
