// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/passphrase_broker.h"

#include <utility>

namespace countersign::desktop {

PassphraseBroker::PassphraseBroker(Mailbox& gui, Question ask) : m_gui(gui), m_ask(std::move(ask)) { }

Result<crypto::SecretBytes> PassphraseBroker::ask(keychain::PassphrasePurpose purpose, const QString& reason)
{
    std::unique_lock lock(m_mutex);
    if (m_shutDown)
        return fail(ErrorCode::Cancelled, "Countersign is ending.");
    m_answer.reset();
    m_gui.post([this, purpose, reason] { m_ask(purpose, reason); });
    m_answered.wait(lock, [this] { return m_answer.has_value(); });
    return *std::exchange(m_answer, std::nullopt);
}

void PassphraseBroker::answer(crypto::SecretBytes passphrase)
{
    const std::lock_guard lock(m_mutex);
    m_answer.emplace(std::move(passphrase));
    m_answered.notify_one();
}

void PassphraseBroker::cancel()
{
    const std::lock_guard lock(m_mutex);
    m_answer.emplace(fail(ErrorCode::Cancelled, "No passphrase was given, so the keys stay sealed."));
    m_answered.notify_one();
}

void PassphraseBroker::shutDown()
{
    {
        const std::lock_guard lock(m_mutex);
        m_shutDown = true;
    }
    cancel();
}

} // namespace countersign::desktop
