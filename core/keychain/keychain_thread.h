// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The keychain's own thread. Everything that touches a keychain runs here, with an event loop.
#pragma once

#include "core/base/mailbox.h"
#include "core/keychain/open_keychain.h"

#include <QThread>

#include <functional>
#include <latch>
#include <memory>

namespace countersign::keychain {

class KeychainThread {
public:
    KeychainThread();
    KeychainThread(const KeychainThread&) = delete;
    KeychainThread& operator=(const KeychainThread&) = delete;
    ~KeychainThread(); ///< runs what was posted, closes the keychain, joins. From the thread that made it

    /// `work` runs on the keychain's thread. It gets the opened keychain, or nullptr before open() succeeded.
    using Work = std::move_only_function<void(Keychain*)>;
    void post(Work work); ///< any thread
    /// Closes what is open, opens on the thread, keeps it, then calls `done` there. Also the way back after
    /// KeychainLocked.
    void open(Backend backend, OpenOptions options, std::move_only_function<void(Result<void>)> done); ///< any thread

private:
    QThread m_thread;
    std::unique_ptr<Mailbox> m_mailbox; // lives on m_thread
    std::unique_ptr<Keychain> m_keychain; // touched on m_thread only
    std::latch m_ended{
        1}; // passed when the thread has let go of both (QThread::wait alone does not show sanitizers that)
};

} // namespace countersign::keychain
