// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/difference_list.h"

#include "ui/common/icons.h"
#include "ui/common/plain_label.h"
#include "ui/common/tone.h"

#include <QGridLayout>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
using Direction = consent::Change::Direction;

QString directionWord(Direction direction)
{
    switch (direction) {
    case Direction::More:
        return DifferenceList::tr("more");
    case Direction::Less:
        return DifferenceList::tr("less");
    case Direction::Other:
        break;
    }
    return DifferenceList::tr("different");
}

QString sides(const consent::Change& change)
{
    if (change.before.isEmpty())
        return change.after;
    if (change.after.isEmpty())
        return DifferenceList::tr("no longer: %1").arg(change.before);
    return DifferenceList::tr("%1 → %2").arg(change.before, change.after);
}
} // namespace

DifferenceList::DifferenceList(QWidget* parent) : QFrame(parent), m_grid(new QGridLayout(this))
{
    const int space = fontMetrics().height();
    m_grid->setContentsMargins(space, space * 2 / 3, space, space * 2 / 3);
    m_grid->setHorizontalSpacing(space);
    m_grid->setVerticalSpacing(space / 3);
    m_grid->setColumnStretch(2, 1);
}

void DifferenceList::setChanges(const std::vector<consent::Change>& changes)
{
    if (changes == m_changes)
        return;
    m_changes = changes;
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        item->widget()->hide(); // its place is taken before it goes
        item->widget()->deleteLater();
        delete item;
    }
    int row = 0;
    QStringList lines;
    for (const consent::Change& change : changes) {
        addLine(change, row++);
        lines.append(change.text());
    }
    setAccessibleName(lines.join(u'\n'));
}

void DifferenceList::addLine(const consent::Change& change, int row)
{
    const int side = fontMetrics().height();
    auto* mark = new QLabel(this);
    const Glyph glyph = change.direction == Direction::Less ? Glyph::Less
        : change.direction == Direction::More               ? Glyph::More
                                                            : Glyph::New;
    mark->setPixmap(icon(glyph, palette()).pixmap(QSize(side, side), devicePixelRatio()));
    auto* word = makeCaption(directionWord(change.direction));
    auto* what = new PlainLabel(tr("%1:").arg(change.what));
    auto* values = new PlainLabel(sides(change));
    values->setObjectName(u"change"_s);
    m_grid->addWidget(mark, row, 0, Qt::AlignTop);
    m_grid->addWidget(word, row, 1, Qt::AlignTop);
    auto* line = new QWidget(this);
    auto* words = new QVBoxLayout(line);
    words->setContentsMargins(0, 0, 0, 0);
    words->setSpacing(0);
    what->setQuiet();
    words->addWidget(what);
    words->addWidget(values);
    m_grid->addWidget(line, row, 2);
}

void DifferenceList::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const bool more = std::ranges::any_of(
        m_changes, [](const consent::Change& change) { return change.direction != Direction::Less; });
    painter.setBrush(toneBackground(palette(), more ? Tone::Caution : Tone::Calm));
    const qreal radius = fontMetrics().height() / 4.0;
    painter.drawRoundedRect(rect(), radius, radius);
}

} // namespace countersign::ui
