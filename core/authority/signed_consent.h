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

/// Signs the record, writes its leaf and keeps both with the screen's text; the log's anchor is due. `detailOf`: where
/// each detail of the grant before went (-1: nowhere), where counts go on. Error: KeychainLocked, and others.
[[nodiscard]] Result<void> signAndKeep(Context& context, const grants::Grant& grant, consent::ConsentRecord record,
    const Shown& shown, const std::optional<std::vector<int>>& detailOf = {});

} // namespace countersign::authority
