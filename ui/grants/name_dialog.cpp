// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/name_dialog.h"

#include "ui/common/notice.h"
#include "ui/common/plain_label.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kMaxName = 60; // characters
}

NameDialog::NameDialog(const QString& claimedName, const QString& ownName, Give give, QWidget* parent)
    : QDialog(parent), m_give(std::move(give)), m_name(new QLineEdit(ownName)), m_problem(new Notice(Tone::Danger))
{
    setWindowTitle(tr("Name this agent"));
    auto* column = new QVBoxLayout(this);
    column->addWidget(new PlainLabel(claimedName.isEmpty() ? tr("What do you want to call this agent?")
                                                           : tr("What do you want to call “%1”?").arg(claimedName)));
    m_name->setMaxLength(kMaxName);
    m_name->setAccessibleName(tr("Your name for it"));
    m_name->setObjectName(u"ownName"_s);
    column->addWidget(m_name);
    auto* hint =
        new PlainLabel(tr("Your name stands beside the one that it gives itself. Leave it empty to take it away."));
    hint->setQuiet();
    column->addWidget(hint);
    m_problem->hide();
    column->addWidget(m_problem);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Name it"));
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &NameDialog::give);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void NameDialog::give()
{
    m_give(m_name->text().trimmed(), [dialog = QPointer(this)](const Result<void>& result) {
        NameDialog* there = dialog;
        if (there == nullptr)
            return;
        if (result)
            return there->accept();
        there->m_problem->setWords(tr("That name was not taken."), QString::fromStdString(result.error().message));
        there->m_problem->show();
    });
}

} // namespace countersign::ui
