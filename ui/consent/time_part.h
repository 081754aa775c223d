// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Until when, and how often: choices that can only make it less than was asked.
#pragma once

#include "core/consent/screen.h"

#include <QWidget>

#include <vector>

class QButtonGroup;
class QDateTimeEdit;
class QLayout;
class QSpinBox;

namespace countersign::ui {

class PlainLabel;

class TimePart final : public QWidget {
    Q_OBJECT
public:
    TimePart(
        const consent::ScreenFacts& facts, const consent::Edit& edit, const QLocale& locale, QWidget* parent = nullptr);

    void applyTo(consent::Edit& edit) const;
    /// What depends on the edit.
    void show(const consent::Screen& screen);
    [[nodiscard]] const std::vector<QWidget*>& controls() const { return m_controls; } ///< in reading order

Q_SIGNALS:
    void edited();

private:
    enum class Often : std::uint8_t { AsAsked, Once, Counted };
    void addDurations(const consent::Edit& edit);
    void addDate(const consent::Edit& edit, QLayout* choices);
    void addOften(const consent::Edit& edit);
    void addCount(QLayout* choices);
    [[nodiscard]] std::optional<std::int64_t> chosenUses() const;

    const consent::ScreenFacts& m_facts;
    QLocale m_locale;
    std::int64_t m_mostUses; ///< that any detail was asked for
    QButtonGroup* m_durations;
    QButtonGroup* m_often;
    QDateTimeEdit* m_date = nullptr;
    QSpinBox* m_count = nullptr;
    PlainLabel* m_until;
    std::vector<QWidget*> m_controls;
};

} // namespace countersign::ui
