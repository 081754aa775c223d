// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/story_text.h"
#include "app/countersignctl/terminal_text.h"

#include <array>
#include <utility>

namespace countersign::ctl {

namespace {
struct Filter {
    const char* option;
    const char* help;
    const char* value;
};
constexpr std::array kFilters{
    Filter{"count", "How many entries (default 50, at most 500).", "number"},
    Filter{"before", "Only entries before this one.", "index"},
    Filter{"agent", "Only of this agent.", "client-id"},
    Filter{"grant", "Only of this grant.", "grant"},
    Filter{"kind", "Only of these kinds, for example consent_given,grant_revoked.", "kinds"},
    Filter{"from", "Only from this time on.", "unix-time"},
    Filter{"to", "Only up to this time.", "unix-time"},
};

void describe(QCommandLineParser& parser)
{
    for (const auto& [option, help, value] : kFilters)
        parser.addOption({QString::fromLatin1(option), QString::fromLatin1(help), QString::fromLatin1(value)});
    parser.addOption({QStringLiteral("story"),
        QStringLiteral("The story of this one entry: what was sent, what was decided and why, who allowed it on which "
                       "screen, each hop, and what proves it."),
        QStringLiteral("index")});
}

Answer<Outcome> tellStory(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    for (const Filter& filter : kFilters) {
        if (parser.isSet(QString::fromLatin1(filter.option)))
            return problem(
                ExitStatus::Usage, "usage", std::string("--story and --") + filter.option + " don't go together.");
    }
    bool isNumber = false;
    const qint64 index = parser.value(QStringLiteral("story")).toLongLong(&isNumber);
    if (!isNumber || index < 0)
        return problem(ExitStatus::Usage, "usage", "--story takes the number of an entry, as the timeline lists it.");
    auto answer = askControl(surroundings, "GET", "/timeline/" + std::to_string(index));
    if (!answer)
        return std::unexpected(answer.error());
    std::string text = storyText(*answer);
    return Outcome{*std::move(answer), std::move(text)};
}

std::string_view mark(const json::Object& entry)
{
    const std::string outcome = textOf(entry, "outcome");
    return outcome == "permitted" ? "+" : outcome == "refused" ? "x" : " ";
}

std::string toText(const json::Object& answer)
{
    const auto entries = objectsOf(answer, "entries");
    if (entries.empty())
        return "No entries.\n";
    Table table{"ENTRY", "TIME", " ", "WHAT HAPPENED"};
    for (const json::Object& entry : entries)
        table.add({std::to_string(numberOf(entry, "index")), localTime(timeOf(entry, "at")), std::string(mark(entry)),
            shown(textOf(entry, "sentence"))});
    std::string text = table.text();
    if (const json::Value* next = answer.if_contains("next"); next && !next->is_null())
        text += "Older ones: countersignctl timeline --before " + std::to_string(numberOf(answer, "next")) + '\n';
    return text;
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    if (parser.isSet(QStringLiteral("story")))
        return tellStory(parser, surroundings);
    std::string path = "/timeline";
    char join = '?';
    for (const auto& [option, help, value] : kFilters) {
        const QString name = QString::fromLatin1(option);
        if (!parser.isSet(name))
            continue;
        path += std::exchange(join, '&') + name.toStdString() + '=' + queryText(parser.value(name).toStdString());
    }
    auto answer = askControl(surroundings, "GET", path);
    if (!answer)
        return std::unexpected(answer.error());
    std::string text = toText(*answer);
    return Outcome{*std::move(answer), std::move(text)};
}
} // namespace

const Command kTimelineCommand{"timeline", "What happened, newest first; or the story of one entry.", describe, run};

} // namespace countersign::ctl
