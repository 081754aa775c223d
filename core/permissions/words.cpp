// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/words.h"

#include "core/base/text_safety.h"

#include <QCoreApplication>
#include <QTime>

#include <algorithm>
#include <array>
#include <charconv>

namespace countersign::permissions {

namespace {

constexpr std::size_t kMaxShownValue = 60; ///< characters
constexpr std::size_t kMaxListed = 4; ///< values in one list; the rest are counted

QString translate(const char* text)
{
    return QCoreApplication::translate("permissions", text);
}

QString counted(const char* text, std::int64_t count)
{
    return QCoreApplication::translate("permissions", text, nullptr, static_cast<int>(count));
}

bool isPlainWord(const QString& text)
{
    return !text.isEmpty() && std::ranges::all_of(text, [](QChar c) {
        return c.isLetterOrNumber() || c.isMark() || QStringLiteral("-_.@:/+#*").contains(c);
    });
}

/// In quotes, which the text can't leave.
QString quoted(QString text)
{
    for (const char16_t quote : {u'\u201C', u'\u201D', u'\u201E', u'\u201F'})
        text.replace(QChar(quote), QLatin1Char('"'));
    return QChar(u'\u201C') + text + QChar(u'\u201D');
}

/// Text from outside that stands between our words: in quotes where it could be taken for them.
QString word(std::string_view outside)
{
    const QString text = safeText(outside, kMaxShownValue).text;
    return isPlainWord(text) ? text : quoted(text);
}

/// "1234.50" with the locale's digits and separators.
QString numberLabel(std::string_view plain, const QLocale& locale)
{
    const std::size_t point = std::min(plain.find('.'), plain.size());
    const std::string_view whole = plain.substr(0, point);
    std::int64_t integer = 0;
    const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), integer);
    if (error != std::errc() || whole == "-0") // beyond what a locale writes: as it is
        return QString::fromUtf8(plain.data(), static_cast<qsizetype>(plain.size()));
    QString label = locale.toString(static_cast<qlonglong>(integer));
    if (point < plain.size())
        label += locale.decimalPoint();
    for (const char digit : plain.substr(std::min(point + 1, plain.size())))
        label += locale.toString(digit - '0');
    return label;
}

enum class Joined : std::uint8_t { And, Or };

QString listed(QStringList names, Joined how)
{
    if (names.size() > static_cast<qsizetype>(kMaxListed)) {
        const auto rest = names.size() - static_cast<qsizetype>(kMaxListed) + 1;
        names.resize(static_cast<qsizetype>(kMaxListed) - 1);
        names.append(counted("%n more", rest));
    }
    if (names.size() < 2)
        return names.join(QString());
    const QString last = names.takeLast();
    const QString rest = names.join(QLatin1String(", "));
    return (how == Joined::Or ? translate("%1 or %2") : translate("%1 and %2")).arg(rest, last);
}

QString valuesLabel(const std::vector<Value>& values, Joined how)
{
    QStringList names;
    for (const Value& value : values)
        names.append(valueLabel(value));
    return listed(names, how);
}

QString partsLabel(const std::vector<Constraint>& parts, Joined how, const QLocale& locale)
{
    QStringList names;
    for (const Constraint& part : parts)
        names.append(QLatin1Char('(') + constraintLabel(part, locale) + QLatin1Char(')'));
    return listed(names, how);
}

QString rangeLabel(const Range& range, const QLocale& locale)
{
    const auto label = [&](const Decimal& number) { return numberLabel(number.text(), locale); };
    if (range.min && range.max)
        return translate("from %1 to %2").arg(label(*range.min), label(*range.max));
    return range.max ? translate("at most %1").arg(label(*range.max)) : translate("at least %1").arg(label(*range.min));
}

struct ConstraintWords {
    const QLocale& locale;

