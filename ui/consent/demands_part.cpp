// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/demands_part.h"

#include "ui/common/icons.h"
#include "ui/common/plain_label.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
using Met = consent::Demand::Met;

PlainLabel* named(const QString& text, const QString& name)
{
    auto* label = new PlainLabel(text);
    label->setObjectName(name);
    return label;
}
} // namespace

DemandsPart::DemandsPart(QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, fontMetrics().height() / 2, 0, 0);
    hide();
}

void DemandsPart::setDemands(const std::vector<consent::Demand>& demands)
{
    if (demands == m_demands)
        return;
    m_demands = demands;
    m_signs.clear();
    delete m_rows;
    m_rows = new QWidget;
    auto* grid = new QGridLayout(m_rows);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    QString place;
    for (const consent::Demand& demand : demands) {
        if (demand.place != place)
            addTitles(grid, demand.place);
        place = demand.place;
        addRow(grid, demand);
    }
    layout()->addWidget(m_rows);
    setVisible(!demands.empty());
    draw();
}

void DemandsPart::addTitles(QGridLayout* grid, const QString& place)
{
    const int row = grid->rowCount();
    auto* demanded = named(tr("%1 demands").arg(place), u"demandsTitle"_s);
    auto* shown = named(tr("This agent shows"), u"shownTitle"_s);
    demanded->setQuiet();
    shown->setQuiet();
    grid->addWidget(demanded, row, 1);
    grid->addWidget(shown, row, 2);
}

void DemandsPart::addRow(QGridLayout* grid, const consent::Demand& demand)
{
    const int row = grid->rowCount();
    auto* demanded = named(demand.demanded, u"demanded"_s);
    if (demand.shown.isEmpty()) { // no matter of evidence
        grid->addWidget(demanded, row, 1, 1, 2);
        return;
    }
    const bool isMissing = demand.met == Met::No;
    auto* sign = new QLabel;
    auto* shown = named(isMissing ? tr("MISSING: %1").arg(demand.shown) : demand.shown, u"shown"_s);
    QFont font = shown->font();
    font.setBold(isMissing);
    shown->setFont(font);
    grid->addWidget(sign, row, 0, Qt::AlignTop);
    grid->addWidget(demanded, row, 1, Qt::AlignTop);
    grid->addWidget(shown, row, 2, Qt::AlignTop);
    m_signs.push_back({sign, demand.met});
}

void DemandsPart::draw()
{
    const int side = fontMetrics().height();
    for (const Sign& sign : m_signs) {
        const Glyph glyph = sign.met == Met::Yes ? Glyph::Permitted : Glyph::Warning;
        sign.label->setPixmap(icon(glyph, palette()).pixmap(QSize(side, side), devicePixelRatio()));
    }
}

void DemandsPart::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        draw();
}

} // namespace countersign::ui
