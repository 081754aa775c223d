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

[[nodiscard]] std::vector<ChainPath::Stop> pathStops(const authority::Story& story);
[[nodiscard]] QStringList sentWords(const authority::SentRequest& sent);
[[nodiscard]] QStringList hopWords(const authority::StoryHop& hop);
[[nodiscard]] QString consentCaption(const authority::StoryConsent& consent);
[[nodiscard]] QString consentSentence(const authority::StoryConsent& consent);
[[nodiscard]] QString outcomeSentence(const authority::StoryOutcome& outcome);
[[nodiscard]] QStringList upstreamWords(const std::vector<QString>& servers);

} // namespace countersign::ui
