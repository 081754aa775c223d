// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/writer.h"

#include "core/authority/changes.h"
#include "core/authority/evidence_holds.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

#include <QStorageInfo>

#include <algorithm>
#include <tuple>
#include <utility>

namespace countersign::authority {

namespace {

bool isOfStorage(ErrorCode code)
{
    return code == ErrorCode::StorageFull || code == ErrorCode::StorageFailed || code == ErrorCode::StorageCorrupt;
}

void answer(std::vector<Job>& jobs)
{
    for (Job& job : jobs) {
        if (job.reply && job.outcome)
            job.reply(std::move(*job.outcome));
    }
}

/// Time stands still for the context while it is there.
class Moment {
public:
    explicit Moment(Context& context) : m_context(context) { m_context.moment = m_context.options.clock->now(); }
    Moment(const Moment&) = delete;
    Moment& operator=(const Moment&) = delete;
    ~Moment() { m_context.moment.reset(); }

private:
    Context& m_context;
};

/// What comes after the commit, and not where the work that made it due is undone.
using Due = std::tuple<Touched::Anchor, Touched::Rollback, Touched::Device>;

Due dueOf(const Touched& touched)
{
    return {touched.anchor, touched.rollback, touched.device};
}

bool looksTheSame(const DeskStatus& a, const DeskStatus& b)
{
    return a.troubles == b.troubles && a.detail == b.detail && a.device == b.device && a.logSize == b.logSize
        && a.liveGrants == b.liveGrants && a.waitingRequests == b.waitingRequests
        && a.refusedRequests == b.refusedRequests && a.logCheckedAt == b.logCheckedAt && a.witness == b.witness
        && a.anchorMissed == b.anchorMissed;
}

} // namespace

Writer::Writer(AuthorityOptions options, std::unique_ptr<store::Database> database, ReadView& view, ClockWatch& watch,
    DeviceRing& devices)
    : m_database(std::move(database)), m_context(std::move(options), *m_database, view, watch, devices)
{
}

Result<std::unique_ptr<Writer>> Writer::open(
    AuthorityOptions options, ReadView& view, ClockWatch& clockWatch, DeviceRing& devices)
{
    auto database = TRY(store::Database::open(options.folder, store::Access::ReadWrite));
    std::unique_ptr<Writer> writer(new Writer(std::move(options), std::move(database), view, clockWatch, devices));
    TRY(writer->load());
    return writer;
}

Result<void> Writer::load()
{
    TRY(begin());
    if (auto loaded = loadState(m_context); !loaded) {
        m_database->rollback();
        return loaded;
    }
    TRY(m_database->commit());
    m_context.ledger.forget(); // agents were held to the log after it
    TRY(publishAll(m_context));
    if (m_context.log) {
        if (const auto last = TRY(audit::lastCheckpoint(*m_database)))
            m_checkpointed = last->size;
    }
    m_context.touched = {};
    settle({});
    keepAnchor();
    return {};
}

void Writer::run(std::vector<Job> jobs)
{
    std::vector<Job> together;
    for (Job& job : jobs) {
        const bool isAlone = job.urgency == Job::Urgency::Alone;
        if (isAlone && !together.empty())
            runTogether(std::exchange(together, {}));
        together.push_back(std::move(job));
        if (isAlone)
            runTogether(std::exchange(together, {}));
    }
    if (!together.empty() || jobs.empty())
        runTogether(std::move(together));
}

void Writer::runTogether(std::vector<Job> jobs)
{
    std::vector<Job> answered = tryPending();
    const bool clockMoved = m_context.clockWatch.moved() != ClockMove::None;
    const auto committed = attempt(jobs, Upkeep::Yes);
    std::vector<Job> hindered = takeUnfinished(jobs, committed);
    if (!committed)
        noteTrouble(committed.error());
    else if (clockMoved && m_kept)
        m_context.clockWatch.rebase();
    const bool urgent = !hindered.empty();
    if (urgent)
        noteTrouble(hindered.front().outcome->error());
    std::ranges::move(hindered, std::back_inserter(m_pending));
    settle(committed);
    if (urgent) {
        m_database->releaseReserve();
        std::ranges::move(tryPending(), std::back_inserter(answered));
    }
    std::ranges::move(jobs, std::back_inserter(answered));
    answer(answered);
    announce();
}

/// Revocations that the disk hindered, in a transaction of their own. Those that are done, one way or the other.
std::vector<Job> Writer::tryPending()
{
    if (m_pending.empty())
        return {};
    std::vector<Job> jobs = std::exchange(m_pending, {});
    const auto committed = attempt(jobs, Upkeep::No);
    m_pending = takeUnfinished(jobs, committed);
    settle(committed);
    return jobs;
}

void Writer::retry()
{
    if (m_pending.empty() && mustRetry() && hasRoom()) {
        std::vector<Job> probe(1);
        probe.front().work = rememberTime;
        if (attempt(probe, Upkeep::No) && *probe.front().outcome) {
            m_context.troubles.erase(Trouble::Stopped);
            m_context.troubles.erase(Trouble::DiskFull);
            m_database->restoreReserve();
        }
    }
    run({});
}

/// Enough that taking the reserve again leaves as much.
bool Writer::hasRoom() const
{
    return QStorageInfo(m_database->folder()).bytesAvailable() >= 2 * store::kReservedBytes;
}

/// One transaction.
Result<void> Writer::attempt(std::vector<Job>& jobs, Upkeep upkeep)
{
    const Moment moment(m_context);
    m_poison.reset();
    TRY(begin());
    if (upkeep == Upkeep::Yes)
        TRY(keepUp());
    auto done = runAll(jobs);
    if (done)
        done = m_database->commit();
    if (!done)
        undo();
    return done;
}

Result<void> Writer::runAll(std::vector<Job>& jobs)
{
    for (Job& job : jobs) {
        if (m_poison)
            return std::unexpected(*m_poison);
        job.outcome = inSavepoint(job.work);
    }
    if (m_poison)
        return std::unexpected(*m_poison);
    return {};
}

/// What time has brought. Where it can't be written now, the jobs go on without it, since some of them may only read;
/// readers judge by the clock anyway.
Result<void> Writer::keepUp()
{
    Authority::Work<void> work = [](Context& context) -> Result<void> {
        TRY(holdIfClockMoved(context));
        TRY(expireDue(context));
        TRY(followTime(context));
        return forgetOldProofs(context);
    };
    const auto kept = inSavepoint(work);
    m_kept = kept.has_value();
    if (kept && !m_poison)
        return {};
    m_poison.reset();
    undo();
    return begin();
}

Result<void> Writer::inSavepoint(Authority::Work<void>& work)
{
    const std::uint64_t logSize = m_context.log ? m_context.log->size() : 0;
    const Due due = dueOf(m_context.touched);
    m_context.refusal = Context::Refusal::UndoesAll;
    TRY(m_database->savepoint());
    auto result = work(m_context);
    if (result || m_context.refusal == Context::Refusal::IsKept) {
        const auto released = m_database->releaseSavepoint();
        if (released)
            return result;
        result = std::unexpected(released.error());
    }
    m_database->rollbackToSavepoint();
    std::tie(m_context.touched.anchor, m_context.touched.rollback, m_context.touched.device) = due;
    forgetUndone();
    if (m_context.log && m_context.log->size() != logSize) {
        // With a tree that is ahead of its leaves nothing may be committed.
        if (const auto reloaded = m_context.log->reload(); !reloaded)
            m_poison = reloaded.error();
    }
    return result;
}

/// Sets the outcome of all, and takes the revocations out that must be tried again.
std::vector<Job> Writer::takeUnfinished(std::vector<Job>& jobs, const Result<void>& committed)
{
    std::vector<Job> finished;
    std::vector<Job> unfinished;
    for (Job& job : jobs) {
        if (!committed && (!job.outcome || *job.outcome))
            job.outcome = Result<void>(std::unexpected(committed.error()));
        // Refused for a reason of its own is an answer; undone with the others, or hindered by the disk, is not.
        const bool hindered = !*job.outcome && isOfStorage(job.outcome->error().code);
        (job.urgency == Job::Urgency::Revocation && hindered ? unfinished : finished).push_back(std::move(job));
    }
    jobs = std::move(finished);
    return unfinished;
}

/// What was read in what was undone is read again.
void Writer::forgetUndone()
{
    m_context.touched.notEnded();
    m_context.ledger.forget();
    m_context.trust.forgetMemory();
    m_context.evidenceEnds.undone();
    m_context.dropped.undone();
    if (m_context.touched.services == Touched::Services::Changed)
        m_context.catalogues.changed();
}

void Writer::undo()
{
    m_database->rollback();
    forgetUndone();
    m_context.touched.anchor = Touched::Anchor::Same;
    m_context.touched.rollback = Touched::Rollback::Same;
    m_context.touched.device = Touched::Device::Same;
    m_context.view.forgetStatusLists();
    if (!m_context.log)
        return;
    if (const auto reloaded = m_context.log->reload(); !reloaded)
        breakLog(m_context, reloaded.error());
}

void Writer::noteTrouble(const Error& error)
{
    const Trouble trouble = error.code == ErrorCode::StorageFull ? Trouble::DiskFull : Trouble::Stopped;
    m_context.troubles[trouble] = troubleText(trouble) + QLatin1Char(' ') + QString::fromStdString(error.message);
}

/// After a commit, or after it failed: memory follows the disk.
void Writer::settle(const Result<void>& committed)
{
    if (committed) {
        m_context.evidenceEnds.committed();
        m_context.dropped.committed();
        if (m_context.touched.rollback == Touched::Rollback::Confirmed) {
            m_context.troubles.erase(Trouble::DatabaseRolledBack);
            m_context.endedByRollback.clear();
        }
        if (m_context.touched.device == Touched::Device::Replaced)
            takeRotation(m_context);
        if (m_context.touched.anchor == Touched::Anchor::Due)
            keepAnchor();
    }
    updateView();
}

void Writer::updateView()
{
    const bool stale = m_view == View::Stale;
    const auto published = stale ? publishAll(m_context) : publish(m_context, m_context.touched);
    // Asked after reading: what was read was read before.
    m_view = published && lookForOthers() ? View::Current : View::Stale;
    const auto held = m_context.ledger.anyHeldFor(grants::EndReason::ClockMoved);
    if (held && *held)
        m_context.troubles[Trouble::ClockMoved] = troubleText(Trouble::ClockMoved);
    else
        m_context.troubles.erase(Trouble::ClockMoved);
    const bool trusted = m_view == View::Current && m_pending.empty() && !m_context.has(Trouble::LogBroken);
    m_context.view.setGate(trusted ? ReadView::Gate::Open : ReadView::Gate::Closed);
}

void Writer::announce()
{
    const Touched touched = std::exchange(m_context.touched, {});
    askTrust(touched);
    if (!m_listener)
        return;
    auto changes = changesOf(m_context, touched);
    if (!changes)
        return;
    const bool nothing =
        changes->requests.empty() && changes->grants.empty() && changes->agents.empty() && !changes->servicesChanged;
    if (nothing && m_announced && looksTheSame(*m_announced, *changes->status))
        return;
    m_announced = changes->status;
    m_listener(std::move(*changes));
}

void Writer::askTrust(const Touched& touched)
{
    if (!m_askTrust)
        return;
    for (const auto& [agent, freshness] : touched.unsureOf) {
        auto question = trustQuestion(m_context, agent, freshness);
        if (question && *question)
            m_askTrust(std::move(**question));
    }
}

void Writer::setListener(Authority::Listener listener)
{
    m_listener = std::move(listener);
    if (!m_listener)
        return;
    if (auto everything = wholeState(m_context)) {
        m_announced = everything->status;
        m_listener(std::move(*everything));
    }
}

std::optional<UnixSeconds> Writer::nextEnd() const
{
    return authority::nextEnd(m_context).value_or(std::nullopt);
}

bool Writer::mustRetry() const
{
    return !m_pending.empty() || m_context.has(Trouble::DiskFull) || m_context.has(Trouble::Stopped);
}

void Writer::finish()
{
    std::vector<Job> last = tryPending();
    std::ranges::move(std::exchange(m_pending, {}), std::back_inserter(last));
    answer(last);
    writeCheckpoint();
    std::vector<Job> job(1);
    job.front().work = rememberTime;
    // Only a help to notice a clock that is set back while nothing runs.
    [[maybe_unused]] const auto committed = attempt(job, Upkeep::No);
    keepAnchor();
}

} // namespace countersign::authority
