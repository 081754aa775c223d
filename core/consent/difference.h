// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What differs between two permissions, limit by limit, in the words of a person.
#pragma once

#include "core/base/clock.h"
#include "core/permissions/permission.h"

#include <QLocale>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <vector>

namespace countersign::consent {

/// One line of a difference. Plain text.
struct Change {
    QString what; ///< "in all at most"; with the place where there are several details
    QString before; ///< "5,000.00 EUR"; empty: there was nothing like it
    QString after; ///< "20,000.00 EUR"; empty: nothing is left of it
    /// Other: neither is narrower, or it can't be told.
    enum class Direction : std::uint8_t { More, Less, Other } direction = Direction::Other;
    enum class About : std::uint8_t { Work, Limit, Time } about = About::Limit; ///< Work: what may be done, and where

    bool operator==(const Change&) const = default;
    /// "in all at most: 5,000.00 EUR → 20,000.00 EUR (more)"
    [[nodiscard]] QString text() const;
};

/// Whether both let something of the same be done at the same place.
[[nodiscard]] bool sameWork(const permissions::AgentDelegation& a, const permissions::AgentDelegation& b);
/// What differs between two details, in a fixed order; empty: nothing. `now`: for words like "today".
[[nodiscard]] std::vector<Change> changesBetween(const permissions::AgentDelegation& before,
    const permissions::AgentDelegation& after, UnixSeconds now, const QLocale& locale);
/// The same for all details: those of the same work are compared, the others came or went.
[[nodiscard]] std::vector<Change> changesBetween(const permissions::Permission& before,
    const permissions::Permission& after, UnixSeconds now, const QLocale& locale);
/// What `child` has less than `parent`, one sentence a limit; for a grant and the one that it was delegated from.
[[nodiscard]] QStringList narrowedSentences(const permissions::Permission& parent, const permissions::Permission& child,
    UnixSeconds now, const QLocale& locale = QLocale());

} // namespace countersign::consent
