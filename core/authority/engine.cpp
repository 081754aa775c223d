// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/engine.h"

#include "core/audit/log.h"

namespace countersign::authority {

namespace {
constexpr std::chrono::milliseconds kRetryInterval{1000}; ///< while the disk refuses
constexpr std::chrono::seconds kCheckpointAfter{9}; ///< of an entry: with the time that it takes, in time
static_assert(kCheckpointAfter < audit::kCheckpointInterval);
} // namespace

Engine::Engine(std::unique_ptr<Writer> opened, const Clock& clock)
    : m_writer(std::move(opened)), m_clock(clock), m_wakeUp([this] { run({}); })
{
    m_checkpoint.setSingleShot(true);
    m_checkpoint.setTimerType(Qt::PreciseTimer); // a coarse one may be 5 % late
    m_checkpoint.setInterval(kCheckpointAfter);
    QObject::connect(&m_checkpoint, &QTimer::timeout, &m_checkpoint, [this] { writeCheckpoint(); });
    m_retry.setSingleShot(true);
    m_retry.setInterval(kRetryInterval);
    QObject::connect(&m_retry, &QTimer::timeout, &m_retry, [this] {
        m_writer->retry();
        arm();
    });
    arm();
}

void Engine::run(std::vector<Job> jobs)
{
    m_writer->run(std::move(jobs));
    arm();
}

void Engine::writeCheckpoint()
{
    m_writer->writeCheckpoint();
    if (m_checkpointListener)
        m_checkpointListener();
    arm(); // the anchor may be due later
}

void Engine::arm()
{
    if (const auto end = m_writer->nextEnd())
        m_wakeUp.in(std::chrono::seconds(end->value) - m_clock.wallTime());
    else
        m_wakeUp.never();
    if (m_writer->needsCheckpoint() && !m_checkpoint.isActive())
        m_checkpoint.start();
    if (m_writer->mustRetry() && !m_retry.isActive())
        m_retry.start();
}

} // namespace countersign::authority
