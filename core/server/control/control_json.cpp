// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/control/control_json.h"

#include "core/authority/reason_words.h"
#include "core/permissions/permission_json.h"
#include "core/server/control/control_api.h"

#include <unistd.h>

namespace countersign::server {

namespace {
using authority::TimelineEntry;
using authority::Trouble;

std::string_view troubleName(Trouble trouble)
{
    switch (trouble) {
    case Trouble::None:
        return "none";
    case Trouble::PersonKeySealed:
        return "person_key_sealed";
    case Trouble::ClockMoved:
        return "clock_moved";
    case Trouble::LogBroken:
        return "log_broken";
    case Trouble::DatabaseRolledBack:
        return "database_rolled_back";
    case Trouble::DiskFull:
        return "disk_full";
    case Trouble::Stopped:
        return "stopped";
    case Trouble::WitnessContradicts:
        return "witness_contradicts";
    case Trouble::TrustFileBroken:
        return "trust_file_broken";
    }
    return "unknown";
}

std::string_view outcomeName(TimelineEntry::Outcome outcome)
{
    switch (outcome) {
    case TimelineEntry::Outcome::Neutral:
        return "neutral";
    case TimelineEntry::Outcome::Permitted:
        return "permitted";
    case TimelineEntry::Outcome::Refused:
        return "refused";
    }
    return "unknown";
}

json::Value orNull(const std::optional<UnixSeconds>& time)
{
    return time ? json::Value(time->value) : json::Value(nullptr);
}

std::string_view meterName(authority::Meter::Kind kind)
{
    switch (kind) {
    case authority::Meter::Kind::Uses:
        return "uses";
    case authority::Meter::Kind::PerDay:
        return "per_day";
    case authority::Meter::Kind::Total:
        return "total";
    }
    return "unknown";
}

/// Actions as numbers, amounts as decimal text with their currency.
json::Object meterJson(const authority::Meter& meter)
{
    if (meter.kind == authority::Meter::Kind::Uses)
        return {{"kind", meterName(meter.kind)}, {"used", meter.used}, {"limit", meter.limit}};
    return {{"kind", meterName(meter.kind)}, {"used", Amount::ofMillionths(meter.used).text()},
        {"limit", Amount::ofMillionths(meter.limit).text()}, {"currency", meter.currency.code()}};
}

json::Object witnessJson(const authority::WitnessState& witness)
{
    return {{"name", witness.name}, {"answered_at", orNull(witness.answeredAt)}, {"problem", witness.problem}};
}

std::string_view changeName(services::OperationChange::Kind kind)
{
    using Kind = services::OperationChange::Kind;
    switch (kind) {
    case Kind::Added:
        return "added";
    case Kind::Removed:
        return "removed";
    case Kind::Altered:
        return "altered";
    case Kind::Demands:
        return "demands";
    }
    return "unknown";
}

json::Array changesJson(const std::vector<services::OperationChange>& changes)
{
    json::Array out;
    for (const services::OperationChange& change : changes)
        out.emplace_back(json::Object{{"change", changeName(change.kind)}, {"action", change.operation.action.name()},
            {"method", change.operation.method}, {"path", change.operation.path},
            {"demands_less", change.demandsLess()}});
    return out;
}

/// Sentences; none where it is not held.
json::Array waitsForJson(const authority::GrantRow& row)
{
    if (row.grant.state != grants::GrantState::Held)
        return {};
    json::Array out = textsJson(row.waitsFor);
    if (const QString first = authority::goesOnWhen(row.grant.reason); !first.isEmpty())
        out.insert(out.begin(), json::Value(first.toStdString()));
    return out;
}

json::Object grantJson(const authority::GrantRow& row)
{
    const grants::Grant& grant = row.grant;
    json::Array meters;
    for (const authority::Meter& meter : row.meters)
        meters.emplace_back(meterJson(meter));
    json::Object out{
        {"id", grant.id.value},
        {"client_id", grant.agent.value},
        {"agent_name", row.agentName.toStdString()},
        {"agent_key", grant.agentKey.value},
        {"name_shown", row.naming == authority::Naming::Shown},
        {"state", grants::grantStateName(grant.state)},
        {"reason", grants::endReasonName(grant.reason)},
        {"waits_for", waitsForJson(row)},
        {"changed_operations", changesJson(row.changedOperations)},
        {"created_at", grant.createdAt.value},
        {"expires_at", grant.expiresAt.value},
        {"ended_at", orNull(grant.endedAt)},
        {"last_used_at", orNull(grant.lastUsedAt)},
        {"depth", grant.depth},
        {"may", textsJson(row.may)},
        {"narrowed", textsJson(row.narrowed)},
        {"meters", std::move(meters)},
    };
    if (grant.parent)
        out["parent"] = grant.parent->value;
    if (!row.ownName.isEmpty())
        out["own_name"] = row.ownName.toStdString();
    if (grant.boundKey)
        out["bound_key"] = grant.boundKey->value;
    if (auto details = json::parse(permissions::permissionJson(grant.permission)))
        out["authorization_details"] = *std::move(details);
    return out;
}

} // namespace

json::Array textsJson(const QStringList& texts)
{
    json::Array out;
    for (const QString& text : texts)
        out.emplace_back(text.toStdString());
    return out;
}

json::Object entryJson(const TimelineEntry& entry)
{
    json::Object out{
        {"index", entry.index},
        {"at", entry.at.value},
        {"kind", audit::leafKindName(entry.kind)},
        {"outcome", outcomeName(entry.outcome)},
        {"agent_name", entry.agentName.toStdString()},
        {"sentence", entry.sentence.toStdString()},
    };
    if (!entry.agent.isEmpty())
        out["client_id"] = entry.agent.value;
    if (!entry.grant.isEmpty())
        out["grant_id"] = entry.grant.value;
    if (auto leaf = json::parse(entry.details.toStdString()))
        out["leaf"] = *std::move(leaf);
    return out;
}

json::Object statusJson(const authority::DeskStatus& status)
{
    json::Array troubles;
    for (const Trouble trouble : status.troubles) {
        if (trouble != Trouble::None)
            troubles.emplace_back(troubleName(trouble));
    }
    return {
        {"issuer", status.issuer},
        {"keychain", status.keychain},
        {"device", status.device.value},
        {"person", status.person.value},
        {"log_origin", status.logOrigin},
        {"device_rotations", status.deviceRotations},
        {"log_size", status.logSize},
        {"log_checked_at", orNull(status.logCheckedAt)},
        {"witnessed_size", status.witnessedSize},
        {"live_grants", status.liveGrants},
        {"waiting_requests", status.waitingRequests},
        {"refused_requests", status.refusedRequests},
        {"troubles", std::move(troubles)},
        {"detail", status.detail.toStdString()},
    };
}

json::Object doctorJson(const authority::DeskStatus& status, const std::string& dataFolder)
{
    json::Object out = statusJson(status);
    out["data_folder"] = dataFolder;
    out["pid"] = ::getpid();
    if (!status.logProblem.empty())
        out["log_problem"] = status.logProblem;
    if (status.witness)
        out["witness"] = witnessJson(*status.witness);
    if (status.anchorMissed)
        out["anchor_missed"] = {{"since", status.anchorMissed->since.value}, {"problem", status.anchorMissed->problem}};
    return out;
}

json::Object grantsJson(const std::vector<authority::GrantRow>& rows, ListedGrants which)
{
    json::Array listed;
    std::uint64_t leftOut = 0;
    for (const authority::GrantRow& row : rows) {
        const grants::GrantState state = row.grant.state;
        if (which == ListedGrants::Active && state != grants::GrantState::Live && state != grants::GrantState::Held)
            continue;
        if (listed.size() < kMaxListedGrants)
            listed.emplace_back(grantJson(row));
        else
            ++leftOut;
    }
    return {{"grants", std::move(listed)}, {"left_out", leftOut}};
}

json::Object timelineJson(const std::vector<TimelineEntry>& entries, std::size_t asked)
{
    json::Array listed;
    for (const TimelineEntry& entry : entries)
        listed.emplace_back(entryJson(entry));
    const bool more = entries.size() >= asked && entries.back().index > 0;
    return {{"entries", std::move(listed)}, {"next", more ? json::Value(entries.back().index) : json::Value(nullptr)}};
}

json::Object importedJson(const authority::ImportedReceipts& imported)
{
    json::Object object{
        {"action", imported.action}, {"entry", nullptr}, {"taken", imported.taken}, {"known", imported.known}};
    if (imported.entry)
        object["entry"] = *imported.entry;
    return object;
}

} // namespace countersign::server
