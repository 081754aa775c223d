// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a decision changes, line by line: what it is about, how it was, how it would be, and the word for which way.
#pragma once

#include "core/consent/difference.h"

#include <QFrame>

#include <vector>

class QGridLayout;

namespace countersign::ui {

class DifferenceList final : public QFrame {
    Q_OBJECT
public:
    explicit DifferenceList(QWidget* parent = nullptr);

    void setChanges(const std::vector<consent::Change>& changes);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void addLine(const consent::Change& change, int row);

    std::vector<consent::Change> m_changes;
    QGridLayout* m_grid;
};

} // namespace countersign::ui
