// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A grant, its agent and what is left of it, for a person.
#pragma once

#include "core/authority/person_api.h"
#include "core/grants/grant.h"
#include "ui/grants/meter_left.h"

#include <QLocale>
#include <QString>

namespace countersign::ui {

/// "live", "revoked by you", "held: the clock was changed".
[[nodiscard]] QString grantStateWords(grants::GrantState state, grants::EndReason reason);

/// "night books (reconcile-bot)": what the person calls it, and what it calls itself.
[[nodiscard]] QString agentWords(const authority::GrantRow& row);
/// What is left: "12,690.00 of 20,000.00 EUR", "159 of 200 uses", "197.50 of 500.00 EUR: boss has no more left"
[[nodiscard]] QString meterWords(const MeterLeft& meter, const QLocale& locale = QLocale());

} // namespace countersign::ui
