// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/permissions/permission.h"

#include "core/permissions/words.h"

#include <QCoreApplication>
#include <QDateTime>

#include <map>

namespace countersign::permissions {

namespace {

constexpr int kMaxListed = 4; ///< names in one sentence; the rest are counted

struct Words {
    QString verb;
    QString object;
};

QString translate(const char* text)
{
    return QCoreApplication::translate("permissions", text);
}

/// "payments.create" → create, payments; "http.get" → send, GET requests.
Words wordsOf(const Action& action)
{
    const QString name = QString::fromStdString(action.name());
    const qsizetype dot = name.lastIndexOf(QLatin1Char('.'));
    const QString object = name.left(dot);
    const QString verb = name.mid(dot + 1);
    const QString below = QString(object).replace(QLatin1Char('.'), QLatin1Char(' '));
    if (action.isWildcard() && object == QLatin1String("http"))
        return {translate("send"), translate("requests of every kind")};
    if (verb == QLatin1String("**"))
        return {translate("do"), translate("everything under %1").arg(below)};
    if (verb == QLatin1String("*"))
        return {translate("do"), translate("everything directly under %1").arg(below)};
    if (object == QLatin1String("http"))
        return {translate("send"), translate("%1 requests").arg(verb.toUpper())};
    return {verb, below};
}

QString timeLabel(UnixSeconds at, const QLocale& locale)
{
    const QDateTime moment = QDateTime::fromSecsSinceEpoch(at.value);
    //: %1: a date, %2: a time of day
    return translate("%1, %2").arg(
        locale.toString(moment.date(), QLocale::LongFormat), locale.toString(moment.time(), QLocale::ShortFormat));
}

QString listed(QStringList names, const QLocale& locale)
{
    if (names.size() > kMaxListed) {
        const auto rest = names.size() - kMaxListed + 1;
        names.resize(kMaxListed - 1);
        names.append(QCoreApplication::translate("permissions", "%n more", nullptr, static_cast<int>(rest)));
    }
    return locale.createSeparatedList(names);
}

QString doings(const AgentDelegation& detail, const QLocale& locale)
{
    std::map<QString, QStringList> verbsOf;
    QStringList objects;
    for (const Action& action : detail.actions) {
        const Words words = wordsOf(action);
        if (!verbsOf.contains(words.object))
            objects.append(words.object);
        verbsOf[words.object].append(words.verb);
    }
    QStringList parts;
    for (const QString& object : std::as_const(objects))
        parts.append(translate("%1 %2").arg(listed(verbsOf[object], locale), object));
    return listed(parts, locale);
}

/// "at most 500.00 EUR each, 5,000.00 EUR a day, 20,000.00 EUR in all"
QString spending(const Spend& spend, const QLocale& locale)
{
    QStringList limits;
    const auto add = [&](const std::optional<Amount>& limit, const char* words) {
        if (limit)
            limits.append(translate(words).arg(moneyLabel(*limit, spend.currency, locale)));
    };
    add(spend.perAction, "%1 each");
    add(spend.perDay, "%1 a day");
    add(spend.total, "%1 in all");
    return translate("at most %1").arg(limits.join(QLatin1String(", ")));
}

/// "recipient only acme or globex", "amount at most 500"
QString constraining(const ArgumentConstraint& constraint, const QLocale& locale)
{
    const auto& form = constraint.constraint.form;
    const bool isChoice = std::holds_alternative<Exact>(form) || std::holds_alternative<OneOf>(form)
        || std::holds_alternative<Pattern>(form);
    //: %1: an argument ("recipient"), %2: what it may be ("acme or globex")
    return (isChoice ? translate("%1 only %2") : translate("%1 %2"))
        .arg(argumentLabel(constraint.at), constraintLabel(constraint.constraint, locale));
}

/// `lastEnd`: when the whole permission ends, which is said elsewhere.
QStringList limits(const AgentDelegation& detail, const std::optional<UnixSeconds>& lastEnd, const QLocale& locale)
{
    QStringList parts;
    if (detail.spend)
        parts.append(spending(*detail.spend, locale));
    for (const ArgumentConstraint& constraint : detail.constraints)
        parts.append(constraining(constraint, locale));
    if (detail.uses)
        parts.append(timesLabel(*detail.uses));
    if (detail.rate)
        parts.append(translate("at most %1").arg(rateLabel(*detail.rate, locale)));
    if (detail.dailyWindow)
        parts.append(translate("daily from %1").arg(windowLabel(*detail.dailyWindow, locale)));
    if (detail.notBefore)
        parts.append(translate("not before %1").arg(timeLabel(*detail.notBefore, locale)));
    if (detail.expiresAt && detail.expiresAt != lastEnd)
        parts.append(translate("until %1").arg(timeLabel(*detail.expiresAt, locale)));
    if (detail.maxDepth > 0)
        parts.append(translate("may be handed on %1").arg(timesLabel(detail.maxDepth)));
    if (detail.stepUp.isSet())
        parts.append(translate("asks you again %1").arg(stepUpLabel(detail, locale)));
    if (detail.signedReads == SignedReads::Yes)
        parts.append(translate("signing what it reads too"));
    return parts;
}

} // namespace

QString actionLabel(const Action& action)
{
    const Words words = wordsOf(action);
    //: %1: what is done ("create"), %2: to what ("payments")
    return translate("%1 %2").arg(words.verb, words.object);
}

QString placesLabel(const AgentDelegation& detail, const QLocale& locale)
{
    QStringList places;
    for (const Location& location : detail.locations)
        places.append(QString::fromStdString(location.place()));
    return listed(places, locale);
}

QStringList toSentences(const Permission& permission, const QLocale& locale)
{
    QStringList sentences;
    const std::optional<UnixSeconds> end = permission.end();
    for (const AgentDelegation& detail : permission.details) {
        QStringList parts = limits(detail, end, locale);
        //: %1: what may be done ("create and read payments"), %2: where ("payments.example")
        parts.prepend(translate("%1 at %2").arg(doings(detail, locale), placesLabel(detail, locale)));
        sentences.append(parts.join(QLatin1String(", ")));
    }
    return sentences;
}

} // namespace countersign::permissions
