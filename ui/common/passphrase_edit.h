// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where a passphrase is typed. It is taken out once, and wiped by who took it.
#pragma once

#include <QLineEdit>

namespace countersign::ui {

inline constexpr int kShortestPassphrase = 8; ///< characters

class PassphraseEdit final : public QLineEdit {
    Q_OBJECT
public:
    explicit PassphraseEdit(const QString& name, QWidget* parent = nullptr);

    /// What was typed; the field is empty afterwards. Wipe it with wipe().
    [[nodiscard]] QString take();
};

void wipe(QString& secret);

} // namespace countersign::ui
