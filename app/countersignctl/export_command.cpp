// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/terminal_text.h"

#include "core/evidence/archive.h"

#include <QSaveFile>

#include <charconv>
#include <chrono>
#include <optional>

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
    parser.addOption({QStringLiteral("archive"),
        QStringLiteral("From this folder, with no program running: old data that was set aside when keys were lost "
                       "(doctor says where), or a copy of a data folder."),
        QStringLiteral("folder")});
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

std::optional<std::uint64_t> numberIn(const std::string& text)
{
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const bool isNumber = error == std::errc() && stop == end && std::in_range<std::int64_t>(number);
    return isNumber ? std::optional(number) : std::nullopt;
}

/// As the running program reads the query; exactly one thing is asked for.
Answer<evidence::Wanted> wantedBy(const QCommandLineParser& parser)
{
    if (parser.isSet(QStringLiteral("grant")))
        return evidence::GrantWanted{GrantId{valueOf(parser, "grant")}};
    const std::string id = valueOf(parser, "action");
    if (id.contains('.'))
        return evidence::ReceiptWanted{id};
    if (parser.isSet(QStringLiteral("action"))) {
        if (const auto index = numberIn(id))
            return evidence::EntryWanted{*index};
        return problem(ExitStatus::Failed, "invalid_request", "An entry's number must be a whole number.");
    }
    const auto from = numberIn(valueOf(parser, "from"));
    const auto to = numberIn(valueOf(parser, "to"));
    if (!from || !to)
        return problem(ExitStatus::Failed, "invalid_request", "from and to must be whole numbers.");
    return evidence::SpanWanted{
        UnixSeconds{static_cast<std::int64_t>(*from)}, UnixSeconds{static_cast<std::int64_t>(*to)}};
}

evidence::ExportOptions optionsOf(const QCommandLineParser& parser)
{
    using evidence::Details;
    const bool hasBodies = parser.isSet(QStringLiteral("with-bodies"));
    const bool isBare = parser.isSet(QStringLiteral("without-details"));
    return {hasBodies ? Details::WithBodies
            : isBare  ? Details::LeftOut
                      : Details::Included,
        parser.isSet(QStringLiteral("html")) ? evidence::Form::Html : evidence::Form::Json};
}

/// What is to be written, and what is to be said of it.
struct Evidence {
    std::string text;
    std::string whose; ///< lines for people: which thumbprint it is checked with
    json::Object machine;
};

Answer<Evidence> fromArchive(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    const auto wanted = wantedBy(parser);
    if (!wanted)
        return std::unexpected(wanted.error());
    auto found = evidence::exportFromArchive(
        parser.value(QStringLiteral("archive")), *wanted, optionsOf(parser), surroundings.clock.now());
    if (!found)
        return problem(ExitStatus::Failed, std::string(errorName(found.error().code)), found.error().message);
    std::string whose = "A thumbprint of that device: " + found->device.value
        + "\nWho checks it must have got that, or the one of that time, from you when it was in use.\n";
    if (found->unsignedEntries > 0)
        whose += "The last " + std::to_string(found->unsignedEntries)
            + " entries of that log were never signed: nothing is proven by them, and none of them is in the file.\n";
    return Evidence{std::move(found->text), std::move(whose),
        {{"device", found->device.value}, {"unsigned_entries", found->unsignedEntries}}};
}

Answer<Evidence> fromProgram(const std::string& query, const Surroundings& surroundings)
{
    auto text = fetchFromControl(
        surroundings, "/evidence?" + query, {.bytes = 2 * evidence::kMaxEvidenceBytes, .time = kExportTimeLimit});
    if (!text)
        return std::unexpected(text.error());
    return Evidence{*std::move(text), "This device's thumbprint: countersignctl status\n", {}};
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
    auto evidence =
        parser.isSet(QStringLiteral("archive")) ? fromArchive(parser, surroundings) : fromProgram(query, surroundings);
    if (!evidence)
        return std::unexpected(evidence.error());
    if (const auto written = write(output, evidence->text); !written)
        return std::unexpected(written.error());
    const bool isPage = parser.isSet(QStringLiteral("html"));
    const std::string hint = isPage
        ? "Open it in a browser; a page can't vouch for itself, so send the evidence file along.\n"
        : "Check it anywhere: countersignctl verify " + shown(output.toStdString()) + " --trust THUMBPRINT\n";
    evidence->machine["written"] = output.toStdString();
    evidence->machine["bytes"] = evidence->text.size();
    return Outcome{
        std::move(evidence->machine), "Wrote " + shown(output.toStdString()) + ".\n" + hint + evidence->whose};
}
} // namespace

const Command kExportCommand{"export", "Write evidence of what was done to a file.", describe, run};

} // namespace countersign::ctl
