// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The windows about keys, with sample data.
#pragma once

#include "tests/ui/walk.h"
#include "ui/settings/keys_dialog.h"
#include "ui/start/recovery_dialog.h"

#include <QAbstractButton>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>

#include <vector>

namespace countersign::ui::key_scenes {

using namespace Qt::StringLiterals;

inline QWidget* recoveryWindow(int steps)
{
    using Here = KeyPlace::Here;
    const std::vector<KeyPlace> places{
        {u"kwallet"_s, u"KWallet"_s, u"The keychain of KDE's desktop. It opens when you log in."_s, Here::Yes},
        {u"secret-service"_s, u"Secret Service"_s,
            u"The keychain of GNOME and other desktops. It opens when you log in."_s, Here::No},
        {u"sealed-file"_s, u"A sealed file"_s,
            u"For desktops without a keychain. Countersign asks for its passphrase at every start."_s, Here::Yes}};
    auto* dialog = new RecoveryDialog(places, [](RecoveryDialog::Choice&, const RecoveryDialog::Answer& answer) {
        answer(RecoveryDialog::Made{u"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"_s,
            u"/home/person/.local/share/countersign/set-aside-2026-11-27T201500Z"_s});
    });
    for (int i = 0; i < steps; ++i) {
        dialog->findChild<QLineEdit*>(u"word"_s)->setText(u"start anew"_s);
        dialog->findChild<QAbstractButton*>(u"kwallet"_s)->setChecked(true);
        for (QLineEdit* edit : walk::all<QLineEdit>(*dialog, QRegularExpression(u"^passphrase"_s)))
            edit->setText(u"correct horse"_s);
        dialog->findChild<QPushButton*>(u"next"_s)->click();
    }
    return dialog;
}

inline QWidget* keysWindow(int rotations)
{
    authority::DeskStatus status;
    status.device.value = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    status.person.value = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    status.logOrigin = "countersign/NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    status.deviceRotations = rotations;
    auto* dialog = new KeysDialog(status, {});
    dialog->findChild<QWidget*>(u"replaced"_s)->setVisible(rotations > 0);
    return dialog;
}

} // namespace countersign::ui::key_scenes
