// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// countersignctl: the terminal program. It has no `approve`: only a person at the desktop approves.
#include "app/countersignctl/command.h"
#include "app/countersignctl/terminal_text.h"
#include "core/crypto/bytes.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QStandardPaths>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

using namespace countersign;
using namespace countersign::ctl;

namespace {
constexpr std::array kCommands{&kStatusCommand, &kAskCommand, &kDelegateCommand, &kChainCommand, &kGrantsCommand,
    &kRevokeCommand, &kTimelineCommand, &kCheckCommand, &kExportCommand, &kVerifyCommand, &kImportCommand,
    &kOpenapiCommand, &kDoctorCommand};

void print(std::FILE* to, std::string_view text)
{
    if (std::fwrite(text.data(), 1, text.size(), to) != text.size() || std::fflush(to) != 0)
        std::exit(std::to_underlying(ExitStatus::Failed)); // nobody reads: a closed pipe, or a full disk
}

std::string overview()
{
    std::string text = "usage: countersignctl COMMAND [OPTIONS]\n\nTalks to Countersign, which decides with you what "
                       "agents may do.\n\nCommands:\n";
    for (const Command* command : kCommands) {
        std::string name = command->name;
        name.resize(10, ' ');
        text += "  " + name + command->summary + '\n';
    }
    text += "\nThere is no command that approves: only a person at the desktop does.\n"
            "Every command takes --json, for programs, and --help.\n";
    return text + std::string(kExitStatusHelp) + '\n';
}

int usage(const std::string& what)
{
    print(stderr, "countersignctl: " + shown(what) + "\nTry: countersignctl --help\n");
    return std::to_underlying(ExitStatus::Usage);
}

Surroundings surroundings(const Clock& clock)
{
    const QString runtime = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return {
        .runtimeFolder = runtime.toStdString() + "/countersign",
        .ownFolder = data.toStdString() + "/countersignctl",
        .clock = clock,
        .progress = [](std::string_view line) { print(stderr, std::string(line) + '\n'); },
    };
}

int report(const Answer<Outcome>& outcome, bool json)
{
    if (outcome) {
        print(stdout, json ? json::serialize(outcome->machine) + '\n' : outcome->text);
        return std::to_underlying(outcome->status);
    }
    const Problem& why = outcome.error();
    if (json)
        print(stdout, json::serialize(json::Object{{"error", why.code}, {"error_description", why.text}}) + '\n');
    else
        print(stderr, "countersignctl: " + shown(why.text.empty() ? why.code : why.text) + '\n');
    return std::to_underlying(why.status);
}

bool isId(const QString& argument)
{
    constexpr std::size_t kIdBytes = 16;
    const auto bytes = crypto::fromBase64url(argument.toStdString());
    return bytes && bytes->size() == kIdBytes;
}

/// The same arguments, the ids at the end behind "--", where nothing is an option.
QStringList withIdsApart(const QStringList& arguments)
{
    QStringList words;
    QStringList ids;
    for (const QString& argument : arguments)
        (isId(argument) ? ids : words).append(argument);
    if (!words.contains(QStringLiteral("--")))
        words.append(QStringLiteral("--"));
    return words + ids;
}

int runCommand(const Command& command, QStringList arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QString::fromLatin1(command.summary) + QStringLiteral("\n\n")
        + QString::fromUtf8(kExitStatusHelp.data(), static_cast<qsizetype>(kExitStatusHelp.size())));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Show this."));
    const QCommandLineOption json(QStringLiteral("json"), QStringLiteral("Print JSON, for programs."));
    parser.addOptions({help, json});
    command.describe(parser);
    arguments.removeAt(1);
    if (!parser.parse(command.arguments == Arguments::Ids ? withIdsApart(arguments) : arguments))
        return usage(parser.errorText().toStdString());
    if (parser.isSet(help)) {
        const QString name = QStringLiteral("countersignctl ") + QString::fromLatin1(command.name);
        print(stdout, parser.helpText().replace(QCoreApplication::arguments().constFirst(), name).toStdString());
        return std::to_underlying(ExitStatus::Done);
    }
    const SystemClock clock;
    return report(command.run(parser, surroundings(clock)), parser.isSet(json));
}
} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("countersignctl"));
    QCoreApplication::setApplicationVersion(QStringLiteral(COUNTERSIGN_VERSION));
    const QStringList arguments = QCoreApplication::arguments();
    const std::string word = arguments.value(1).toStdString();
    if (word.empty())
        return usage("a command is needed");
    if (word == "--help" || word == "-h" || word == "help") {
        print(stdout, overview());
        return std::to_underlying(ExitStatus::Done);
    }
    if (word == "--version") {
        print(stdout, "countersignctl " COUNTERSIGN_VERSION "\n");
        return std::to_underlying(ExitStatus::Done);
    }
    const auto* const command =
        std::ranges::find(kCommands, word, [](const Command* each) { return std::string_view(each->name); });
    return command == kCommands.end() ? usage("there is no command '" + word + "'") : runCommand(**command, arguments);
}
