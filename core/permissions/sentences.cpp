// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/permissions/permission.h"

#include <QCoreApplication>

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
    if (object == QLatin1String("http"))
        return {translate("send"), translate("%1 requests").arg(verb.toUpper())};
    return {verb, QString(object).replace(QLatin1Char('.'), QLatin1Char(' '))};
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
    for (const AgentDelegation& detail : permission.details) {
        //: %1: what may be done ("create and read payments"), %2: where ("payments.example")
        sentences.append(translate("%1 at %2").arg(doings(detail, locale), placesLabel(detail, locale)));
    }
    return sentences;
}

} // namespace countersign::permissions
