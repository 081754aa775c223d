// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A line to take elsewhere, as it stands: read-only, with a Copy button that says when it did.
#pragma once

#include <QWidget>

class QLineEdit;
class QPushButton;

namespace countersign::ui {

class CopyLine final : public QWidget {
    Q_OBJECT
public:
    /// `name`: what the line is, for screen readers.
    CopyLine(const QString& name, const QString& text, QWidget* parent = nullptr);

    void setText(const QString& text);
    [[nodiscard]] QString text() const;

private:
    void copy();

    QLineEdit* m_line;
    QPushButton* m_copy;
};

} // namespace countersign::ui
