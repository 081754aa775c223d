// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/notifier.h"

#include "core/permissions/permission.h"

#include <KWindowSystem>

namespace countersign::desktop {

using namespace Qt::StringLiterals;

namespace {

const QString kComponent = u"countersign"_s;

} // namespace

Notifier::Notifier(authority::PersonDesk& desk) : m_desk(desk)
{
    connect(&desk, &authority::PersonDesk::requestArrived, this, &Notifier::update);
    connect(&desk, &authority::PersonDesk::requestEnded, this, &Notifier::update);
    connect(&m_lock, &SessionLock::changed, this, &Notifier::update);
}

Notifier::~Notifier()
{
    if (m_notification)
        m_notification->close();
}

void Notifier::say(const QString& event, const QString& title, const QString& text)
{
    auto* notification = new KNotification(event, KNotification::CloseOnTimeout);
    notification->setComponentName(kComponent);
    notification->setTitle(title);
    notification->setText(text.toHtmlEscaped());
    notification->sendEvent();
}

void Notifier::update()
{
    const auto& waiting = m_desk.waitingRequests();
    if (m_notification)
        m_notification->close();
    if (waiting.empty())
        return;
    if (m_lock.isLocked()) {
        show(tr("Something waits for your decision"), tr("Unlock the screen to see it."), {});
    } else if (waiting.size() == 1) {
        const authority::WaitingRequest& request = waiting.front();
        const QString what = permissions::toSentences(request.request.asked).join(u"; "_s);
        show(tr("An agent asks for permission"),
            tr("It calls itself “%1” and wants to %2.").arg(request.facts.agentName.text, what),
            QString::fromStdString(request.request.publicId));
    } else {
        show(tr("Agents ask for permission"), tr("Requests that wait for you: %1").arg(waiting.size()), {});
    }
}

void Notifier::show(const QString& title, const QString& text, const QString& publicId)
{
    auto* notification = new KNotification(u"requestArrived"_s, KNotification::Persistent);
    m_notification = notification;
    notification->setComponentName(kComponent);
    notification->setTitle(title);
    notification->setText(text.toHtmlEscaped()); // the body is read as markup
    const auto review = [this, notification, publicId] {
        KWindowSystem::setCurrentXdgActivationToken(notification->xdgActivationToken());
        Q_EMIT reviewRequested(publicId);
    };
    connect(notification->addAction(tr("Review")), &KNotificationAction::activated, this, review);
    connect(notification->addDefaultAction(tr("Review")), &KNotificationAction::activated, this, review);
    if (!publicId.isEmpty()) {
        connect(notification->addAction(tr("Deny")), &KNotificationAction::activated, this,
            [this, publicId] { m_desk.deny(publicId.toStdString(), [](const Result<void>&) { }); });
    }
    notification->sendEvent();
}

} // namespace countersign::desktop
