// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/notifier.h"

#include "core/permissions/permission.h"
#include "ui/common/trouble_words.h"

#include <KWindowSystem>

#include <algorithm>

namespace countersign::desktop {

using namespace Qt::StringLiterals;

namespace {

QString component()
{
    return u"countersign"_s;
}

/// That the key is sealed is how every session begins, and nothing to tell of.
bool isWorthTelling(authority::Trouble trouble)
{
    return trouble != authority::Trouble::None && trouble != authority::Trouble::PersonKeySealed;
}

} // namespace

Notifier::Notifier(authority::PersonDesk& desk) : m_desk(desk)
{
    connect(&desk, &authority::PersonDesk::requestArrived, this, &Notifier::update);
    connect(&desk, &authority::PersonDesk::requestEnded, this, &Notifier::update);
    connect(&desk, &authority::PersonDesk::grantChanged, this, &Notifier::onGrantChanged);
    connect(&desk, &authority::PersonDesk::statusChanged, this, &Notifier::onStatusChanged);
    connect(&m_lock, &SessionLock::changed, this, &Notifier::update);
    onStatusChanged();
}

Notifier::~Notifier()
{
    if (m_notification)
        m_notification->close();
}

void Notifier::say(const QString& event, const QString& title, const QString& text)
{
    auto* notification = new KNotification(event, KNotification::CloseOnTimeout);
    notification->setComponentName(component());
    notification->setTitle(title);
    notification->setText(text.toHtmlEscaped());
    notification->sendEvent();
}

void Notifier::onGrantChanged(int row)
{
    const authority::GrantRow& changed = m_desk.grants().at(static_cast<std::size_t>(row));
    onOperationsChanged(changed);
    if (changed.grant.state == grants::GrantState::Held)
        onGrantHeld(changed);
    else if (changed.grant.reason == grants::EndReason::ScreeningHit
        && m_toldOfAgents.insert(changed.grant.agent).second)
        say(u"grantHeld"_s, tr("What an agent was granted has ended"),
            tr("A sanctions screening of “%1” had a hit. All that it was granted has ended.").arg(changed.agentName));
}

void Notifier::onGrantHeld(const authority::GrantRow& held)
{
    const bool isReused = held.grant.reason == grants::EndReason::RefreshTokenReused;
    const bool isWaiting = held.grant.reason == grants::EndReason::WaitingForEvidence;
    if ((!isReused && !isWaiting) || !m_toldOfGrants.insert(held.grant.id).second)
        return;
    say(u"grantHeld"_s, tr("A grant is held"),
        isReused ? tr("A token of “%1” was used a second time, which its thief might do. Nothing is permitted under it "
                      "until you resume or revoke it.")
                       .arg(held.agentName)
                 : tr("“%1”, or an agent above it, does not show what the service demands. Nothing is permitted under "
                      "it until it does; then it goes on by itself.")
                       .arg(held.agentName));
}

/// One document may hold many grants: told once, until they were all looked at.
void Notifier::onOperationsChanged(const authority::GrantRow& row)
{
    const bool isHeld =
        row.grant.state == grants::GrantState::Held && row.grant.reason == grants::EndReason::OperationsChanged;
    if (!isHeld) {
        m_toLookAt.erase(row.grant.id);
        return;
    }
    const bool isFirst = m_toLookAt.empty();
    if (m_toLookAt.insert(row.grant.id).second && isFirst)
        say(u"grantHeld"_s, tr("Grants are held"),
            tr("A service changed what they cover. Nothing is permitted under them until you have looked at them under "
               "Grants, and resume them."));
}

void Notifier::onStatusChanged()
{
    for (const authority::Trouble trouble : m_desk.status().troubles) {
        if (!isWorthTelling(trouble) || std::ranges::contains(m_toldOfTroubles, trouble))
            continue;
        const ui::TroubleWords words = ui::troubleWords(trouble);
        say(u"trouble"_s, words.title, words.body);
    }
    m_toldOfTroubles = m_desk.status().troubles;
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
    notification->setComponentName(component());
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
