// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A button that decides. It answers only while its DecisionGuard is open; a press must begin and end on it; the second
// click of a double click counts for nothing; Enter never presses it; it has no mnemonic and is never a default button.
#pragma once

#include "core/base/clock.h"

#include <QPushButton>
#include <QTimer>

#include <chrono>
#include <optional>

namespace countersign::ui {

class DecisionGuard;

inline constexpr std::chrono::milliseconds kHoldTime{1500};

class DecisionButton final : public QPushButton {
    Q_OBJECT
public:
    /// What it takes: a click or Space; a click, or Space held; either one held until the ring is full.
    enum class Press : std::uint8_t { Tap, HoldKey, Hold };
    /// Who pressed: Person came as a pointer or key event, Program without one (the accessibility bus).
    enum class Source : std::uint8_t { Person, Program };
    Q_ENUM(Source)

    struct Words {
        QString rest; ///< "Approve"
        QString hold; ///< "Hold to approve": where it has to be held
        QString full; ///< "Let go to approve": the ring is full
    };

    DecisionButton(Words words, Press press, DecisionGuard& guard, const Clock& clock, QWidget* parent = nullptr);

    void setPress(Press press);
    [[nodiscard]] Press press() const { return m_press; }
    [[nodiscard]] double progress() const; ///< of a press that must be held: 0 to 1

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void decided(countersign::ui::DecisionButton::Source source);
    void releasedTooEarly();

protected:
    void initStyleOption(QStyleOptionButton* option) const override;
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;

private:
    enum class Way : std::uint8_t { Pointer, Key };
    void begin(Way way);
    void finish(Way way);
    void cancel();
    void showProgress();
    [[nodiscard]] bool mustHold(Way way) const;
    [[nodiscard]] QString wordsNow() const;
    [[nodiscard]] QIcon ring() const;

    Words m_words;
    Press m_press;
    DecisionGuard& m_guard;
    const Clock& m_clock;
    struct Pressed {
        Way way;
        std::chrono::milliseconds at;
    };
    std::optional<Pressed> m_pressed;
    QTimer m_timer;
};

} // namespace countersign::ui
