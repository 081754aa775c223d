// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/tray.h"

#include <QDBusInterface>
#include <QIcon>
#include <QMenu>
#include <QSystemTrayIcon>

#include <algorithm>

namespace countersign::desktop {

using namespace Qt::StringLiterals;
using authority::PersonDesk;

namespace {

/// From the theme where it is installed, so that the panel may recolour it; else our own drawing, sent as pixels.
QIcon trayIcon(const QString& name)
{
    return QIcon::fromTheme(name, QIcon(u":/countersign/icons/"_s + name + u".svg"_s));
}

QIcon calmIcon()
{
    return trayIcon(u"org.countersign.Countersign"_s);
}
QIcon attentionIcon()
{
    return trayIcon(u"org.countersign.Countersign-attention"_s);
}

} // namespace

Tray::Tray() : m_item(u"org.countersign.Countersign"_s)
{
    m_item.setTitle(tr("Countersign"));
    m_item.setCategory(KStatusNotifierItem::SystemServices);
    m_item.setIconByPixmap(calmIcon());
    m_item.setAttentionIconByPixmap(attentionIcon());
    m_item.setStatus(KStatusNotifierItem::Active);
    m_item.setStandardActionsEnabled(false);
    auto* menu = new QMenu;
    connect(menu->addAction(tr("Open Countersign")), &QAction::triggered, this, &Tray::windowWanted);
    m_stopEverything = menu->addAction(tr("Stop everything…"));
    m_stopEverything->setEnabled(false);
    connect(m_stopEverything, &QAction::triggered, this, &Tray::stopEverythingWanted);
    menu->addSeparator();
    connect(menu->addAction(tr("Quit")), &QAction::triggered, this, &Tray::quitWanted);
    m_item.setContextMenu(menu);
    connect(&m_item, &KStatusNotifierItem::activateRequested, this, &Tray::windowWanted);
}

bool Tray::isReachable()
{
    QDBusInterface watcher(
        u"org.kde.StatusNotifierWatcher"_s, u"/StatusNotifierWatcher"_s, u"org.kde.StatusNotifierWatcher"_s);
    if (watcher.isValid() && watcher.property("IsStatusNotifierHostRegistered").toBool())
        return true;
    return QSystemTrayIcon::isSystemTrayAvailable();
}

void Tray::follow(PersonDesk& desk)
{
    const auto refresh = [this, &desk] { update(desk); };
    connect(&desk, &PersonDesk::ready, this, refresh);
    connect(&desk, &PersonDesk::grantsReset, this, refresh);
    connect(&desk, &PersonDesk::statusChanged, this, refresh);
    connect(&desk, &PersonDesk::requestArrived, this, refresh);
    connect(&desk, &PersonDesk::requestEnded, this, refresh);
    update(desk);
}

void Tray::showTrouble(const QString& text)
{
    m_item.setStatus(KStatusNotifierItem::NeedsAttention);
    m_item.setToolTip(attentionIcon(), tr("Countersign"), text.toHtmlEscaped());
}

void Tray::update(const PersonDesk& desk)
{
    const int waiting = static_cast<int>(desk.waitingRequests().size());
    const auto& troubles = desk.status().troubles;
    const bool trouble = std::ranges::any_of(troubles, [](authority::Trouble each) {
        return each != authority::Trouble::PersonKeySealed && each != authority::Trouble::None;
    });
    m_item.setStatus(waiting > 0 || trouble ? KStatusNotifierItem::NeedsAttention : KStatusNotifierItem::Active);
    QStringList lines;
    if (trouble)
        lines.append(tr("Something needs your attention"));
    lines.append(waiting > 0 ? tr("Requests that wait for you: %1").arg(waiting) : tr("No request waits"));
    lines.append(tr("Live grants: %1").arg(desk.status().liveGrants));
    m_item.setToolTip(
        waiting > 0 || trouble ? attentionIcon() : calmIcon(), tr("Countersign"), lines.join(u'\n').toHtmlEscaped());
    m_stopEverything->setEnabled(desk.status().liveGrants > 0);
}

} // namespace countersign::desktop
