// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/mailbox.h"

#include <QCoreApplication>
#include <QEvent>

namespace countersign {

namespace {
QEvent::Type wakeUp()
{
    static const auto type = static_cast<QEvent::Type>(QEvent::registerEventType());
    return type;
}

void runEach(std::vector<Task> tasks)
{
    for (Task& task : tasks)
        task();
}
} // namespace

Mailbox::Mailbox(QObject* parent) : Mailbox(runEach, parent) { }

Mailbox::Mailbox(Drain drain, QObject* parent) : QObject(parent), m_drain(std::move(drain)) { }

void Mailbox::post(Task task)
{
    const std::lock_guard lock(m_mutex);
    m_tasks.push_back(std::move(task));
    // One event wakes the thread for everything that gathers until it comes round.
    if (m_tasks.size() == 1)
        QCoreApplication::postEvent(this, new QEvent(wakeUp()));
}

bool Mailbox::event(QEvent* event)
{
    if (event->type() != wakeUp())
        return QObject::event(event);

    std::vector<Task> gathered;
    {
        const std::lock_guard lock(m_mutex);
        gathered.swap(m_tasks);
    }
    m_drain(std::move(gathered));
    return true;
}

} // namespace countersign
