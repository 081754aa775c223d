// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is asked, place by place: every action a check box, every value of a list ("to acme, globex only") as well.
#pragma once

#include "core/consent/screen.h"

#include <QWidget>

#include <vector>

class QCheckBox;

namespace countersign::ui {

class WhatPart final : public QWidget {
    Q_OBJECT
public:
    WhatPart(const consent::Screen& screen, const consent::Edit& edit, QWidget* parent = nullptr);

    void applyTo(consent::Edit& edit) const;
    [[nodiscard]] const std::vector<QWidget*>& controls() const { return m_controls; } ///< in reading order

Q_SIGNALS:
    void edited();

private:
    void addDetail(const consent::Screen& screen, const consent::Edit& edit, int detail);
    void addValues(const consent::Screen& screen, const consent::Edit& edit, int detail);
    void follow(QCheckBox* box);

    struct ActionBox {
        int detail;
        int action;
        QCheckBox* box;
    };
    struct ValueBox {
        int detail;
        int constraint;
        int value;
        QCheckBox* box;
    };
    std::vector<ActionBox> m_actions;
    std::vector<ValueBox> m_values;
    std::vector<QWidget*> m_controls;
};

} // namespace countersign::ui
