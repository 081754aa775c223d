// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/server_dialog.h"

#include "ui/common/notice.h"
#include "ui/common/plain_label.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kMaxName = 100; // characters
} // namespace

ServerDialog::ServerDialog(const Thumbprint& key, const QString& claimed, Give give, QWidget* parent)
    : QDialog(parent)
    , m_key(key)
    , m_give(std::move(give))
    , m_thumbprint(new QLineEdit)
    , m_name(new QLineEdit)
    , m_verdict(new PlainLabel)
    , m_problem(new Notice(Tone::Danger))
{
    setWindowTitle(tr("Whose key is this?"));
    auto* column = new QVBoxLayout(this);
    column->addWidget(new PlainLabel(tr("A server that calls itself “%1” signed a receipt. Anybody can call themselves "
                                        "that. Ask its owner for the thumbprint of its device key, on a way that you "
                                        "trust (on their computer: countersignctl status), and type it here.")
            .arg(claimed)));
    m_thumbprint->setObjectName(u"serverThumbprint"_s);
    m_thumbprint->setAccessibleName(tr("The thumbprint that its owner gave you"));
    m_name->setObjectName(u"serverName"_s);
    m_name->setAccessibleName(tr("Your name for this server"));
    m_name->setMaxLength(kMaxName);
    auto* form = new QFormLayout;
    form->addRow(tr("Thumbprint from its owner"), m_thumbprint);
    form->addRow(tr("Your name for it"), m_name);
    column->addLayout(form);
    m_verdict->setObjectName(u"serverVerdict"_s);
    column->addWidget(m_verdict);
    auto* hint =
        new PlainLabel(tr("This allows nobody anything. It only says in the timeline whose word a receipt is."));
    hint->setQuiet();
    column->addWidget(hint);
    m_problem->hide();
    column->addWidget(m_problem);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_accept = buttons->button(QDialogButtonBox::Ok);
    m_accept->setText(tr("It is this server's key"));
    column->addWidget(buttons);
    connect(m_thumbprint, &QLineEdit::textChanged, this, &ServerDialog::compare);
    connect(m_name, &QLineEdit::textChanged, this, &ServerDialog::compare);
    connect(buttons, &QDialogButtonBox::accepted, this, &ServerDialog::give);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    compare();
}

void ServerDialog::compare()
{
    const QString given = m_thumbprint->text().trimmed();
    const bool isSame = given == QString::fromStdString(m_key.value);
    if (given.isEmpty())
        m_verdict->setText({});
    else
        m_verdict->setText(isSame ? tr("✓ This is the key that signed the receipt.")
                                  : tr("✗ The receipt was signed with another key."));
    m_accept->setEnabled(isSame && !m_name->text().trimmed().isEmpty());
}

void ServerDialog::give()
{
    m_give(m_name->text().trimmed(), [dialog = QPointer(this)](const Result<void>& result) {
        ServerDialog* there = dialog;
        if (there == nullptr)
            return;
        if (result)
            return there->accept();
        there->m_problem->setWords(tr("This was not kept."), QString::fromStdString(result.error().message));
        there->m_problem->show();
    });
}

} // namespace countersign::ui
