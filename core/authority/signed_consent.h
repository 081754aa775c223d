// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the person decided becomes a signed record. What was shown is what is signed: the screen is composed again from
// what is known now, and anything that differs is refused.
#pragma once

#include "core/authority/context.h"
#include "core/authority/person_api.h"
#include "core/consent/record.h"

#include <optional>
#include <string_view>
#include <vector>

namespace countersign::authority {

/// What stood on the screen when the person decided. Refers to a decision that outlives it.
struct Shown {
    const consent::ScreenFacts& facts;
    const consent::Edit& edit;
    const QString& locale;
    const QString& text;
    consent::Presence presence;
};
[[nodiscard]] Shown shownOf(const Decision& decision);
[[nodiscard]] Shown shownOf(const Narrowing& narrowing);

/// Error: InvalidInput when the facts are not those that hold now, or the text is not what they and the edit make. They
/// may be of an earlier moment (which makes an earlier end), and the agent may have asked again meanwhile.
[[nodiscard]] Result<void> holdToScreen(const Shown& shown, const consent::ScreenFacts& now);

/// A record about a grant, with all that is the same for each purpose.
[[nodiscard]] consent::ConsentRecord recordAbout(
    const Context& context, const grants::Grant& grant, consent::Purpose purpose, const Shown& shown);

/// In the leaf of a replacement: the details of the grant before of which what was spent today counts in the new one
/// alone.
inline constexpr std::string_view kDaysMovedClaim = "days_moved";

/// Where counts go on: of the grant before, or of this one as it was before.
struct CountsGoOn {
    std::vector<int> detailOf; ///< where each detail went; -1: nowhere
    std::optional<std::vector<int>> daysMoved = {}; ///< of the grant before
    std::vector<Dropped> dropped = {}; ///< what counts elsewhere from now on
};

/// Signs the record, writes its leaf and keeps both with the screen's text; the log's anchor is due. Error:
/// KeychainLocked, and others.
[[nodiscard]] Result<void> signAndKeep(Context& context, const grants::Grant& grant, consent::ConsentRecord record,
    const Shown& shown, const std::optional<CountsGoOn>& counts = {});

} // namespace countersign::authority