    QString operator()(const Wildcard&) const { return translate("anything"); }
    QString operator()(const Exact& exact) const { return valueLabel(exact.value); }
    QString operator()(const Range& range) const { return rangeLabel(range, locale); }
    QString operator()(const OneOf& oneOf) const { return valuesLabel(oneOf.values, Joined::Or); }
    QString operator()(const NotOneOf& not_) const
    {
        return translate("anything but %1").arg(valuesLabel(not_.values, Joined::Or));
    }
    QString operator()(const Contains& contains) const
    {
        return translate("a list with %1").arg(valuesLabel(contains.values, Joined::And));
    }
    QString operator()(const Subset& subset) const
    {
        return translate("a list of nothing but %1").arg(valuesLabel(subset.values, Joined::And));
    }
    QString operator()(const Pattern& pattern) const { return translate("anything like %1").arg(word(pattern.glob)); }
    QString operator()(const All& all) const { return partsLabel(all.parts, Joined::And, locale); }
    QString operator()(const Any& any) const { return partsLabel(any.parts, Joined::Or, locale); }
};

/// The largest unit that it is a whole number of.
QString spanLabel(std::chrono::seconds span)
{
    struct Unit {
        std::int64_t seconds;
        const char* one;
        const char* many;
    };
    constexpr std::array kUnits{Unit{86400, "1 day", "%n days"}, Unit{3600, "1 hour", "%n hours"},
        Unit{60, "1 minute", "%n minutes"}, Unit{1, "1 second", "%n seconds"}};
    const auto unit = std::ranges::find_if(kUnits, [&](const Unit& each) { return span.count() % each.seconds == 0; });
    const std::int64_t count = span.count() / unit->seconds;
    return count == 1 ? translate(unit->one) : counted(unit->many, count);
}

} // namespace

QString amountLabel(Amount amount, const QLocale& locale)
{
    return numberLabel(amount.text(), locale);
}

QString moneyLabel(Amount amount, const Currency& currency, const QLocale& locale)
{
    //: %1: a number, %2: a currency's code
    return translate("%1 %2").arg(amountLabel(amount, locale), QString::fromStdString(currency.code()));
}

QString argumentLabel(const Pointer& at)
{
    QStringList steps;
    for (const std::string& step : at.steps())
        steps.append(word(step));
    return steps.join(QLatin1Char('/'));
}

QString valueLabel(const Value& value)
{
    if (const std::string* text = value.text()) {
        // A text that reads like a number, or like a word of JSON, is another value than that.
        const bool readsAsOther = Decimal::parse(*text) || *text == "true" || *text == "false" || *text == "null";
        return readsAsOther ? quoted(safeText(*text, kMaxShownValue).text) : word(*text);
    }
    return safeText(valueJson(value), kMaxShownValue).text;
}

QString constraintLabel(const Constraint& constraint, const QLocale& locale)
{
    return std::visit(ConstraintWords{locale}, constraint.form);
}

QString timesLabel(std::int64_t count)
{
    return count == 1 ? translate("once") : counted("%n times", count);
}

QString rateLabel(const Rate& rate, const QLocale&)
{
    //: %1: how often ("20 times"), %2: a span of time ("1 minute")
    return translate("%1 in %2").arg(timesLabel(rate.count), spanLabel(rate.span));
}

QString windowLabel(const DailyWindow& window, const QLocale& locale)
{
    const auto time = [&](int minutes) {
        return locale.toString(QTime(0, 0).addSecs(minutes * 60), QLocale::ShortFormat);
    };
    //: %1, %2: times of day, %3: a time zone
    return translate("%1 to %2 (%3)")
        .arg(time(window.from), time(window.to), QString::fromStdString(window.zone.name()));
}

QString stepUpLabel(const AgentDelegation& detail, const QLocale& locale)
{
    if (detail.stepUp.everyAction == StepUp::EveryAction::Yes)
        return translate("each time");
    QStringList when;
    if (detail.stepUp.above && detail.spend)
        when.append(translate("above %1").arg(moneyLabel(*detail.stepUp.above, detail.spend->currency, locale)));
    for (const Pointer& at : detail.stepUp.firstSeen)
        when.append(translate("for a new %1").arg(argumentLabel(at)));
    return listed(when, Joined::And);
}

} // namespace countersign::permissions
