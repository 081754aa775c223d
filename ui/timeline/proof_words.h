// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How well an entry of the log is proven, in words: short ones for rows, sentences for the story.
#pragma once

#include "core/authority/story.h"

#include <QString>
#include <QStringList>

namespace countersign::ui {

/// "receipt ✓ in log ✓", for the eye.
[[nodiscard]] QString proofBadge(const authority::TimelineEntry& entry);
/// The same, for the ear.
[[nodiscard]] QString proofSentence(const authority::TimelineEntry& entry);

/// What was found when the proof was looked at, a sentence each; what is wrong comes first.
[[nodiscard]] QStringList proofFindings(const authority::Story& story);
[[nodiscard]] bool isWrong(const authority::Story& story);

} // namespace countersign::ui
