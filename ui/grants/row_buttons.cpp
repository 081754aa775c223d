// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/row_buttons.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollBar>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

RowButtons::RowButtons(QTreeView& view, int column, LookOf look)
    : QObject(&view), m_view(view), m_column(column), m_look(std::move(look))
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &RowButtons::arrange);
    connect(view.verticalScrollBar(), &QScrollBar::valueChanged, this, &RowButtons::later);
    connect(&view, &QTreeView::expanded, this, &RowButtons::later);
    connect(&view, &QTreeView::collapsed, this, &RowButtons::later);
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
    std::vector<QModelIndex> inView;
    const int bottom = m_view.viewport()->height();
    for (QModelIndex at = m_view.indexAt(QPoint(m_view.viewport()->width() / 2, 1));
        at.isValid() && m_view.visualRect(at).top() < bottom; at = m_view.indexBelow(at))
        inView.push_back(at.siblingAtColumn(m_column));
    std::vector<QPersistentModelIndex> kept;
    for (const QPersistentModelIndex& cell : m_cells) {
        if (std::ranges::contains(inView, QModelIndex(cell)))
            kept.push_back(cell);
        else if (cell.isValid())
            m_view.setIndexWidget(cell, nullptr);
    }
    m_cells = std::move(kept);
    for (const QModelIndex& cell : inView)
        dress(cell);
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
    if (!holder)
        holder = addButtons(cell);
    auto* first = holder->findChild<QPushButton*>();
    first->setText(look.text);
    first->setAccessibleName(look.accessibleName);
    first->setEnabled(look.enabled);
    holder->findChild<QToolButton*>()->setAccessibleName(look.moreName);
}

QWidget* RowButtons::addButtons(const QModelIndex& cell)
{
    auto* holder = new QWidget; // a button as high as the row would look like a part of it
    auto* row = new QHBoxLayout(holder);
    const int space = m_view.fontMetrics().height() / 3;
    row->setContentsMargins(space, 0, space, 0);
    row->setSpacing(space / 2);
    auto* first = new QPushButton;
    first->setAutoDefault(false);
    auto* more = new QToolButton;
    more->setText(u"⋯"_s);
    more->setToolTip(tr("More"));
    const QPersistentModelIndex place(cell);
    connect(first, &QPushButton::clicked, this, [this, place] {
        if (place.isValid())
            Q_EMIT pressed(place);
    });
    connect(more, &QToolButton::clicked, this, [this, place, more] {
        if (place.isValid())
            Q_EMIT moreWanted(place, more->mapToGlobal(QPoint(0, more->height())));
    });
    row->addWidget(first, 1);
    row->addWidget(more);
    m_view.setIndexWidget(cell, holder);
    m_cells.push_back(place);
    return holder;
}

} // namespace countersign::ui
