// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/terminal.h"

namespace countersign::testing {

std::string Ran::text(std::string_view member) const
{
    return textIn(json(), member);
}

Started::Started(const QStringList& arguments)
{
    m_process.start(QStringLiteral(COUNTERSIGNCTL), arguments);
}

Ran Started::finish()
{
    if (!m_process.waitForFinished(60'000))
        qFatal("countersignctl does not end");
    return {m_process.exitCode(), m_process.readAllStandardOutput(), m_process.readAllStandardError()};
}

Ran run(const QStringList& arguments)
{
    return Started(arguments).finish();
}

Ran run(const char* words, QStringList others)
{
    QStringList arguments = QString::fromLatin1(words).split(QLatin1Char(' '));
    for (QString& argument : arguments) {
        if (argument == QStringLiteral("%"))
            argument = others.takeFirst();
    }
    return run(arguments + others);
}

std::string textIn(const json::Object& object, std::string_view member)
{
    return json::requiredString(object, member).value_or(std::string());
}

QString agentFolder()
{
    return qEnvironmentVariable("XDG_DATA_HOME") + QStringLiteral("/countersignctl");
}

} // namespace countersign::testing
