// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The words of the consent screen. What is shown is what is signed: the screen is composed here, from facts that the
// authority froze when the dialog opened and from the person's edit, and the consent record carries its digest. The
// authority composes it again before it signs and refuses when the digests differ.
#pragma once

#include "core/agents/process.h"
#include "core/agents/trust_evidence.h"
#include "core/base/clock.h"
#include "core/base/text_safety.h"
#include "core/consent/demands.h"
#include "core/consent/difference.h"
#include "core/consent/offer.h"
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
inline constexpr int kScreenRenderer = 5;
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
    Purpose purpose = Purpose::Grant;
    std::optional<permissions::Permission> before; ///< Replacement: what the grant permits that it would replace
    std::optional<permissions::ActionRequest> action; ///< Action
    std::string askedBecause; ///< Action: why the person is asked (decision::Verdict::sentence)
    QString ownName; ///< what the person calls this agent; empty: nothing
    agents::AgentTrust trust; ///< evidence, never a reason
    std::vector<Offer> offers = {}; ///< what the services say of the actions that are asked for
    KeyShown keyShown = KeyShown::No;
    std::vector<Demanded> demanded = {}; ///< what services demand of the agent for the actions that are asked for

    bool operator==(const ScreenFacts&) const = default;
};

/// How long the person wants it. OneHour is the default where more was asked.
enum class Duration : std::uint8_t { FifteenMinutes, OneHour, UntilTonight, UntilDate, AsAsked };

/// What the person left of one detail, by its place in ScreenFacts::asked. Everything can only be made less.
struct DetailEdit {
    std::vector<bool> keptActions; ///< one per action
    /// One per constraint, and in it one per value where the constraint is one_of or subset; empty for the others.
    std::vector<std::vector<bool>> keptValues;
    std::optional<Amount> perAction; ///< these four: nullopt: as asked
    std::optional<Amount> perDay;
    std::optional<Amount> total;
    std::optional<std::int64_t> uses;
    int maxDepth = 0;
    permissions::SignedReads signedReads = permissions::SignedReads::No;

    bool operator==(const DetailEdit&) const = default;
};

/// What the person left of the request.
struct Edit {
    std::vector<DetailEdit> details; ///< one per detail; empty for an Action
    Duration duration = Duration::OneHour;
    std::optional<UnixSeconds> untilDate; ///< for Duration::UntilDate

    bool operator==(const Edit&) const = default;
};

/// The values of a constraint that the person may leave out one by one (one_of, subset); empty for the others.
[[nodiscard]] const std::vector<permissions::Value>& choosableValues(const permissions::Constraint& constraint);

/// Everything kept; the shorter of what was asked and kDefaultGrantLife. A replacement is not proposed for less time
/// than there is now, an amendment keeps its time.
[[nodiscard]] Edit initialEdit(const ScreenFacts& facts);
/// The durations that would not give more time than was asked (the last one offered is AsAsked where an end was asked).
/// Empty for an action.
[[nodiscard]] std::vector<Duration> offeredDurations(const ScreenFacts& facts);

/// The exact grant of an edit, which always narrows what was asked: details with nothing kept fall away, every detail
/// has an end. A chosen span of time begins where the detail may be used first; `timeZone`-dependent ends (tonight:
/// 23:59:59 local time) use the system's zone at facts.at. For an action: nothing (an empty permission). Error:
/// InvalidInput when nothing is left, a limit is raised or is nothing, a set of values would be empty, the end is not
/// in the future, is beyond kMaxGrantLife, or beyond what was asked; for an amendment also when nothing would change.
[[nodiscard]] Result<permissions::Permission> grantOf(const ScreenFacts& facts, const Edit& edit);

/// The screen, section by section; each string is plain text and is shown exactly as it stands.
struct Screen {
    QString summary; ///< one sentence, the largest text
    QStringList news; ///< what is new compared with what it has or had; empty: nothing
    QString ownName; ///< “night books” (your name for it); empty: none
    QString claimedName; ///< “reconcile-bot” (what it calls itself)
    QStringList known; ///< key, program and parents, first seen, what it holds
    /// What others say of it: evidence, never a reason.
    struct Trust {
        QString level; ///< "Trust: L3, says …"
        QString screening; ///< "Sanctions: clear, …" or "Sanctions: NOT SCREENED …"
        agents::Screening state = agents::Screening::NotScreened; ///< what `screening` says, to be shown apart
        QString owner; ///< empty: nobody names one
    };
    Trust trust;
    std::vector<Demand> demands; ///< what the services demand of the agent, beside what it can show; empty: nothing
    QString askedBecause; ///< an action: why the person is asked; else empty
    QStringList arguments; ///< an action: every argument with its exact value, one a line
    struct ActionLine {
        int detail = 0;
        int action = 0;
        QString text; ///< "payments: create"
        QString place; ///< "payments.example"
        enum class New : std::uint8_t { No, Yes } isNew = New::No;
        QStringList says = {}; ///< what services say of it, their words quoted
    };
    std::vector<ActionLine> actions; ///< every action a check box
    /// A limit, as edited. Those of money and uses stand there also where none was asked, since one may be set. That of
    /// reads stands where the agent may pay or hand on, and where something is taken back.
    struct LimitLine {
        int detail = 0;
        enum class Limit : std::uint8_t { PerAction, PerDay, Total, Uses, Depth, Reads } limit = Limit::PerAction;
        QString label; ///< "in all at most"
        QString value; ///< "20,000.00 EUR", "no limit"
    };
    std::vector<LimitLine> limits;
    struct ValueLine { ///< a value that can be left out
        int detail = 0;
        int constraint = 0;
        int value = 0;
        QString argument; ///< "recipient"
        QString text; ///< "acme"
    };
    std::vector<ValueLine> values;
    struct ConditionLine { ///< what can't be edited
        int detail = 0;
        QString text; ///< "reference: anything like INV-*"
    };
    std::vector<ConditionLine> conditions;
    /// A replacement: the grant as it is → as it would be; an amendment: what is taken back. Else empty.
    std::vector<Change> changes;
    QString until; ///< "until today 18:30 (in 1 hour)"
    QString
        together; ///< what all live grants of this agent allow in money, with this one; empty: only this one, or none
    QString why; ///< its words, quoted; empty: none given
    QString exact; ///< the exact grant: sentences, then its JSON

    QString locale; ///< BCP 47
    /// All of it as one text, in reading order, with marks for what is kept: this is what is hashed and kept.
    [[nodiscard]] QString text(const Edit& edit) const;
};

/// How far something may be handed on: "no", "one level deep".
[[nodiscard]] QString depthWords(int levels);

/// Pure: the same facts, edit and locale give the same words.
[[nodiscard]] Screen composeScreen(const ScreenFacts& facts, const Edit& edit, const QLocale& locale);

/// What makes a decision risky, as short sentences; empty: not risky. Money, wildcards, delegation, more than a day, an
/// unknown agent, an unprotected way; an action always, taking back never.
[[nodiscard]] QStringList risks(const ScreenFacts& facts, const Edit& edit);

} // namespace countersign::consent
