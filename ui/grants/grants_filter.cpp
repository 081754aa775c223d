// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grants_filter.h"

#include "ui/grants/grants_model.h"

namespace countersign::ui {

GrantsFilter::GrantsFilter(QObject* parent) : QSortFilterProxyModel(parent)
{
    setRecursiveFilteringEnabled(true); // a grant is shown under those that it came from
}

void GrantsFilter::setWhich(Which which)
{
    m_which = which;
    invalidateRowsFilter();
}

void GrantsFilter::setWords(const QString& words)
{
    m_words = words.trimmed();
    invalidateRowsFilter();
}

bool GrantsFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    if (!parent.isValid()) // the person
        return true;
    const auto text = [&](int column) { return sourceModel()->index(row, column, parent).data().toString(); };
    if (m_which == Which::Live && !sourceModel()->index(row, 0, parent).data(GrantsModel::LiveRole).toBool())
        return false;
    return m_words.isEmpty() || text(GrantsModel::Agent).contains(m_words, Qt::CaseInsensitive)
        || text(GrantsModel::May).contains(m_words, Qt::CaseInsensitive);
}

QModelIndex GrantsFilter::person() const
{
    return index(0, 0);
}

} // namespace countersign::ui
