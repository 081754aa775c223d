// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// All of one grant: the way that it came, every sentence of what it permits, what each hop narrowed, and what is used
// up.
#pragma once

#include <QScrollArea>

class QGridLayout;

namespace countersign::ui {

class GrantsModel;

class GrantDetails final : public QScrollArea {
    Q_OBJECT
public:
    explicit GrantDetails(QWidget* parent = nullptr);

    /// `index`: of the model, a grant; else nothing is shown.
    void show(const GrantsModel& model, const QModelIndex& index);
    [[nodiscard]] QSize sizeHint() const override;

private:
    void addLine(const QString& caption, const QStringList& lines);

    QGridLayout* m_grid = nullptr; ///< of what is shown
};

} // namespace countersign::ui
