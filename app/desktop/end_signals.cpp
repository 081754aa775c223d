// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/end_signals.h"

#include <csignal>

#include <sys/signalfd.h>
#include <unistd.h>

namespace countersign::desktop {

namespace {

sigset_t endSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int each : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&signals, each);
    return signals;
}

} // namespace

void blockEndSignals()
{
    const sigset_t signals = endSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

EndSignals::EndSignals() : m_notifier(QSocketNotifier::Read)
{
    const sigset_t signals = endSignals();
    m_descriptor = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (m_descriptor < 0)
        return;
    m_notifier.setSocket(m_descriptor);
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] {
        signalfd_siginfo info{};
        while (read(m_descriptor, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
            Q_EMIT endWanted();
    });
    m_notifier.setEnabled(true);
}

EndSignals::~EndSignals()
{
    m_notifier.setEnabled(false);
    if (m_descriptor >= 0)
        close(m_descriptor);
}

} // namespace countersign::desktop
