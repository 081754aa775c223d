// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the services demand of the agent, side by side with what it can show, a row each; what is missing has a sign and
// a word, and stands out by its weight.
#pragma once

#include "core/consent/demands.h"

#include <QWidget>

#include <vector>

class QGridLayout;
class QLabel;

namespace countersign::ui {

class DemandsPart final : public QWidget {
    Q_OBJECT
public:
    explicit DemandsPart(QWidget* parent = nullptr);
    void setDemands(const std::vector<consent::Demand>& demands); ///< hidden where there are none

protected:
    void changeEvent(QEvent* event) override;

private:
    void addTitles(QGridLayout* grid, const QString& place);
    void addRow(QGridLayout* grid, const consent::Demand& demand);
    void draw();

    struct Sign {
        QLabel* label;
        consent::Demand::Met met;
    };
    std::vector<consent::Demand> m_demands;
    QWidget* m_rows = nullptr;
    std::vector<Sign> m_signs;
};

} // namespace countersign::ui
