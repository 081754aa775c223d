// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/passphrase_edit.h"

namespace countersign::ui {

PassphraseEdit::PassphraseEdit(const QString& name, QWidget* parent) : QLineEdit(parent)
{
    setEchoMode(QLineEdit::Password);
    setInputMethodHints(Qt::ImhHiddenText | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase | Qt::ImhSensitiveData);
    setAccessibleName(name);
    setPlaceholderText(name);
}

QString PassphraseEdit::take()
{
    QString typed = text();
    setText(QString()); // forgets the undo history as well, which clear() would add to
    return typed;
}

void wipe(QString& secret)
{
    secret.fill(u'\0');
    secret.clear();
}

} // namespace countersign::ui
