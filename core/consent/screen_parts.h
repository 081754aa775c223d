// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The parts of the consent screen, each composed for itself. Inside core/consent; but the story of an action tells its
// arguments in the same words.
#pragma once

#include "core/consent/screen.h"

namespace countersign::consent {

/// What an agent may do, or was allowed, already.
enum class Novelty : std::uint8_t { Known, NotNow, Never };

// screen_news.cpp
[[nodiscard]] bool isFirst(const ScreenFacts& facts); ///< it never held anything
[[nodiscard]] Novelty noveltyOf(
    const ScreenFacts& facts, const permissions::AgentDelegation& detail, const permissions::Action& action);
/// `spoken`: the grant as edited.
[[nodiscard]] QStringList newsOf(
    const ScreenFacts& facts, const permissions::Permission& spoken, const QLocale& locale);

// screen_limits.cpp
[[nodiscard]] std::vector<Screen::LimitLine> limitsOf(
    const ScreenFacts& facts, const Edit& edit, const QLocale& locale);
[[nodiscard]] std::vector<Screen::ValueLine> valuesOf(const ScreenFacts& facts);
[[nodiscard]] std::vector<Screen::ConditionLine> conditionsOf(const ScreenFacts& facts, const QLocale& locale);
/// What all live grants of the agent allow in money, together with this one.
[[nodiscard]] QString togetherOf(
    const ScreenFacts& facts, const permissions::Permission& spoken, const QLocale& locale);

// screen_action.cpp
[[nodiscard]] QString actionSummary(const ScreenFacts& facts);
[[nodiscard]] QStringList argumentsOf(const permissions::ActionRequest& action); ///< one leaf a line, its value exact
[[nodiscard]] QString exactAction(const permissions::ActionRequest& action); ///< its canonical JSON, safe to show

} // namespace countersign::consent
