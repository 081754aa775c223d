// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/ask_options.h"

#include "app/countersignctl/duration.h"

#include <QFile>

namespace countersign::ctl {

namespace {
constexpr qint64 kMaxOptionBytes = 256LL * 1024; ///< of a file in place of a text

std::vector<std::string> values(const QCommandLineParser& parser, const char* option)
{
    std::vector<std::string> out;
    const QStringList given = parser.values(QString::fromLatin1(option));
    for (const QString& value : given)
        out.push_back(value.toStdString());
    return out;
}

Answer<std::optional<std::chrono::seconds>> duration(const QCommandLineParser& parser, const char* option)
{
    if (!parser.isSet(QString::fromLatin1(option)))
        return std::nullopt;
    const std::string text = parser.value(QString::fromLatin1(option)).toStdString();
    const auto parsed = parseDuration(text);
    if (!parsed)
        return problem(ExitStatus::Usage, "usage",
            std::string("--") + option + " takes a duration such as 90s, 30m, 2h or 1h30m, not '" + text + "'.");
    return parsed;
}

/// Nothing else says what is wanted, then.
Answer<std::string> readDetails(const QCommandLineParser& parser)
{
    const QString option = QStringLiteral("authorization-details");
    if (!parser.isSet(option))
        return std::string();
    for (const char* other : {"location", "action", "for"}) {
        if (parser.isSet(QString::fromLatin1(other)))
            return problem(ExitStatus::Usage, "usage",
                std::string("--") + other + " and --authorization-details don't go together.");
    }
    return textOrFile(parser, "authorization-details", '[');
}

Answer<std::vector<Step>> readSteps(const QCommandLineParser& parser)
{
    std::vector<Step> steps;
    for (const std::string& word : values(parser, "then")) {
        if (word == "introspect")
            steps.push_back(Step::Introspect);
        else if (word == "refresh")
            steps.push_back(Step::Refresh);
        else if (word == "revoke")
            steps.push_back(Step::Revoke);
        else
            return problem(
                ExitStatus::Usage, "usage", "--then takes introspect, refresh or revoke, not '" + word + "'.");
    }
    return steps;
}
} // namespace

void describeAsk(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("name"), QStringLiteral("What the agent calls itself (default: sample-agent)."),
        QStringLiteral("name"), QStringLiteral("sample-agent")});
    parser.addOption({QStringLiteral("location"),
        QStringLiteral("Where it wants to act; may be repeated (default: https://payments.example/)."),
        QStringLiteral("url"), QStringLiteral("https://payments.example/")});
    parser.addOption(
        {QStringLiteral("action"), QStringLiteral("What it wants to do; may be repeated (default: payments.read)."),
            QStringLiteral("action"), QStringLiteral("payments.read")});
    parser.addOption({QStringLiteral("for"),
        QStringLiteral("How long it wants the grant, for example 30m or 2h; without it, the person says."),
        QStringLiteral("duration")});
    parser.addOption({QStringLiteral("authorization-details"),
        QStringLiteral("All of what it wants, as JSON (RFC 9396) or a file of it, in place of the three above."),
        QStringLiteral("json-or-file")});
    parser.addOption({QStringLiteral("chain"),
        QStringLiteral("Don't ask the person: take what another agent delegated (countersignctl delegate), a text or "
                       "a file, and exchange it for a token."),
        QStringLiteral("chain-or-file")});
    parser.addOption({QStringLiteral("message"),
        QStringLiteral("Why: a line that the person reads, at most 160 characters."), QStringLiteral("text")});
    parser.addOption({QStringLiteral("then"),
        QStringLiteral("With the tokens: introspect, refresh or revoke; may be repeated, in order."),
        QStringLiteral("step")});
    parser.addOption({QStringLiteral("withdraw-after"), QStringLiteral("Take the request back when it waited so long."),
        QStringLiteral("duration")});
    parser.addOption({QStringLiteral("expires-after"),
        QStringLiteral("How long the request may wait for the person (default 5m, at most 1h)."),
        QStringLiteral("duration")});
    parser.addOption({QStringLiteral("ephemeral"), QStringLiteral("Make a new key for this run and keep it nowhere.")});
    parser.addOption({QStringLiteral("keep-tokens"),
        QStringLiteral("Keep the tokens in the agent's key file, so that it can delegate (countersignctl delegate).")});
    parser.addOption({QStringLiteral("issuer"),
        QStringLiteral("The server (default: the running program's, else http://127.0.0.1:7317)."),
        QStringLiteral("url")});
}

Answer<std::string> textOrFile(const QCommandLineParser& parser, const char* option, char start)
{
    const QString given = parser.value(QString::fromLatin1(option));
    if (given.startsWith(QLatin1Char(start)))
        return given.toStdString();
    QFile file(given);
    if (!file.open(QIODevice::ReadOnly))
        return problem(ExitStatus::Usage, "usage",
            std::string("--") + option + " takes a text that begins with '" + start
                + "', or a file: " + given.toStdString() + " can't be read.");
    return file.read(kMaxOptionBytes).trimmed().toStdString();
}

Answer<std::optional<grants::ChainText>> readChainOption(const QCommandLineParser& parser)
{
    if (!parser.isSet(QStringLiteral("chain")))
        return std::nullopt;
    const auto text = textOrFile(parser, "chain", '"');
    if (!text)
        return std::unexpected(text.error());
    auto chain = grants::parseChainHeader(*text);
    if (!chain)
        return problem(ExitStatus::Usage, "usage", chain.error().message);
    return *std::move(chain);
}

Answer<AskOptions> readAskOptions(const QCommandLineParser& parser)
{
    const auto wanted = duration(parser, "for");
    const auto withdraw = duration(parser, "withdraw-after");
    const auto life = duration(parser, "expires-after");
    for (const auto* each : {&wanted, &withdraw, &life}) {
        if (!*each)
            return std::unexpected(each->error());
    }
    auto steps = readSteps(parser);
    if (!steps)
        return std::unexpected(steps.error());
    if (parser.isSet(QStringLiteral("ephemeral")) && parser.isSet(QStringLiteral("keep-tokens")))
        return problem(ExitStatus::Usage, "usage", "--ephemeral keeps nothing: it does not go with --keep-tokens.");
    auto details = readDetails(parser);
    if (!details)
        return std::unexpected(details.error());
    auto chain = readChainOption(parser);
    if (!chain)
        return std::unexpected(chain.error());
    return AskOptions{
        .name = parser.value(QStringLiteral("name")).toStdString(),
        .details = *std::move(details),
        .locations = values(parser, "location"),
        .actions = values(parser, "action"),
        .duration = *wanted,
        .message = parser.value(QStringLiteral("message")).toStdString(),
        .issuer = parser.value(QStringLiteral("issuer")).toStdString(),
        .steps = *std::move(steps),
        .withdrawAfter = *withdraw,
        .life = *life,
        .chain = *std::move(chain),
        .key = parser.isSet(QStringLiteral("ephemeral")) ? KeyKept::Nowhere : KeyKept::InFile,
        .tokens = parser.isSet(QStringLiteral("keep-tokens")) ? TokensKept::BesideKey : TokensKept::No,
    };
}

} // namespace countersign::ctl
