// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/timeline_file.h"

#include "core/authority/timeline_entry.h"
#include "core/base/json.h"
#include "core/base/try.h"

#include <QDateTime>
#include <QSaveFile>
#include <QTimeZone>

#include <algorithm>
#include <array>

namespace countersign::authority {

namespace {

using Outcome = TimelineEntry::Outcome;

std::string_view outcomeName(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Permitted:
        return "permitted";
    case Outcome::Refused:
        return "refused";
    case Outcome::Neutral:
        break;
    }
    return "neutral";
}

std::string_view privateName(TimelineEntry::Private details)
{
    switch (details) {
    case TimelineEntry::Private::Kept:
        return "kept";
    case TimelineEntry::Private::Erased:
        return "erased";
    case TimelineEntry::Private::None:
        break;
    }
    return "none";
}

/// RFC 3339, UTC.
std::string timeText(UnixSeconds at)
{
    return QDateTime::fromSecsSinceEpoch(at.value, QTimeZone::UTC).toString(Qt::ISODate).toStdString();
}

/// The columns of both forms, in their order.
struct Cell {
    std::string_view name;
    std::string text;
};
std::array<Cell, 11> cellsOf(const TimelineEntry& entry)
{
    return {{{"entry", std::to_string(entry.index)}, {"time", timeText(entry.at)},
        {"kind", std::string(audit::leafKindName(entry.kind))}, {"outcome", std::string(outcomeName(entry.outcome))},
        {"agent", entry.agentName.toStdString()}, {"client_id", entry.agent.value}, {"grant_id", entry.grant.value},
        {"what", entry.sentence.toStdString()},
        {"receipt", entry.receipt == TimelineEntry::Receipt::Kept ? "yes" : "no"},
        {"in_signed_log", entry.inLog == TimelineEntry::InLog::Signed ? "yes" : "not yet"},
        {"private_details", std::string(privateName(entry.privateDetails))}}};
}

/// Spreadsheets take these for the beginning of a formula, some of them also after a line break or in full width.
bool startsFormula(std::string_view text)
{
    constexpr std::string_view kFormula = "=+-@\t\r\n";
    constexpr std::array<std::string_view, 4> kFullWidth{"\uff1d", "\uff0b", "\uff0d", "\uff20"};
    return (!text.empty() && kFormula.contains(text.front()))
        || std::ranges::any_of(kFullWidth, [&](std::string_view sign) { return text.starts_with(sign); });
}

/// Where the decimal sign is a comma, spreadsheets part cells at a semicolon, and see no quotes in the middle of one:
/// behind each may begin another cell.
bool startsFormulaAt(std::string_view text, std::size_t place)
{
    if (place == 0)
        return startsFormula(text);
    if (text[place - 1] != ';')
        return false;
    const std::size_t begin = text.find_first_not_of("\" ", place);
    return begin != std::string_view::npos && startsFormula(text.substr(begin));
}

std::string withoutFormulas(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (startsFormulaAt(text, i))
            plain += '\'';
        plain += text[i];
    }
    return plain;
}

std::string csvCell(std::string text)
{
    text = withoutFormulas(text);
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

std::unexpected<Error> notWritten(const QSaveFile& file)
{
    return fail(ErrorCode::StorageFailed, "The file can't be written: " + file.errorString().toStdString());
}

Result<void> writeAll(QSaveFile& file, const std::string& text)
{
    if (file.write(text.data(), static_cast<qint64>(text.size())) != static_cast<qint64>(text.size()))
        return notWritten(file);
    return {};
}

/// As long as the log was when it began: what is added meanwhile is left for the next time.
Result<std::uint64_t> writeLines(store::Database& database, const TimelineFile& file, const LongWork& work,
    const std::stop_token& ending, QSaveFile& out)
{
    const bool isCsv = file.form == TimelineFile::Form::Csv;
    if (isCsv)
        TRY(writeAll(out, csvHeading()));
    std::uint64_t lines = 0;
    std::optional<std::uint64_t> before;
    std::uint64_t total = 0;
    for (;;) {
        if (work.stop.stop_requested() || ending.stop_requested())
            return fail(ErrorCode::Cancelled, "The export was cancelled.");
        const auto page = TRY(timelineEntries(database, file.choice.filter, before, audit::kMaxTimelinePage));
        if (page.empty())
            return lines;
        total = std::max(total, page.front().index + 1);
        before = page.back().index;
        std::string text;
        for (const TimelineEntry& entry : page) {
            if (file.choice.outcome && entry.outcome != *file.choice.outcome)
                continue;
            text += isCsv ? csvLine(entry) : jsonLine(entry);
            ++lines;
        }
        TRY(writeAll(out, text));
        if (work.progress)
            work.progress(total - *before, total);
    }
}

} // namespace

std::string csvHeading()
{
    std::string line;
    for (const Cell& cell : cellsOf({}))
        line += (line.empty() ? std::string() : std::string(",")) + std::string(cell.name);
    return line + "\r\n";
}

std::string csvLine(const TimelineEntry& entry)
{
    std::string line;
    for (Cell& cell : cellsOf(entry))
        line += (line.empty() ? std::string() : std::string(",")) + csvCell(std::move(cell.text));
    return line + "\r\n";
}

std::string jsonLine(const TimelineEntry& entry)
{
    json::Object object;
    for (const Cell& cell : cellsOf(entry))
        object[cell.name] = cell.text;
    object["entry"] = entry.index;
    object["leaf"] = json::parse(entry.details.toStdString()).value_or(json::Value());
    return json::serialize(json::Value(std::move(object))) + '\n';
}

Result<std::uint64_t> writeTimelineFile(
    store::Database& database, const TimelineFile& file, const LongWork& work, const std::stop_token& ending)
{
    QSaveFile out(file.path);
    if (!out.open(QIODevice::WriteOnly))
        return notWritten(out);
    out.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    const std::uint64_t lines = TRY(writeLines(database, file, work, ending, out)); // or nothing is left of it
    if (!out.commit())
        return notWritten(out);
    return lines;
}

} // namespace countersign::authority
