// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/session_lock.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace countersign::desktop {

using namespace Qt::StringLiterals;

SessionLock::SessionLock(QObject* parent) : QObject(parent)
{
    const QString service = u"org.freedesktop.ScreenSaver"_s;
    const QString path = u"/org/freedesktop/ScreenSaver"_s;
    QDBusConnection bus = QDBusConnection::sessionBus();
    // The signal comes from whoever is the screen saver, on either of the two paths that are in use.
    bus.connect(service, path, service, u"ActiveChanged"_s, this, SLOT(setLocked(bool)));
    bus.connect(service, u"/ScreenSaver"_s, service, u"ActiveChanged"_s, this, SLOT(setLocked(bool)));
    auto* watcher = new QDBusPendingCallWatcher(
        bus.asyncCall(QDBusMessage::createMethodCall(service, path, service, u"GetActive"_s)), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        const QDBusPendingReply<bool> reply = *watcher;
        if (!reply.isError())
            setLocked(reply.value());
        watcher->deleteLater();
    });
}

void SessionLock::setLocked(bool locked)
{
    if (m_locked == locked)
        return;
    m_locked = locked;
    Q_EMIT changed();
}

} // namespace countersign::desktop
