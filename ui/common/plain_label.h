// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A label for words that may come from outside: always plain text, and always all of it, since a word that is too long
// for the line goes on in the next one (QLabel would cut it off).
#pragma once

#include <QLabel>

class QTextLayout;

namespace countersign::ui {

class PlainLabel : public QLabel {
    Q_OBJECT
public:
    enum class Size : std::uint8_t { Normal, Large, Heading };
    explicit PlainLabel(const QString& text = {}, Size size = Size::Normal, QWidget* parent = nullptr);

    /// Shown less prominently, yet with readable contrast.
    void setQuiet();
    /// Takes part in the focus order, for what a screen reader should begin with.
    void setFocusable();

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyQuiet();
    /// Breaks the words into lines of `width`, and returns how much room they take.
    QSizeF breakLines(QTextLayout& layout, qreal width) const;
    void drawFocus();

    enum class Emphasis : std::uint8_t { Full, Quiet } m_emphasis = Emphasis::Full;
};

/// The short bold word before a row: "Who".
[[nodiscard]] PlainLabel* makeCaption(const QString& text);

} // namespace countersign::ui
