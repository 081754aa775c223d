// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A field for an amount of money, exact to the last digit. What is typed has one decimal sign, "." or ",", and no signs
// between thousands, so that nothing can be read as more than it says.
#pragma once

#include "core/base/money.h"

#include <QLineEdit>
#include <QLocale>

#include <optional>

namespace countersign::ui {

class MoneyEdit final : public QLineEdit {
    Q_OBJECT
public:
    /// `asked`: what holds where nothing is typed; nullopt: no limit.
    MoneyEdit(std::optional<Amount> asked, const QLocale& locale, QWidget* parent = nullptr);

    /// What was typed; nullopt: nothing, or what was asked.
    [[nodiscard]] std::optional<Amount> amount() const;
    void setAmount(std::optional<Amount> amount);

Q_SIGNALS:
    void amountEdited(); ///< by the person

private:
    void tidy();

    std::optional<Amount> m_asked;
    QLocale m_locale;
};

} // namespace countersign::ui
