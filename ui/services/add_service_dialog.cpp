// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/copy_line.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/services/services_page.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kWide = 44; // widths of "m"
}

AddServiceDialog::AddServiceDialog(const ServiceDeeds& deeds, QWidget* parent)
    : QDialog(parent)
    , m_deeds(deeds)
    , m_problem(new Notice(Tone::Danger))
    , m_fields(new QWidget)
    , m_name(new QLineEdit)
    , m_location(new QLineEdit)
    , m_result(new QWidget)
    , m_id(new CopyLine(tr("Service ID"), {}))
    , m_secret(new CopyLine(tr("Service secret"), {}))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_add(new QPushButton(tr("Add")))
{
    setWindowTitle(tr("Add a service – Countersign"));
    auto* column = new QVBoxLayout(this);
    m_problem->hide();
    column->addWidget(m_problem);

    auto* form = new QFormLayout(m_fields);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(new PlainLabel(tr("A service with a secret may ask whether a token that an agent showed it still "
                                   "holds. It learns only about tokens for its own address.")));
    m_location->setPlaceholderText(u"https://payments.example/"_s);
    m_location->setLayoutDirection(Qt::LeftToRight);
    m_location->setInputMethodHints(Qt::ImhUrlCharactersOnly);
    m_name->setAccessibleName(tr("Name"));
    m_location->setAccessibleName(tr("Address"));
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Address"), m_location);
    column->addWidget(m_fields);

    auto* result = new QFormLayout(m_result);
    result->setContentsMargins(0, 0, 0, 0);
    result->addRow(
        new PlainLabel(tr("This is the only time that the secret is shown. Give both lines to the service now.")));
    result->addRow(tr("ID"), m_id);
    result->addRow(tr("Secret"), m_secret);
    m_result->hide();
    column->addWidget(m_result);
    column->addStretch();

    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(m_cancel);
    row->addWidget(m_add);
    column->addLayout(row);
    m_add->setDefault(true);
    m_add->setEnabled(false);
    for (QLineEdit* edit : {m_name, m_location})
        connect(edit, &QLineEdit::textChanged, this, [this] {
            m_add->setEnabled(!m_name->text().trimmed().isEmpty() && !m_location->text().trimmed().isEmpty());
        });
    connect(m_cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_add, &QPushButton::clicked, this, &AddServiceDialog::add);
    resize(fontMetrics().horizontalAdvance(u'm') * kWide, sizeHint().height());
}

void AddServiceDialog::add()
{
    if (m_result->isVisible())
        return accept();
    m_add->setEnabled(false);
    m_fields->setEnabled(false);
    m_deeds.add(m_name->text().trimmed(), m_location->text().trimmed(),
        [guarded = QPointer(this)](const Result<authority::ServiceSecret>& secret) {
            AddServiceDialog* dialog = guarded;
            if (dialog == nullptr)
                return;
            dialog->m_add->setEnabled(true);
            dialog->m_fields->setEnabled(true);
            if (secret)
                return dialog->showSecret(*secret);
            dialog->m_problem->setWords(
                tr("The service was not added."), QString::fromStdString(secret.error().message));
            dialog->m_problem->show();
        });
}

void AddServiceDialog::showSecret(const authority::ServiceSecret& secret)
{
    m_problem->hide();
    m_fields->hide();
    m_id->setText(QString::fromStdString(secret.id.value));
    m_secret->setText(secret.secret);
    m_result->show();
    m_cancel->hide();
    m_add->setText(tr("Done"));
}

} // namespace countersign::ui
