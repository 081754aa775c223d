// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/operations_table.h"

#include "ui/common/row_delegate.h"

#include <QHeaderView>

#include <algorithm>

namespace countersign::ui {

namespace {
constexpr int kWidest = 15; // of a column that takes what it needs, in widths of "m"

/// With room above and below, since rows of one line stand beside rows of several.
class RoomyDelegate final : public RowDelegate {
public:
    using RowDelegate::RowDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        return RowDelegate::sizeHint(option, index) + QSize(0, option.fontMetrics.height() / 2);
    }
};

} // namespace

OperationsTable::OperationsTable(QWidget* parent) : QTableView(parent), m_model(new OperationsModel(this))
{
    setModel(m_model);
    setItemDelegate(new RoomyDelegate(this));
    setAccessibleName(tr("Operations"));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setTabKeyNavigation(false);
    setShowGrid(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents); // what is demanded is never cut
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    horizontalHeader()->setSectionResizeMode(OperationsModel::Demands, QHeaderView::Stretch);
}

void OperationsTable::showAll(std::shared_ptr<const services::Catalogue> catalogue)
{
    m_model->showAll(std::move(catalogue));
    setColumnHidden(OperationsModel::Change, true);
    fit();
}

void OperationsTable::showChanges(std::vector<services::OperationChange> changes)
{
    m_model->showChanges(std::move(changes));
    setColumnHidden(OperationsModel::Change, false);
    fit();
}

void OperationsTable::fit()
{
    const int room = fontMetrics().horizontalAdvance(u'm');
    for (const int column :
        {OperationsModel::Change, OperationsModel::Action, OperationsModel::Summary, OperationsModel::Request}) {
        resizeColumnToContents(column);
        setColumnWidth(column, std::min(columnWidth(column), room * kWidest) + room);
    }
}

} // namespace countersign::ui
