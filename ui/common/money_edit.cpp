// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/money_edit.h"

#include <QRegularExpressionValidator>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kWide = 11; // widths of "0"

/// "20000.00" in the digits and with the decimal sign of the locale.
QString fieldText(Amount amount, const QLocale& locale)
{
    const QString zero = locale.zeroDigit();
    QString text;
    for (const char c : amount.text())
        text += c == '.' ? locale.decimalPoint() : QString(QChar(zero.front().unicode() + (c - '0')));
    return text;
}

/// In any digits; only a text that the validator lets through.
std::optional<Amount> parsed(const QString& text)
{
    std::string plain;
    for (const QChar c : text)
        plain += c.digitValue() >= 0 ? static_cast<char>('0' + c.digitValue()) : '.';
    if (plain.starts_with('.'))
        plain.insert(0, 1, '0');
    if (plain.ends_with('.'))
        plain += '0';
    const std::size_t firstDigit = plain.find_first_not_of('0');
    if (firstDigit != std::string::npos && firstDigit > 0) // a JSON number has no leading zeros
        plain.erase(0, plain[firstDigit] == '.' ? firstDigit - 1 : firstDigit);
    const auto amount = Amount::parse(plain);
    return amount ? std::optional(*amount) : std::nullopt;
}
} // namespace

MoneyEdit::MoneyEdit(std::optional<Amount> asked, const QLocale& locale, QWidget* parent)
    : QLineEdit(parent), m_asked(asked), m_locale(locale)
{
    setValidator(new QRegularExpressionValidator(
        QRegularExpression(u"\\d{0,12}([.,٫]\\d{0,6})?"_s, QRegularExpression::UseUnicodePropertiesOption), this));
    setAlignment(Qt::AlignTrailing | Qt::AlignVCenter);
    setPlaceholderText(tr("no limit"));
    setFixedWidth(fontMetrics().horizontalAdvance(u'0') * kWide + fontMetrics().height());
    setAmount(std::nullopt);
    connect(this, &QLineEdit::textEdited, this, &MoneyEdit::amountEdited);
    connect(this, &QLineEdit::editingFinished, this, &MoneyEdit::tidy);
}

std::optional<Amount> MoneyEdit::amount() const
{
    if (text().isEmpty())
        return std::nullopt;
    const Amount typed = parsed(text()).value_or(Amount()); // nothing but a decimal sign is nothing
    return m_asked == typed ? std::nullopt : std::optional(typed);
}

void MoneyEdit::setAmount(std::optional<Amount> amount)
{
    const std::optional<Amount> shown = amount ? amount : m_asked;
    setText(shown ? fieldText(*shown, m_locale) : QString());
}

/// Shows what holds: a limit that was asked can't be emptied.
void MoneyEdit::tidy()
{
    setAmount(amount());
}

} // namespace countersign::ui
