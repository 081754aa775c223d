// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The icons of the windows: the desktop's icon theme first, our own drawing where it has none, in the colour that reads
// on the palette.
#pragma once

#include <QIcon>
#include <QPalette>

namespace countersign::ui {

enum class Glyph : std::uint8_t {
    Warning,
    Danger,
    Information,
    Permitted,
    Refused,
    Neutral,
    New,
    More,
    Less,
    Pause,
    Asked,
    Lock,
    Stop,
    Copy,
    Block
};

[[nodiscard]] QIcon icon(Glyph glyph, const QPalette& palette);
/// The program's own: from the theme where it is installed, else from the resources.
[[nodiscard]] QIcon appIcon();

} // namespace countersign::ui
