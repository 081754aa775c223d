// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What others say of an agent, in three lines: level, sanctions, owner. Each state of the screening has a sign, words
// and a weight of its own, so that "not screened" can't be taken for "clear", by eye or by ear.
#pragma once

#include "core/consent/screen.h"

#include <QWidget>

class QLabel;

namespace countersign::ui {

class PlainLabel;

class TrustPart final : public QWidget {
    Q_OBJECT
public:
    explicit TrustPart(QWidget* parent = nullptr);
    void setTrust(const consent::Screen::Trust& trust);

protected:
    void changeEvent(QEvent* event) override;

private:
    void draw();

    agents::Screening m_state = agents::Screening::NotScreened;
    PlainLabel* m_level;
    QLabel* m_sign;
    PlainLabel* m_screening;
    PlainLabel* m_owner;
};

} // namespace countersign::ui
