// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/settings/keys_dialog.h"

#include "ui/common/copy_line.h"
#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/start/passphrase_dialog.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kWide = 54; // widths of "m"
}

KeysDialog::KeysDialog(const authority::DeskStatus& status, KeysDeeds deeds, QWidget* parent)
    : QDialog(parent)
    , m_deeds(std::move(deeds))
    , m_replaced(new Notice(Tone::Calm))
    , m_device(new CopyLine(tr("Thumbprint of this computer's key"), {}))
    , m_person(new CopyLine(tr("Thumbprint of your key"), {}))
    , m_log(new CopyLine(tr("Name of the log"), {}))
    , m_history(new PlainLabel)
    , m_replace(new QPushButton(tr("Replace this computer's key…")))
{
    setWindowTitle(tr("Keys – Countersign"));
    setWindowIcon(appIcon());
    const int space = fontMetrics().height();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space, space, space, space);
    column->setSpacing(space / 2);
    auto* heading = new PlainLabel(tr("The keys that others know you by"), PlainLabel::Size::Heading);
    heading->setFocusable();
    column->addWidget(heading);
    column->addWidget(new PlainLabel(tr("Give these lines to services and auditors yourself, not through an agent: "
                                        "what they verify rests on them.")));
    column->addWidget(m_replaced);
    column->addWidget(makeCaption(tr("This computer, which signs tokens and receipts")));
    column->addWidget(m_device);
    column->addWidget(makeCaption(tr("You, who sign what you approve")));
    column->addWidget(m_person);
    column->addWidget(makeCaption(tr("The log of what was decided")));
    column->addWidget(m_log);
    m_history->setQuiet();
    column->addWidget(m_history);
    column->addStretch();
    auto* row = new QHBoxLayout;
    auto* close = new QPushButton(tr("Close"));
    row->addWidget(m_replace);
    row->addStretch();
    row->addWidget(close);
    column->addLayout(row);
    m_replaced->setWords(tr("This computer has a new key"),
        tr("Give the new thumbprint to the services and auditors that had the old one. What the old key signed stays "
           "valid: receipts for good, tokens until they end in a few minutes."));
    m_replaced->hide();
    m_replaced->setObjectName(u"replaced"_s);
    m_device->setObjectName(u"device"_s);
    m_replace->setObjectName(u"replaceDevice"_s);
    m_replace->setAutoDefault(false);
    close->setAutoDefault(false);
    connect(m_replace, &QPushButton::clicked, this, &KeysDialog::askToReplace);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    setMinimumWidth(fontMetrics().horizontalAdvance(u'm') * kWide);
    setStatus(status);
    heading->setFocus();
}

void KeysDialog::setStatus(const authority::DeskStatus& status)
{
    m_device->setText(QString::fromStdString(status.device.value));
    m_person->setText(QString::fromStdString(status.person.value));
    m_log->setText(QString::fromStdString(status.logOrigin));
    m_history->setText(status.deviceRotations == 0
            ? tr("The log is named after this computer's first key, which it still has.")
            : tr("The log is named after this computer's first key. Keys since then: %1. Who knows an earlier one can "
                 "follow the log to this one.")
                  .arg(QLocale().toString(status.deviceRotations)));
}

void KeysDialog::askToReplace()
{
    const PassphraseDialog::Words words{PassphraseDialog::Task::Enter, tr("Replace this computer's key"),
        tr("A new key signs from now on, and the old one is destroyed. The log goes on, and says that the key was "
           "changed. Grants go on too.\n\nServices and auditors that were given the old thumbprint need the new one. "
           "Your passphrase signs that you want this."),
        tr("Replace the key")};
    auto* dialog = new PassphraseDialog(
        words,
        [this](QString& passphrase, const PassphraseDialog::Answer& answer) {
            m_deeds.replaceDevice(passphrase, [guarded = QPointer(this), answer](const Result<void>& result) {
                if (guarded && result)
                    guarded->m_replaced->show();
                answer(result);
            });
        },
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace countersign::ui
