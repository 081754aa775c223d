// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/time_words.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
struct Words {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::Words)
};

QString twoDigits(std::int64_t number)
{
    return u"%1"_s.arg(number, 2, 10, QLatin1Char('0'));
}
} // namespace

QString countdown(std::chrono::seconds left)
{
    const std::int64_t seconds = std::max<std::int64_t>(0, left.count());
    const std::int64_t hours = seconds / 3600;
    const std::int64_t minutes = seconds / 60 % 60;
    if (hours > 0)
        return u"%1:%2:%3"_s.arg(hours).arg(twoDigits(minutes), twoDigits(seconds % 60));
    return u"%1:%2"_s.arg(minutes).arg(twoDigits(seconds % 60));
}

QString spanWords(std::chrono::seconds span)
{
    const std::int64_t seconds = std::max<std::int64_t>(0, span.count());
    const std::int64_t minutes = seconds / 60;
    const std::int64_t hours = minutes / 60;
    if (minutes == 0)
        return Words::tr("%1 s", "seconds").arg(seconds);
    if (hours == 0)
        return Words::tr("%1 min %2 s", "minutes, seconds").arg(minutes).arg(twoDigits(seconds % 60));
    if (hours < 24)
        return Words::tr("%1 h %2 min", "hours, minutes").arg(hours).arg(minutes % 60);
    return Words::tr("%1 d %2 h", "days, hours").arg(hours / 24).arg(hours % 24);
}

QString agoWords(std::chrono::seconds ago)
{
    if (ago.count() < 60)
        return Words::tr("just now");
    if (ago.count() < 3600)
        return Words::tr("%1 min ago").arg(ago.count() / 60);
    return Words::tr("%1 ago", "a span of time").arg(spanWords(ago));
}

QString dayWords(const QDate& day, const QDate& today, const QLocale& locale)
{
    if (day == today)
        return Words::tr("Today");
    if (day == today.addDays(-1))
        return Words::tr("Yesterday");
    return locale.toString(day, QLocale::LongFormat);
}

QString momentWords(UnixSeconds at, const QLocale& locale)
{
    const QDateTime moment = localTime(at);
    return Words::tr("%1, %2", "a day, a time of day")
        .arg(locale.toString(moment.date(), QLocale::LongFormat), locale.toString(moment.time(), QLocale::ShortFormat));
}

QDateTime localTime(UnixSeconds at)
{
    return QDateTime::fromSecsSinceEpoch(at.value);
}

} // namespace countersign::ui
