// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the writer does so that nobody changes the log, or what rests on it, unseen: it looks who else writes, signs
// what was added, and has the keychain remember it.

#include "core/authority/use_cases.h"
#include "core/authority/writer.h"
#include "core/base/try.h"

namespace countersign::authority {

Result<void> Writer::begin()
{
    TRY(m_database->begin());
    auto looked = lookForOthers();
    if (!looked)
        undo();
    return looked;
}

/// What another program wrote is no base for anything: it was held to nothing. Revoking goes on.
Result<void> Writer::lookForOthers()
{
    if (!TRY(m_database->changedByOthers()))
        return {};
    if (!m_context.has(Trouble::LogBroken))
        breakLog(m_context,
            {ErrorCode::StorageCorrupt,
                "Another program wrote into the database while Countersign was running. At the next start all of it is "
                "held to the log."});
    m_context.ledger.forget();
    if (m_context.log && !m_context.log->reload())
        m_context.log.reset(); // it can't be continued
    return {};
}

/// Nothing is signed or remembered of a log that is broken, or of an old copy.
bool Writer::mayVouch() const
{
    return m_context.log && !m_context.has(Trouble::LogBroken) && !m_context.has(Trouble::DatabaseRolledBack);
}

void Writer::keepAnchor()
{
    const auto& context = m_context;
    if (!context.options.keepAnchor || !mayVouch())
        return;
    m_anchored = {context.log->size(), context.options.clock->bootTime()};
    context.options.keepAnchor({context.log->size(), context.log->root()},
        [keeping = context.anchorKeeping, due = context.now()](const Result<void>& kept) { keeping->note(kept, due); });
}

bool Writer::needsCheckpoint() const
{
    if (!mayVouch())
        return false;
    const std::uint64_t size = m_context.log->size();
    return size != m_checkpointed || (m_context.options.keepAnchor && size != m_anchored.size);
}

void Writer::writeCheckpoint()
{
    if (!needsCheckpoint())
        return;
    std::vector<Job> job(1);
    job.front().work = [](Context& context) -> Result<void> {
        if (context.has(Trouble::LogBroken)) // since this transaction began
            return fail(ErrorCode::StorageCorrupt, context.logProblem);
        TRY(context.log->writeCheckpoint());
        return {};
    };
    const std::uint64_t size = m_context.log->size();
    const auto committed = attempt(job, Upkeep::No);
    if (!committed)
        noteTrouble(committed.error());
    if (!committed || !*job.front().outcome)
        return;
    m_checkpointed = size;
    if (m_context.options.clock->bootTime() - m_anchored.at >= kAnchorInterval)
        keepAnchor();
}

} // namespace countersign::authority
