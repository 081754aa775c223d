// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/evidence_dialog.h"

#include <QCheckBox>
#include <QGridLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

EvidenceDialog::EvidenceDialog(const QString& name, Bodies bodies, QWidget* parent)
    : QFileDialog(parent, tr("Save evidence"))
{
    setOption(QFileDialog::DontUseNativeDialog);
    setAcceptMode(QFileDialog::AcceptSave);
    const QString page = tr("A page to look at in a browser (*.html)");
    setNameFilters({tr("Evidence to check with a program (*.evidence.json)"), page});
    setDefaultSuffix(u"evidence.json"_s);
    connect(this, &QFileDialog::filterSelected, this,
        [this, page](const QString& filter) { setDefaultSuffix(filter == page ? u"html"_s : u"evidence.json"_s); });
    selectFile(name);
    setAttribute(Qt::WA_DeleteOnClose);
    if (bodies == Bodies::Kept)
        addBodies();
}

void EvidenceDialog::addBodies()
{
    m_bodies = new QCheckBox(tr("Include the content of the request, as it was sent"));
    m_bodies->setObjectName(u"withBodies"_s);
    m_bodies->setToolTip(tr("Whoever gets the file can read it then. Without it the file proves the same decisions."));
    if (auto* grid = qobject_cast<QGridLayout*>(layout()))
        grid->addWidget(m_bodies, grid->rowCount(), 0, 1, grid->columnCount());
}

bool EvidenceDialog::withBodies() const
{
    return m_bodies != nullptr && m_bodies->isChecked();
}

} // namespace countersign::ui
