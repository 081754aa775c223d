// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/icons.h"

#include "ui/common/tone.h"

#include <QFile>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

#include <array>
#include <optional>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
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

QIcon drawn(const QString& file, const QColor& colour)
{
    QFile source(u":/countersign/icons/glyphs/%1.svg"_s.arg(file));
    if (!source.open(QIODevice::ReadOnly))
        return {};
    QSvgRenderer renderer(source.readAll().replace("currentColor", colour.name().toLatin1()));
    QIcon icon;
    for (const int side : {16, 22, 32, 48, 64, 96, 128}) {
        QPixmap pixmap(side, side);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        renderer.render(&painter);
        painter.end();
        icon.addPixmap(pixmap);
    }
    return icon;
}
} // namespace

QIcon icon(Glyph glyph, const QPalette& palette)
{
    const Drawing what = drawing(glyph);
    if (!what.themeName.isEmpty() && QIcon::hasThemeIcon(what.themeName))
        return QIcon::fromTheme(what.themeName);
    const QColor background = palette.color(QPalette::Window);
    return drawn(what.file, what.tone ? toneText(*what.tone, background) : palette.color(QPalette::WindowText));
}

QIcon appIcon()
{
    const QIcon own(u":/countersign/icons/org.countersign.Countersign.svg"_s);
    return QIcon::fromTheme(u"org.countersign.Countersign"_s, own);
}

} // namespace countersign::ui
