// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tells the person that requests wait: one notification for all of them, with Review and, for a single one, Deny; never
// Approve. While the screen is locked it says only that something waits.
#pragma once

#include "app/desktop/session_lock.h"
#include "core/authority/person_desk.h"

#include <KNotification>

#include <QObject>
#include <QPointer>

#include <set>
#include <vector>

namespace countersign::desktop {

class Notifier final : public QObject {
    Q_OBJECT
public:
    explicit Notifier(authority::PersonDesk& desk);
    ~Notifier() override;

    /// Something went wrong, or a grant is held: said once, in the person's language.
    void say(const QString& event, const QString& title, const QString& text);
    [[nodiscard]] bool isScreenLocked() const { return m_lock.isLocked(); }

Q_SIGNALS:
    /// The person chose to look. `publicId` may be empty: the oldest. The activation token was taken over already.
    void reviewRequested(const QString& publicId);

private:
    void update();
    void onGrantChanged(int row);
    void onGrantHeld(const authority::GrantRow& held);
    void onOperationsChanged(const authority::GrantRow& row);
    void onStatusChanged();
    void show(const QString& title, const QString& text, const QString& publicId);

    authority::PersonDesk& m_desk;
    SessionLock m_lock;
    QPointer<KNotification> m_notification;
    std::set<GrantId> m_toldOfGrants;
    std::set<GrantId> m_toLookAt; ///< held because a service changed what they cover
    std::set<ClientId> m_toldOfAgents; ///< that a screening of them had a hit
    std::vector<authority::Trouble> m_toldOfTroubles;
};

} // namespace countersign::desktop
