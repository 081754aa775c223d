// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One action of a request: a check box whose words wrap, the word "new" where it is, and what services say of it.
#pragma once

#include "core/consent/screen.h"

#include <QWidget>

class QCheckBox;
class QLayout;

namespace countersign::ui {

class ActionLine final : public QWidget {
    Q_OBJECT
public:
    explicit ActionLine(const consent::Screen::ActionLine& action, QWidget* parent = nullptr);

    [[nodiscard]] QCheckBox* box() const { return m_box; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] static QLayout* makeSaying(const QString& line, int indent);

    QCheckBox* m_box;
};

} // namespace countersign::ui
