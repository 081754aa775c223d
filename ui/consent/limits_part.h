// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The limits of what is asked: money and how far it may be handed on can be made less, the rest is told. How often
// stands beside the time (TimePart).
#pragma once

#include "core/consent/screen.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QVBoxLayout;

namespace countersign::ui {

class MoneyEdit;
class PlainLabel;

class LimitsPart final : public QWidget {
    Q_OBJECT
public:
    LimitsPart(const consent::ScreenFacts& facts, const consent::Screen& screen, const consent::Edit& edit,
        const QLocale& locale, QWidget* parent = nullptr);

    /// Whether there is anything to show.
    [[nodiscard]] static bool isNeeded(const consent::Screen& screen);
    void applyTo(consent::Edit& edit) const;
    /// What depends on the edit.
    void show(const consent::Screen& screen);
    [[nodiscard]] const std::vector<QWidget*>& controls() const { return m_controls; } ///< in reading order

Q_SIGNALS:
    void edited();

private:
    using Limit = consent::Screen::LimitLine::Limit;
    void addDetail(
        const consent::ScreenFacts& facts, const consent::Screen& screen, const consent::Edit& edit, int detail);
    [[nodiscard]] QWidget* makeMoney(
        const consent::Screen::LimitLine& line, const permissions::Spend& spend, const consent::DetailEdit& edit);
    [[nodiscard]] QWidget* makeDepth(const consent::Screen::LimitLine& line, int asked, int left);
    [[nodiscard]] QWidget* makeReads(const consent::Screen::LimitLine& line, permissions::SignedReads left);

    struct MoneyField {
        int detail;
        Limit limit;
        MoneyEdit* field;
    };
    struct DepthField {
        int detail;
        QComboBox* field;
    };
    struct ReadsField {
        int detail;
        QCheckBox* field;
    };
    QLocale m_locale;
    std::vector<MoneyField> m_money;
    std::vector<DepthField> m_depths;
    std::vector<ReadsField> m_reads;
    std::vector<QWidget*> m_controls;
    PlainLabel* m_together;
};

} // namespace countersign::ui
