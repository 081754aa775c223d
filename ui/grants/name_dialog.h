// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Asks what the person wants to call an agent. Stays open until the name was taken.
#pragma once

#include "core/base/result.h"

#include <QDialog>

#include <functional>

class QLineEdit;

namespace countersign::ui {

class Notice;

class NameDialog final : public QDialog {
    Q_OBJECT
public:
    using Answer = std::function<void(const Result<void>&)>;
    using Give = std::function<void(const QString& name, Answer)>;

    NameDialog(const QString& claimedName, const QString& ownName, Give give, QWidget* parent = nullptr);

private:
    void give();

    Give m_give;
    QLineEdit* m_name;
    Notice* m_problem;
};

} // namespace countersign::ui
