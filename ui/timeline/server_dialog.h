// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The person says whose key it is that signs for another server. They must bring its thumbprint from elsewhere: what
// the receipt itself says can't vouch for it, so the dialog does not show it to be copied.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"

#include <QDialog>

#include <functional>

class QLineEdit;
class QPushButton;

namespace countersign::ui {

class Notice;
class PlainLabel;

class ServerDialog final : public QDialog {
    Q_OBJECT
public:
    using Answer = std::function<void(const Result<void>&)>;
    using Give = std::function<void(const QString& name, Answer)>;

    /// `claimed`: what the server calls itself.
    ServerDialog(const Thumbprint& key, const QString& claimed, Give give, QWidget* parent = nullptr);

private:
    void compare();
    void give();

    Thumbprint m_key;
    Give m_give;
    QLineEdit* m_thumbprint;
    QLineEdit* m_name;
    PlainLabel* m_verdict;
    Notice* m_problem;
    QPushButton* m_accept;
};

} // namespace countersign::ui
