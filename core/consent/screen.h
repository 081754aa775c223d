// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The words of the consent screen. What is shown is what is signed: the screen is composed here, from facts that the
// authority froze when the dialog opened and from the person's edit, and the consent record carries its digest. The
// authority composes it again before it signs and refuses when the digests differ.
#pragma once

#include "core/agents/process.h"
#include "core/base/clock.h"
#include "core/base/text_safety.h"
#include "core/consent/request.h"
#include "core/permissions/permission.h"

#include <QLocale>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::consent {

/// Raise when the same facts would give other words.
inline constexpr int kScreenRenderer = 1;
inline constexpr std::chrono::seconds kDefaultGrantLife{3600}; ///< proposed: the shorter of this and what was asked

/// What is known of who asks, frozen at `at`.
struct ScreenFacts {
    std::string requestId; ///< Request::publicId
    SafeText agentName; ///< its own claim
    Thumbprint agentKey;
    agents::ProcessEvidence evidence;
    UnixSeconds firstSeen;
    permissions::Permission asked;
    std::vector<permissions::Permission> holdsNow; ///< its live grants
    std::vector<permissions::Permission> heldBefore; ///< ended ones
    std::string bindingMessage;
    int timesAsked = 1;
    UnixSeconds at;

    bool operator==(const ScreenFacts&) const = default;
};

/// How long the person wants it. OneHour is the default where more was asked.
enum class Duration : std::uint8_t { FifteenMinutes, OneHour, UntilTonight, UntilDate, AsAsked };

/// What the person left of the request. Actions are kept by (detail, action) as they stand in ScreenFacts::asked.
struct Edit {
    std::vector<std::vector<bool>> keptActions; ///< one per detail, one per action
    Duration duration = Duration::OneHour;
    std::optional<UnixSeconds> untilDate; ///< for Duration::UntilDate

    bool operator==(const Edit&) const = default;
};

/// Everything kept; the shorter of what was asked and kDefaultGrantLife.
[[nodiscard]] Edit initialEdit(const ScreenFacts& facts);
/// The durations that would not give more time than was asked (the last one offered is AsAsked where an end was asked).
[[nodiscard]] std::vector<Duration> offeredDurations(const ScreenFacts& facts);

/// The exact grant of an edit: details with nothing kept fall away, every detail has an end. `timeZone`-dependent ends
/// (tonight: 23:59:59 local time) use the system's zone at facts.at. Error: InvalidInput when nothing is left, the end
/// is not in the future, is beyond kMaxGrantLife, or beyond what was asked.
[[nodiscard]] Result<permissions::Permission> grantOf(const ScreenFacts& facts, const Edit& edit);

/// The screen, section by section; each string is plain text and is shown exactly as it stands.
struct Screen {
    QString summary; ///< one sentence, the largest text
    QStringList news; ///< what is new compared with what it has or had; empty: nothing
    QString claimedName; ///< “reconcile-bot” (what it calls itself)
    QStringList known; ///< key, program and parents, first seen, what it holds
    struct ActionLine {
        int detail = 0;
        int action = 0;
        QString text; ///< "payments: create"
        QString place; ///< "payments.example"
        enum class New : std::uint8_t { No, Yes } isNew = New::No;
    };
    std::vector<ActionLine> actions; ///< every action a check box
    QString until; ///< "until today 18:30 (in 1 hour)"
    QString why; ///< its words, quoted; empty: none given
    QString exact; ///< the exact grant: sentences, then its JSON

    QString locale; ///< BCP 47
    /// All of it as one text, in reading order, with marks for what is kept: this is what is hashed and kept.
    [[nodiscard]] QString text(const Edit& edit) const;
};

/// Pure: the same facts, edit and locale give the same words.
[[nodiscard]] Screen composeScreen(const ScreenFacts& facts, const Edit& edit, const QLocale& locale);

/// What makes a grant risky, as short sentences; empty: not risky. (More than a day, an unknown agent, …)
[[nodiscard]] QStringList risks(const ScreenFacts& facts, const Edit& edit);

} // namespace countersign::consent
