// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/timeline_entry.h"

#include "core/base/json.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/permissions/permission_json.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include <map>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using Outcome = TimelineEntry::Outcome;

QString translate(const char* text)
{
    return QCoreApplication::translate("timeline", text);
}

std::string textOf(const json::Object& claims, std::string_view name)
{
    return json::optionalString(claims, name).value_or(std::nullopt).value_or(std::string());
}

QString sentencesOf(const json::Object& claims, std::string_view member)
{
    const json::Value* value = claims.if_contains(member);
    const auto permission = value != nullptr
        ? permissions::parsePermission(json::serialize(*value))
        : Result<permissions::Permission>(fail(ErrorCode::NotFound, std::string()));
    return permission ? permissions::toSentences(*permission).join(QStringLiteral("; ")) : translate("something");
}

QString because(const std::string& reason)
{
    if (reason == "revoked_by_person")
        return translate("by you");
    if (reason == "revoked_by_agent")
        return translate("by the agent itself");
    if (reason == "stopped_everything")
        return translate("because you stopped everything");
    if (reason == "agent_blocked")
        return translate("because you blocked the agent");
    if (reason == "clock_moved")
        return translate("because the computer's clock was changed");
    if (reason == "refresh_token_reused")
        return translate("because a token was used that had been replaced");
    if (reason == "database_rolled_back")
        return translate("because an old copy of the data was put back");
    return QString::fromStdString(reason);
}

QString refusedBecause(const std::string& reason)
{
    if (reason == "blocked")
        return translate("%1 asked and was refused: it is blocked");
    if (reason == "cool_down")
        return translate("%1 asked and was refused: nobody answered its last requests");
    return translate("%1 asked and was refused: too many requests are waiting");
}

struct Line {
    QString sentence;
    Outcome outcome = Outcome::Neutral;
};

Line requestLine(LeafKind kind, const json::Object& claims, const QString& agent)
{
    switch (kind) {
    case LeafKind::RequestReceived:
        return {translate("%1 asked to %2").arg(agent, sentencesOf(claims, "asked"))};
    case LeafKind::RequestRefused:
        return {refusedBecause(textOf(claims, "reason")).arg(agent), Outcome::Refused};
    case LeafKind::RequestMerged:
        return {translate("%1 asked the same again").arg(agent)};
    case LeafKind::RequestDenied:
        return {translate("You denied the request of %1").arg(agent), Outcome::Refused};
    case LeafKind::RequestExpired:
        return {translate("Nobody answered the request of %1 in time").arg(agent), Outcome::Refused};
    case LeafKind::RequestCancelled:
        return {translate("%1 withdrew its request").arg(agent)};
    default:
        return {translate("The request of %1 ended because you blocked the agent").arg(agent), Outcome::Refused};
    }
}

Line grantLine(LeafKind kind, const json::Object& claims, const QString& agent)
{
    const auto withReason = [&](const char* text) {
        return translate(text).arg(agent, because(textOf(claims, "reason")));
    };
    switch (kind) {
    case LeafKind::ConsentGiven:
        return {translate("You allowed %1 to %2").arg(agent, sentencesOf(claims, "granted")), Outcome::Permitted};
    case LeafKind::KeyBound:
        return {translate("%1 fetched its permission and showed the key that uses it").arg(agent)};
    case LeafKind::TokenIssued:
        return {translate("%1 got a new token").arg(agent), Outcome::Permitted};
    case LeafKind::GrantHeld:
        return {withReason("The permission of %1 was held, %2"), Outcome::Refused};
    case LeafKind::GrantResumed:
        return {translate("You let the permission of %1 go on").arg(agent), Outcome::Permitted};
    case LeafKind::GrantExpired:
        return {translate("The permission of %1 ran out").arg(agent)};
    default:
        return {withReason("The permission of %1 was revoked, %2"), Outcome::Refused};
    }
}

Line lineOf(const audit::Leaf& leaf, const json::Object& claims, const QString& agent)
{
    switch (leaf.kind) {
    case LeafKind::LogStarted:
        return {translate("The log was started")};
    case LeafKind::AgentRegistered:
        return {translate("%1 introduced itself").arg(agent)};
    case LeafKind::AgentBlocked:
        return {translate("You blocked %1").arg(agent), Outcome::Refused};
    case LeafKind::AgentUnblocked:
        return {translate("You unblocked %1").arg(agent)};
    case LeafKind::ServiceAdded:
        return {translate("You added a service: %1").arg(safeText(textOf(claims, "location")).text)};
    case LeafKind::ServiceRemoved:
        return {translate("You removed a service: %1").arg(safeText(textOf(claims, "location")).text)};
    case LeafKind::StateRejected:
        return {
            translate("Data that the log does not back was set aside: %1").arg(safeText(textOf(claims, "what")).text),
            Outcome::Refused};
    case LeafKind::RequestReceived:
    case LeafKind::RequestRefused:
    case LeafKind::RequestMerged:
    case LeafKind::RequestDenied:
    case LeafKind::RequestExpired:
    case LeafKind::RequestCancelled:
    case LeafKind::RequestBlocked:
        return requestLine(leaf.kind, claims, agent);
    default:
        return grantLine(leaf.kind, claims, agent);
    }
}

Result<QString> nameOf(store::Database& database, const ClientId& agent)
{
    store::Query query(database, "SELECT name FROM agents WHERE client_id = ?");
    query.bind(agent.value);
    if (!TRY(query.next()))
        return QString();
    return safeText(query.text(0)).text;
}

} // namespace

TimelineEntry timelineEntry(const audit::Leaf& leaf, const QString& agentName)
{
    const json::Object claims = json::parseObject(leaf.bytes).value_or(json::Object());
    const Line line =
        lineOf(leaf, claims, agentName.isEmpty() ? translate("an unknown agent") : translate("“%1”").arg(agentName));
    TimelineEntry entry;
    entry.index = leaf.index;
    entry.at = leaf.at;
    entry.kind = leaf.kind;
    entry.agent = leaf.agent;
    entry.grant = leaf.grant;
    entry.agentName = agentName;
    entry.outcome = line.outcome;
    entry.sentence = line.sentence;
    entry.details = QString::fromUtf8(
        QJsonDocument::fromJson(QByteArray::fromStdString(leaf.bytes)).toJson(QJsonDocument::Indented));
    return entry;
}

Result<std::vector<TimelineEntry>> timelineEntries(
    store::Database& database, const audit::TimelineFilter& filter, std::optional<std::uint64_t> before, int count)
{
    std::map<ClientId, QString> names;
    std::vector<TimelineEntry> entries;
    for (const audit::Leaf& leaf : TRY(audit::timelinePage(database, filter, before, count))) {
        auto name = names.find(leaf.agent);
        if (name == names.end())
            name =
                names.emplace(leaf.agent, leaf.agent.isEmpty() ? QString() : TRY(nameOf(database, leaf.agent))).first;
        entries.push_back(timelineEntry(leaf, name->second));
    }
    return entries;
}

} // namespace countersign::authority
