// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The one class that crosses threads: a mutex-guarded queue of tasks whose Qt event carries nothing.
#pragma once

#include <QObject>

#include <functional>
#include <mutex>
#include <vector>

namespace countersign {

using Task = std::move_only_function<void()>;

/// Tasks posted from any thread run, in order, on the thread that the mailbox lives in (it needs an event loop).
/// All that gathered while the thread was busy is handed to `drain` at once: that is what group commit builds on.
/// Destroy it on its own thread, after the last post().
class Mailbox final : public QObject {
    Q_OBJECT
public:
    using Drain = std::function<void(std::vector<Task>)>;

    explicit Mailbox(QObject* parent = nullptr); ///< runs each task by itself
    explicit Mailbox(Drain drain, QObject* parent = nullptr);

    void post(Task task); ///< any thread

protected:
    bool event(QEvent* event) override;

private:
    Drain m_drain;
    std::mutex m_mutex;
    std::vector<Task> m_tasks;
};

} // namespace countersign
