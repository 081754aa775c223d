// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A framed message inside a window: an icon, what happened, what it means and what to do, and buttons for that.
#pragma once

#include "ui/common/tone.h"

#include <QFrame>

#include <functional>

class QBoxLayout;
class QLabel;
class QPushButton;

namespace countersign::ui {

class PlainLabel;

class Notice final : public QFrame {
    Q_OBJECT
public:
    explicit Notice(Tone tone, QWidget* parent = nullptr);

    /// `title` says it in one line, `body` goes on. Screen readers are told when it shows.
    void setWords(const QString& title, const QString& body = {});
    QPushButton* addButton(const QString& text, std::function<void()> pressed);

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void drawIcon();

    Tone m_tone;
    QLabel* m_icon;
    PlainLabel* m_title;
    PlainLabel* m_body;
    QBoxLayout* m_buttons;
};

} // namespace countersign::ui
