// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The parts that sentences about permissions are made of, for screens that show one limit at a time. Plain text in the
// language of the running translation; values from outside are made safe to show (core/base/text_safety.h).
#pragma once

#include "core/permissions/permission.h"

#include <QLocale>
#include <QString>

namespace countersign::permissions {

/// "500.00", exact, with the locale's digits and separators.
[[nodiscard]] QString amountLabel(Amount amount, const QLocale& locale = QLocale());
/// "500.00 EUR", exact, with the locale's digits and separators.
[[nodiscard]] QString moneyLabel(Amount amount, const Currency& currency, const QLocale& locale = QLocale());
/// Where an argument stands, as a person reads it: "/recipient" is "recipient", "/order/lines" is "order/lines".
[[nodiscard]] QString argumentLabel(const Pointer& at);
/// One value: a text (bounded, escaped, in quotes unless it is one plain word), a number, true, false, null, or JSON.
[[nodiscard]] QString valueLabel(const Value& value);
/// What a constraint accepts: "acme or globex", "at most 500.00", "anything like INV-*".
[[nodiscard]] QString constraintLabel(const Constraint& constraint, const QLocale& locale = QLocale());
[[nodiscard]] QString timesLabel(std::int64_t count); ///< "once", "200 times"
[[nodiscard]] QString rateLabel(const Rate& rate, const QLocale& locale = QLocale()); ///< "20 times in 1 minute"
/// "22:00 to 06:00 (Europe/Berlin)"
[[nodiscard]] QString windowLabel(const DailyWindow& window, const QLocale& locale = QLocale());
/// When the person is asked again: "each time", "above 1,000.00 EUR", "for a new recipient"; empty: never.
[[nodiscard]] QString stepUpLabel(const AgentDelegation& detail, const QLocale& locale = QLocale());

} // namespace countersign::permissions
