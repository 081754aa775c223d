// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The parts of a story in words.
#pragma once

#include "core/authority/story.h"
#include "ui/timeline/chain_path.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace countersign::ui {

/// From the person to what was done, and on over other servers; each further path begins where it leaves another.
[[nodiscard]] std::vector<std::vector<ChainPath::Stop>> storyPaths(const authority::Story& story);
[[nodiscard]] QStringList sentWords(const authority::SentRequest& sent);
[[nodiscard]] QStringList hopWords(const authority::StoryHop& hop);
[[nodiscard]] QString consentCaption(const authority::StoryConsent& consent);
[[nodiscard]] QString consentSentence(const authority::StoryConsent& consent);
[[nodiscard]] QString outcomeSentence(const authority::StoryOutcome& outcome);
/// What another server said, and how much that is worth.
[[nodiscard]] QStringList foreignWords(const authority::StoryForeign& foreign);
/// "In the content as it was received, 64 bytes; it is what the agent signed"
[[nodiscard]] QString bodySentence(const authority::SentBody& body);
/// The name by which the person knows another server, else what it calls itself.
[[nodiscard]] QString serverName(const authority::StoryForeign& foreign);

} // namespace countersign::ui
