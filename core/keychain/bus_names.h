// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Whether a program answers, or can be started, on the session's bus. Asks the bus only.
#pragma once

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusReply>
#include <QStringList>

namespace countersign::keychain {

[[nodiscard]] inline bool runsOnSessionBus(const QString& name)
{
    const auto bus = QDBusConnection::sessionBus();
    return bus.isConnected() && bus.interface()->isServiceRegistered(name).value();
}

[[nodiscard]] inline bool answersOnSessionBus(const QString& name)
{
    const auto bus = QDBusConnection::sessionBus();
    return bus.isConnected()
        && (bus.interface()->isServiceRegistered(name).value()
            || bus.interface()->activatableServiceNames().value().contains(name));
}

} // namespace countersign::keychain
