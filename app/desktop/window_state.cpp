// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/window_state.h"

#include <KConfigGroup>
#include <KSharedConfig>

namespace countersign::desktop {

namespace {
KConfigGroup windows()
{
    return KSharedConfig::openStateConfig()->group(QStringLiteral("Windows"));
}
} // namespace

QByteArray WindowState::recall(const QString& what) const
{
    return QByteArray::fromBase64(windows().readEntry(what, QByteArray()));
}

void WindowState::remember(const QString& what, const QByteArray& state)
{
    KConfigGroup group = windows();
    group.writeEntry(what, state.toBase64()); // written when the program ends
}

} // namespace countersign::desktop
