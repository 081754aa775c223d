// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/keychain_thread.h"

#include <utility>

namespace countersign::keychain {

KeychainThread::KeychainThread() : m_mailbox(std::make_unique<Mailbox>())
{
    m_thread.setObjectName(QStringLiteral("keychain"));
    m_mailbox->moveToThread(&m_thread);
    // finished() is emitted on the thread itself, so the mailbox dies where it lived.
    const auto end = [this] {
        m_mailbox.reset();
        m_ended.count_down();
    };
    QObject::connect(&m_thread, &QThread::finished, &m_thread, end, Qt::DirectConnection);
    m_thread.start();
}

KeychainThread::~KeychainThread()
{
    // Comes after everything that was posted before, so all of that still runs with the keychain open.
    post([this](Keychain*) {
        m_keychain.reset();
        m_thread.quit();
    });
    m_ended.wait();
    m_thread.wait();
}

void KeychainThread::post(Work work)
{
    m_mailbox->post([this, work = std::move(work)]() mutable { work(m_keychain.get()); });
}

void KeychainThread::open(Backend backend, OpenOptions options, std::move_only_function<void(Result<void>)> done)
{
    post([this, backend, options = std::move(options), done = std::move(done)](Keychain*) mutable {
        m_keychain.reset(); // first: the sealed file can be open only once
        auto opened = openKeychain(backend, options);
        if (!opened) {
            done(std::unexpected(std::move(opened).error()));
            return;
        }
        m_keychain = std::move(*opened);
        done({});
    });
}

} // namespace countersign::keychain
