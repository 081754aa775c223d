// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// How answers come from the authority's thread to the desk's. Inside core/authority.
#pragma once

#include "core/authority/agent_api.h"
#include "core/authority/person_desk.h"
#include "core/base/mailbox.h"

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace countersign::authority {

/// The way from the authority's thread to the desk. Answers may come after the desk has gone: then they end here.
class Port {
public:
    explicit Port(Mailbox& mailbox) : m_mailbox(&mailbox) { }

    void post(Task task)
    {
        const std::lock_guard lock(m_mutex);
        if (m_mailbox != nullptr)
            m_mailbox->post(std::move(task));
    }
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_mailbox = nullptr;
    }

private:
    std::mutex m_mutex;
    Mailbox* m_mailbox;
};

template <typename T> [[nodiscard]] Reply<T> through(std::shared_ptr<Port> port, Done<T> done)
{
    return [port = std::move(port), done = std::move(done)](Result<T> result) mutable {
        port->post([done = std::move(done), result = std::move(result)]() mutable {
            if (done)
                done(std::move(result));
        });
    };
}

/// Tells the progress on the desk's thread, the newest when it gets to it.
[[nodiscard]] inline LongWork onDesk(std::shared_ptr<Port> port, LongWork work)
{
    if (!work.progress)
        return work;
    struct Newest {
        std::mutex mutex;
        std::optional<std::pair<std::uint64_t, std::uint64_t>> untold;
    };
    auto newest = std::make_shared<Newest>();
    work.progress = [port = std::move(port), newest, tell = std::move(work.progress)](
                        std::uint64_t done, std::uint64_t total) {
        {
            const std::lock_guard lock(newest->mutex);
            if (std::exchange(newest->untold, std::pair(done, total)))
                return; // what is on its way will tell this instead
        }
        port->post([newest, tell] {
            std::unique_lock lock(newest->mutex);
            const auto progress = std::exchange(newest->untold, std::nullopt);
            lock.unlock();
            tell(progress->first, progress->second);
        });
    };
    return work;
}

} // namespace countersign::authority
