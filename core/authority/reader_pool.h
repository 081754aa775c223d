// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Threads for work that must not hold up the authority: reading with connections of their own, and slow computation.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/mailbox.h"
#include "core/store/database.h"

#include <QString>
#include <QThread>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <vector>

namespace countersign::authority {

class ReaderPool {
public:
    explicit ReaderPool(QString folder);
    ~ReaderPool(); ///< runs what was posted, joins

    /// `work` gets the thread's read-only connection, or why there is none. Goes to the thread with the least to do, so
    /// that what takes a while holds up nothing else while others are idle. Any thread.
    using Work = std::move_only_function<void(Result<store::Database*>)>;
    void post(Work work);

private:
    struct Reader {
        QThread thread;
        std::unique_ptr<Mailbox> mailbox = std::make_unique<Mailbox>(); ///< dies on the thread
        std::unique_ptr<store::Database> database; ///< the thread's own, opened when first used
        std::latch ended{1};
        std::atomic<int> waiting = 0; ///< works, the running one among them
    };
    static constexpr int kReaders = 4;

    QString m_folder;
    std::vector<std::unique_ptr<Reader>> m_readers;
};

/// Reads on the pool and replies from there.
template <typename T, typename Read> void answerFromDisk(ReaderPool& readers, Reply<T> reply, Read read)
{
    readers.post([reply = std::move(reply), read = std::move(read)](Result<store::Database*> database) mutable {
        reply(database ? read(**database) : std::unexpected(database.error()));
    });
}

} // namespace countersign::authority
