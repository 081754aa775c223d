// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/input_file.h"
#include "app/countersignctl/terminal_text.h"

namespace countersign::ctl {

namespace {
constexpr std::size_t kMaxImportBytes = std::size_t{1024} * 1024; ///< what the program takes in one request

void describe(QCommandLineParser& parser)
{
    parser.addPositionalArgument(QStringLiteral("file"),
        QStringLiteral("What another server gave you: its evidence file, or its receipts; - for standard input."));
    parser.addOption({QStringLiteral("action"),
        QStringLiteral("The action here that it is about: its entry's number in the timeline, or its receipt's id."),
        QStringLiteral("id")});
}

Answer<std::string> contentOf(const QString& name)
{
    auto content = readInput(name, kMaxImportBytes);
    if (!content)
        return content;
    if (content->size() > kMaxImportBytes)
        return problem(ExitStatus::Failed, "too_large",
            "'" + name.toStdString() + "' has more than 1 MiB. Ask the other server for evidence of this action only.");
    if (content->empty())
        return problem(ExitStatus::Failed, "empty", "'" + name.toStdString() + "' is empty.");
    return content;
}

std::string told(const json::Object& answer)
{
    const std::int64_t taken = numberOf(answer, "taken");
    const std::int64_t known = numberOf(answer, "known");
    std::string text = "Took in " + std::to_string(taken) + (taken == 1 ? " receipt" : " receipts");
    if (known > 0)
        text += "; " + std::to_string(known) + " had been taken in before";
    return text + " about the action in entry " + std::to_string(numberOf(answer, "action")) + ".\n"
        + "Whose the other servers' keys are, you say in the timeline at the desktop.\n";
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    const QStringList files = parser.positionalArguments();
    const std::string action = parser.value(QStringLiteral("action")).toStdString();
    if (files.size() != 1 || action.empty())
        return problem(ExitStatus::Usage, "usage", "Name one file, and the action that it is about (--action).");
    auto content = contentOf(files.constFirst());
    if (!content)
        return std::unexpected(content.error());
    auto answer = askControl(surroundings, "POST", "/actions/" + queryText(action) + "/upstream", *std::move(content));
    if (!answer)
        return std::unexpected(answer.error());
    std::string text = told(*answer);
    return Outcome{*std::move(answer), std::move(text)};
}
} // namespace

const Command kImportCommand{"import", "Take in what other servers decided about an action.", describe, run};

} // namespace countersign::ctl
