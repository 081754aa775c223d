// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Carries the keychain thread's question for the sealed file's passphrase to the GUI thread and the answer back.
#pragma once

#include "core/base/mailbox.h"
#include "core/keychain/open_keychain.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

namespace countersign::desktop {

class PassphraseBroker {
public:
    using Question = std::function<void(keychain::PassphrasePurpose purpose, const QString& reason)>;

    /// `ask` is called on the thread of `gui`.
    PassphraseBroker(Mailbox& gui, Question ask);

    /// The keychain thread waits here for answer() or cancel().
    [[nodiscard]] Result<crypto::SecretBytes> ask(keychain::PassphrasePurpose purpose, const QString& reason);

    void answer(crypto::SecretBytes passphrase); ///< GUI thread
    void cancel(); ///< GUI thread: the question that waits, if one does
    void shutDown(); ///< GUI thread: this question and every later one

private:
    Mailbox& m_gui;
    Question m_ask;
    std::mutex m_mutex;
    std::condition_variable m_answered;
    std::optional<Result<crypto::SecretBytes>> m_answer;
    bool m_shutDown = false;
};

} // namespace countersign::desktop
