// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/row_buttons.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollBar>
#include <QTableView>

#include <algorithm>

namespace countersign::ui {

RowButtons::RowButtons(QTableView& view, int column, LookOf look, Press press)
    : QObject(&view), m_view(view), m_column(column), m_look(std::move(look)), m_press(std::move(press))
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &RowButtons::arrange);
    connect(view.verticalScrollBar(), &QScrollBar::valueChanged, this, &RowButtons::later);
    QAbstractItemModel* model = view.model();
    connect(model, &QAbstractItemModel::rowsInserted, this, &RowButtons::later);
    connect(model, &QAbstractItemModel::rowsRemoved, this, &RowButtons::later);
    connect(model, &QAbstractItemModel::layoutChanged, this, &RowButtons::later);
    connect(model, &QAbstractItemModel::modelReset, this, &RowButtons::later);
    connect(model, &QAbstractItemModel::dataChanged, this, &RowButtons::later);
    view.viewport()->installEventFilter(this);
    later();
}

bool RowButtons::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize || event->type() == QEvent::Show)
        later();
    return QObject::eventFilter(watched, event);
}

void RowButtons::later()
{
    m_timer.start();
}

void RowButtons::arrange()
{
    const QAbstractItemModel& model = *m_view.model();
    const int count = model.rowCount();
    const int first = std::max(0, m_view.rowAt(0));
    const int bottom = m_view.rowAt(m_view.viewport()->height() - 1);
    const int last = count == 0 ? -1 : bottom < 0 ? count - 1 : bottom;
    std::vector<QPersistentModelIndex> kept;
    for (const QPersistentModelIndex& cell : m_cells) {
        if (cell.isValid() && cell.row() >= first && cell.row() <= last)
            kept.push_back(cell);
        else if (cell.isValid())
            m_view.setIndexWidget(cell, nullptr);
    }
    m_cells = std::move(kept);
    for (int row = first; row <= last; ++row)
        dress(model.index(row, m_column));
}

void RowButtons::dress(const QModelIndex& cell)
{
    const Look look = m_look(cell);
    QWidget* holder = m_view.indexWidget(cell);
    if (look.text.isEmpty()) {
        if (holder)
            m_view.setIndexWidget(cell, nullptr);
        std::erase(m_cells, QPersistentModelIndex(cell));
        return;
    }
    auto* button = holder ? holder->findChild<QPushButton*>() : addButton(cell);
    button->setText(look.text);
    button->setAccessibleName(look.accessibleName);
    button->setEnabled(look.enabled);
}

QPushButton* RowButtons::addButton(const QModelIndex& cell)
{
    auto* holder = new QWidget; // a button as high as the row would look like a part of it
    auto* row = new QHBoxLayout(holder);
    const int space = m_view.fontMetrics().height() / 3;
    row->setContentsMargins(space, 0, space, 0);
    auto* button = new QPushButton;
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, this, [this, place = QPersistentModelIndex(cell)] {
        if (place.isValid())
            m_press(place);
    });
    row->addWidget(button);
    m_view.setIndexWidget(cell, holder);
    m_cells.emplace_back(cell);
    return button;
}

} // namespace countersign::ui
