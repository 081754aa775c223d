// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grant_details.h"

#include "ui/common/plain_label.h"
#include "ui/common/time_words.h"
#include "ui/grants/grant_words.h"
#include "ui/grants/grants_model.h"
#include "ui/services/operation_words.h"

#include <QGridLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kHigh = 13; // lines
}

GrantDetails::GrantDetails(QWidget* parent) : QScrollArea(parent)
{
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("The selected grant"));
}

void GrantDetails::show(const GrantsModel& model, const QModelIndex& index)
{
    const authority::GrantRow* row = model.row(index);
    setVisible(row != nullptr);
    if (!row)
        return;
    auto* contents = new QWidget;
    m_grid = new QGridLayout(contents);
    m_grid->setColumnStretch(1, 1);
    m_grid->setHorizontalSpacing(fontMetrics().height());
    m_grid->setVerticalSpacing(fontMetrics().height() / 3);
    addLine(tr("Way"), {model.pathOf(index)});
    addLine(tr("Waits for"), row->waitsFor);
    addLine(tr("May do"), row->may);
    QStringList changed;
    for (const services::OperationChange& change : row->changedOperations)
        changed.append(changeSentence(change));
    addLine(tr("Changed by the service"), changed);
    addLine(tr("Narrowed here"), row->narrowed);
    QStringList left;
    for (const MeterLeft& meter : model.metersLeft(*row))
        left.append(meterWords(meter));
    addLine(tr("Left"), left);
    addLine(tr("Ends"), {momentWords(row->grant.expiresAt)});
    m_grid->setRowStretch(m_grid->rowCount(), 1);
    setWidget(contents); // the one before goes
}

QSize GrantDetails::sizeHint() const
{
    return {QScrollArea::sizeHint().width(), fontMetrics().lineSpacing() * kHigh};
}

void GrantDetails::addLine(const QString& caption, const QStringList& lines)
{
    if (lines.isEmpty())
        return;
    const int row = m_grid->rowCount();
    auto* words = new PlainLabel(lines.join(u'\n'));
    words->setObjectName(u"grantDetail"_s);
    words->setAccessibleName(u"%1: %2"_s.arg(caption, words->text()));
    m_grid->addWidget(makeCaption(caption), row, 0, Qt::AlignTop);
    m_grid->addWidget(words, row, 1);
}

} // namespace countersign::ui
