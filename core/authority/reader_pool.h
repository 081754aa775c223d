// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Threads for work that must not hold up the authority: reading with connections of their own, and slow computation.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/worker_pool.h"
#include "core/store/database.h"

#include <QString>

#include <functional>
#include <memory>
#include <vector>

namespace countersign::authority {

class ReaderPool {
public:
    explicit ReaderPool(QString folder);

    /// `work` gets its thread's read-only connection, or why there is none. As WorkerPool::post().
    using Work = std::move_only_function<void(Result<store::Database*>)>;
    void post(Work work);

private:
    static constexpr std::size_t kReaders = 4;

    [[nodiscard]] Result<store::Database*> databaseOf(std::size_t reader);

    QString m_folder;
    std::vector<std::unique_ptr<store::Database>> m_databases{kReaders}; ///< each its thread's own, opened when used
    WorkerPool m_workers;
};

/// Reads on the pool and replies from there.
template <typename T, typename Read> void answerFromDisk(ReaderPool& readers, Reply<T> reply, Read read)
{
    readers.post([reply = std::move(reply), read = std::move(read)](Result<store::Database*> database) mutable {
        reply(database ? read(**database) : std::unexpected(database.error()));
    });
}

} // namespace countersign::authority
