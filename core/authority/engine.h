// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What lives on the authority's thread, and only there: the writer, and what wakes it.
#pragma once

#include "core/authority/wake_up.h"
#include "core/authority/writer.h"
#include "core/base/clock.h"

#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

namespace countersign::authority {

class Engine {
public:
    Engine(std::unique_ptr<Writer> opened, const Clock& clock);

    void run(std::vector<Job> jobs);
    [[nodiscard]] Writer& writer() { return *m_writer; }
    /// Called after each checkpoint; empty: nobody listens.
    void setCheckpointListener(std::function<void()> listener) { m_checkpointListener = std::move(listener); }

private:
    void arm();
    void writeCheckpoint();

    std::unique_ptr<Writer> m_writer;
    const Clock& m_clock;
    WakeUp m_wakeUp;
    QTimer m_checkpoint;
    QTimer m_retry;
    std::function<void()> m_checkpointListener;
};

} // namespace countersign::authority
