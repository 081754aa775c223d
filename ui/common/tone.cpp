// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/tone.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace countersign::ui {

namespace {
constexpr float kTintShare = 0.12F;

QColor pure(Tone tone)
{
    switch (tone) {
    case Tone::Calm:
        return QColor::fromHsl(208, 170, 120);
    case Tone::Caution:
        return QColor::fromHsl(36, 220, 120);
    case Tone::Danger:
        return QColor::fromHsl(354, 180, 125);
    }
    return {};
}

double luminance(const QColor& colour)
{
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

QColor blackOrWhite(const QColor& background)
{
    return contrast(Qt::black, background) > contrast(Qt::white, background) ? Qt::black : Qt::white;
}
} // namespace

double contrast(const QColor& a, const QColor& b)
{
    const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
    return (light + 0.05) / (dark + 0.05);
}

QColor toneBackground(const QPalette& palette, Tone tone)
{
    const QColor base = palette.color(QPalette::Window);
    const QColor tint = pure(tone);
    const auto mix = [](float a, float b) { return a + (b - a) * kTintShare; };
    return QColor::fromRgbF(
        mix(base.redF(), tint.redF()), mix(base.greenF(), tint.greenF()), mix(base.blueF(), tint.blueF()));
}

QColor toneText(Tone tone, const QColor& background)
{
    QColor colour = pure(tone);
    const int step = luminance(background) > 0.18 ? -4 : 4; // towards black or white, whichever reads
    for (int lightness = colour.lightness(); lightness > 0 && lightness < 255; lightness += step) {
        colour.setHsl(colour.hslHue(), colour.hslSaturation(), lightness);
        if (contrast(colour, background) >= kReadableContrast)
            return colour;
    }
    return blackOrWhite(background);
}

void makeSelectionReadable(QPalette& palette)
{
    for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled}) {
        const QColor background = palette.color(group, QPalette::Highlight);
        if (contrast(palette.color(group, QPalette::HighlightedText), background) < kReadableContrast)
            palette.setColor(group, QPalette::HighlightedText, blackOrWhite(background));
    }
}

} // namespace countersign::ui
