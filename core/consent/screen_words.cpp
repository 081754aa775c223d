// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/consent/screen_words.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QStringList>

namespace countersign::consent {

QString translate(const char* text)
{
    return QCoreApplication::translate("consent", text);
}

QString translate(const char* text, int count)
{
    return QCoreApplication::translate("consent", text, nullptr, count);
}

QString timeWords(UnixSeconds at, UnixSeconds now, const QLocale& locale)
{
    const QDateTime moment = QDateTime::fromSecsSinceEpoch(at.value);
    const QDate today = QDateTime::fromSecsSinceEpoch(now.value).date();
    const QString time = locale.toString(moment.time(), QLocale::ShortFormat);
    if (moment.date() == today)
        return translate("today %1").arg(time);
    if (moment.date() == today.addDays(1))
        return translate("tomorrow %1").arg(time);
    return translate("%1, %2").arg(locale.toString(moment.date(), QLocale::LongFormat), time);
}

QString limitLabel(Screen::LimitLine::Limit limit)
{
    switch (limit) {
    case Screen::LimitLine::Limit::PerAction:
        return translate("each at most");
    case Screen::LimitLine::Limit::PerDay:
        return translate("a day at most");
    case Screen::LimitLine::Limit::Total:
        return translate("in all at most");
    case Screen::LimitLine::Limit::Uses:
        return translate("how often");
    case Screen::LimitLine::Limit::Depth:
        return translate("may be handed on");
    case Screen::LimitLine::Limit::Reads:
        return translate("what it reads");
    }
    return {};
}

QString readsWords(permissions::SignedReads reads)
{
    return reads == permissions::SignedReads::Yes ? translate("signed too") : translate("not signed");
}

QString depthWords(int levels)
{
    if (levels <= 0)
        return translate("no");
    return levels == 1 ? translate("one level deep") : translate("%n levels deep", levels);
}

QString spanWords(std::chrono::seconds span)
{
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(span).count();
    const int days = static_cast<int>(minutes / (24 * 60));
    const int hours = static_cast<int>(minutes / 60 % 24);
    const int rest = static_cast<int>(minutes % 60);
    QStringList parts;
    if (days > 0)
        parts.append(translate("%1 d").arg(days));
    if (hours > 0)
        parts.append(translate("%1 h").arg(hours));
    if (rest > 0 && days == 0)
        parts.append(translate("%1 min").arg(rest));
    return parts.isEmpty() ? translate("less than a minute") : parts.join(QLatin1Char(' '));
}

} // namespace countersign::consent
