// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/terminal_text.h"

#include "core/evidence/evidence.h"

#include <QSaveFile>

#include <chrono>

namespace countersign::ctl {

namespace {
constexpr std::chrono::minutes kExportTimeLimit{5};

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("action"),
        QStringLiteral("One decision: the id of its receipt, or its entry's number in the timeline."),
        QStringLiteral("id")});
    parser.addOption({QStringLiteral("grant"),
        QStringLiteral("A grant, with all that was handed on from it and done under it."), QStringLiteral("grant")});
    parser.addOption({QStringLiteral("from"), QStringLiteral("All entries from this time on; with --to."),
        QStringLiteral("unix-time")});
    parser.addOption({QStringLiteral("to"), QStringLiteral("Up to this time."), QStringLiteral("unix-time")});
    parser.addOption({QStringLiteral("without-details"),
        QStringLiteral("Leave out what agents sent and what screens showed; it can't be checked then.")});
    parser.addOption({QStringLiteral("with-bodies"),
        QStringLiteral("Add the content of requests, as far as it is kept: whoever gets the file reads it.")});
    parser.addOption(
        {QStringLiteral("html"), QStringLiteral("As a page for a browser, which checks it again and loads nothing.")});
    parser.addOption({{QStringLiteral("o"), QStringLiteral("output")}, QStringLiteral("Where to write it."),
        QStringLiteral("file")});
}

std::string valueOf(const QCommandLineParser& parser, const char* option)
{
    return parser.value(QString::fromLatin1(option)).toStdString();
}

/// The query of GET /evidence; empty: it isn't said what is wanted, or more than one thing is.
std::string queryOf(const QCommandLineParser& parser)
{
    std::vector<std::string> wanted;
    if (parser.isSet(QStringLiteral("action"))) {
        const std::string id = valueOf(parser, "action");
        wanted.push_back((id.contains('.') ? "receipt=" : "entry=") + queryText(id));
    }
    if (parser.isSet(QStringLiteral("grant")))
        wanted.push_back("grant=" + queryText(valueOf(parser, "grant")));
    if (parser.isSet(QStringLiteral("from")) || parser.isSet(QStringLiteral("to")))
        wanted.push_back("from=" + queryText(valueOf(parser, "from")) + "&to=" + queryText(valueOf(parser, "to")));
    const bool isBare = parser.isSet(QStringLiteral("without-details"));
    const bool hasBodies = parser.isSet(QStringLiteral("with-bodies"));
    if (wanted.size() != 1 || (isBare && hasBodies))
        return {};
    if (isBare)
        wanted.front() += "&details=none";
    if (hasBodies)
        wanted.front() += "&details=bodies";
    return wanted.front() + (parser.isSet(QStringLiteral("html")) ? "&form=html" : "");
}

/// Whole, or not at all; for the owner's eyes.
Answer<void> write(const QString& name, const std::string& text)
{
    QSaveFile file(name);
    const auto size = static_cast<qint64>(text.size());
    if (file.open(QIODevice::WriteOnly) && file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner)
        && file.write(text.data(), size) == size && file.commit())
        return {};
    return problem(ExitStatus::Failed, "unwritable",
        "'" + name.toStdString() + "' can't be written: " + file.errorString().toStdString());
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    const QString output = parser.value(QStringLiteral("output"));
    const std::string query = queryOf(parser);
    if (query.empty() || output.isEmpty() || !parser.positionalArguments().isEmpty())
        return problem(ExitStatus::Usage, "usage",
            "Say what is wanted (--action, --grant, or --from with --to) and where to write it (-o). Bodies can't go "
            "out "
            "without the details that bind them.");
    const auto text = fetchFromControl(
        surroundings, "/evidence?" + query, {.bytes = 2 * evidence::kMaxEvidenceBytes, .time = kExportTimeLimit});
    if (!text)
        return std::unexpected(text.error());
    if (const auto written = write(output, *text); !written)
        return std::unexpected(written.error());
    const bool isPage = parser.isSet(QStringLiteral("html"));
    const std::string hint = isPage
        ? "Open it in a browser; a page can't vouch for itself, so send the evidence file along.\n"
        : "Check it anywhere: countersignctl verify " + shown(output.toStdString()) + " --trust THUMBPRINT\n";
    return Outcome{{{"written", output.toStdString()}, {"bytes", text->size()}},
        "Wrote " + shown(output.toStdString()) + ".\n" + hint + "This device's thumbprint: countersignctl status\n"};
}
} // namespace

const Command kExportCommand{"export", "Write evidence of what was done to a file.", describe, run};

} // namespace countersign::ctl
