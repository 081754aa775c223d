// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/start/passphrase_dialog.h"

#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/passphrase_edit.h"
#include "ui/common/plain_label.h"
#include "ui/start/passphrase_rules.h"

#include <QHBoxLayout>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kWide = 40; // widths of "m"
}

PassphraseDialog::PassphraseDialog(Words words, Try attempt, QWidget* parent)
    : QDialog(parent)
    , m_task(words.task)
    , m_try(std::move(attempt))
    , m_problem(new Notice(Tone::Danger))
    , m_first(new PassphraseEdit(words.task == Task::Choose ? tr("New passphrase") : tr("Passphrase")))
    , m_second(new PassphraseEdit(tr("The same once more")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_accept(new QPushButton(words.accept))
{
    setWindowTitle(tr("%1 – Countersign").arg(words.title));
    setWindowIcon(appIcon());
    auto* column = new QVBoxLayout(this);
    column->setSpacing(fontMetrics().height() * 2 / 3);
    column->addWidget(new PlainLabel(words.title, PlainLabel::Size::Heading));
    column->addWidget(new PlainLabel(words.purpose));
    m_problem->hide();
    column->addWidget(m_problem);
    column->addWidget(m_first);
    column->addWidget(m_second);
    m_second->setVisible(m_task == Task::Choose);
    column->addStretch();
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(m_cancel);
    row->addWidget(m_accept);
    column->addLayout(row);
    m_accept->setDefault(true);
    connect(m_cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_accept, &QPushButton::clicked, this, &PassphraseDialog::accept);
    for (PassphraseEdit* edit : {m_first, m_second})
        connect(edit, &QLineEdit::textChanged, this, &PassphraseDialog::check);
    check();
    m_first->setFocus();
    setMinimumWidth(fontMetrics().horizontalAdvance(u'm') * kWide);
}

void PassphraseDialog::check()
{
    m_accept->setEnabled(!m_first->text().isEmpty());
}

void PassphraseDialog::accept()
{
    if (!m_accept->isEnabled())
        return;
    if (m_task == Task::Choose) {
        if (const QString problem = passphraseProblem(*m_first, *m_second); !problem.isEmpty())
            return showError(problem);
    }
    QString passphrase = m_first->take();
    m_second->setText({});
    m_first->setEnabled(false);
    m_second->setEnabled(false);
    m_accept->setEnabled(false);
    m_try(passphrase, [dialog = QPointer(this)](const Result<void>& result) {
        if (!dialog)
            return;
        if (result)
            return dialog->QDialog::accept();
        dialog->m_first->setEnabled(true);
        dialog->m_second->setEnabled(true);
        dialog->check();
        dialog->showError(QString::fromStdString(result.error().message));
    });
    wipe(passphrase);
}

void PassphraseDialog::showError(const QString& what)
{
    m_problem->setWords(what);
    m_problem->show();
    m_first->setFocus();
}

PassphraseDialog::Words PassphraseDialog::personKey(Task task)
{
    if (task == Task::Enter)
        return {task, tr("Unlock your key"),
            tr("Your key signs what you approve. It stays unlocked until you log out or end Countersign."),
            tr("Unlock")};
    return {task, tr("Choose your passphrase"),
        tr("It locks the key that signs what you approve, so that no program can approve in your name. It can't be "
           "recovered: without it nothing can be approved any more."),
        tr("Choose")};
}

PassphraseDialog::Words PassphraseDialog::sealedFile(Task task)
{
    if (task == Task::Enter)
        return {task, tr("Open the key file"),
            tr("Countersign keeps its keys in a sealed file, because no keychain runs on this desktop. This is the "
               "passphrase of that file."),
            tr("Open")};
    return {task, tr("Choose a passphrase for the key file"),
        tr("No keychain runs on this desktop, so the keys go into a sealed file. Its passphrase is asked for at each "
           "start. It can't be recovered."),
        tr("Choose")};
}

} // namespace countersign::ui
