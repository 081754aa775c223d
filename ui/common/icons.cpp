// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/icons.h"

#include "ui/common/tone.h"

#include <QFile>
#include <QPainter>
#include <QPixmap>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <array>
#include <optional>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr std::array kSides{16, 22, 32, 48, 64, 96, 128};

struct Drawing {
    QString themeName; ///< empty: always our own
    QString file;
    std::optional<Tone> tone; ///< nullopt: the colour of text
};

Drawing drawing(Glyph glyph)
{
    switch (glyph) {
    case Glyph::Warning:
        return {{}, u"warning"_s, Tone::Caution};
    case Glyph::Danger:
        return {{}, u"refused"_s, Tone::Danger};
    case Glyph::Information:
        return {{}, u"information"_s, Tone::Calm};
    case Glyph::Permitted:
        return {{}, u"permitted"_s, Tone::Calm};
    case Glyph::Refused:
        return {{}, u"refused"_s, Tone::Danger};
    case Glyph::Neutral:
        return {{}, u"neutral"_s, std::nullopt};
    case Glyph::New:
        return {{}, u"new"_s, Tone::Caution};
    case Glyph::More:
        return {{}, u"more"_s, Tone::Caution};
    case Glyph::Less:
        return {{}, u"less"_s, Tone::Calm};
    case Glyph::Pause:
        return {u"media-playback-pause"_s, u"pause"_s, std::nullopt};
    case Glyph::Asked:
        return {{}, u"asked"_s, Tone::Caution};
    case Glyph::Lock:
        return {u"object-locked"_s, u"lock"_s, std::nullopt};
    case Glyph::Stop:
        return {u"process-stop"_s, u"stop"_s, std::nullopt};
    case Glyph::Copy:
        return {u"edit-copy"_s, u"copy"_s, std::nullopt};
    case Glyph::Block:
        return {u"dialog-cancel"_s, u"stop"_s, std::nullopt};
    }
    return {};
}

QPixmap drawn(const QString& file, const QColor& colour, int side)
{
    const QString key = u"countersign/%1/%2/%3"_s.arg(file, colour.name()).arg(side);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) // lists ask for each of their rows
        return pixmap;
    QFile source(u":/countersign/icons/glyphs/%1.svg"_s.arg(file));
    if (!source.open(QIODevice::ReadOnly))
        return {};
    QSvgRenderer renderer(source.readAll().replace("currentColor", colour.name().toLatin1()));
    pixmap = QPixmap(side, side);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}
} // namespace

QIcon icon(Glyph glyph, const QPalette& palette)
{
    const Drawing what = drawing(glyph);
    if (!what.themeName.isEmpty() && QIcon::hasThemeIcon(what.themeName))
        return QIcon::fromTheme(what.themeName);
    const auto colourOn = [&](QPalette::ColorRole background, QPalette::ColorRole text) {
        return what.tone ? toneText(*what.tone, palette.color(background)) : palette.color(text);
    };
    const QColor plain = colourOn(QPalette::Window, QPalette::WindowText);
    const QColor chosen = colourOn(QPalette::Highlight, QPalette::HighlightedText); // the row of a list
    QIcon icon;
    for (const int side : kSides) {
        icon.addPixmap(drawn(what.file, plain, side));
        icon.addPixmap(drawn(what.file, chosen, side), QIcon::Selected);
    }
    return icon;
}

QIcon appIcon()
{
    const QIcon own(u":/countersign/icons/org.countersign.Countersign.svg"_s);
    return QIcon::fromTheme(u"org.countersign.Countersign"_s, own);
}

} // namespace countersign::ui
