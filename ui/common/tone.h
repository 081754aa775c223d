// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Colours for notices, made from the palette in use, so that they fit light and dark; never the only sign of anything.
#pragma once

#include <QColor>
#include <QPalette>

namespace countersign::ui {

enum class Tone : std::uint8_t { Calm, Caution, Danger };

inline constexpr double kReadableContrast = 4.5; ///< WCAG 2.2, success criterion 1.4.3

/// WCAG 2.2 contrast ratio: 1 to 21.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);
/// The window's background with a breath of the tone.
[[nodiscard]] QColor toneBackground(const QPalette& palette, Tone tone);
/// The tone as a colour for text and marks that reads on `background`.
[[nodiscard]] QColor toneText(Tone tone, const QColor& background);
/// Where the text of what is selected does not read on its background (Breeze Dark: 2.4), it becomes black or white.
void makeSelectionReadable(QPalette& palette);

} // namespace countersign::ui
