// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/timeline_entry.h"

#include "core/agents/trust_evidence_json.h"
#include "core/authority/naming.h"
#include "core/authority/reason_words.h"
#include "core/base/json_members.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/consent/trust_words.h"
#include "core/permissions/permission_json.h"
#include "core/permissions/words.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include <map>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using Outcome = TimelineEntry::Outcome;
using json::textOf;

QString translate(const char* text)
{
    return QCoreApplication::translate("timeline", text);
}

QString sentencesOf(const json::Object& claims, std::string_view member)
{
    const json::Value* value = claims.if_contains(member);
    const auto permission = value != nullptr
        ? permissions::parsePermission(json::serialize(*value))
        : Result<permissions::Permission>(fail(ErrorCode::NotFound, std::string()));
    return permission ? permissions::toSentences(*permission).join(QStringLiteral("; ")) : translate("something");
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
        return {
            translate(claims.contains("replaces") ? "%1 asked for this in place of what it has: %2" : "%1 asked to %2")
                .arg(agent, sentencesOf(claims, "asked"))};
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
        return {translate(
                    claims.contains("replaces") ? "You allowed %1 in place of what it had: %2" : "You allowed %1 to %2")
                    .arg(agent, sentencesOf(claims, "granted")),
            Outcome::Permitted};
    case LeafKind::KeyBound:
        return {translate("%1 fetched its permission and showed the key that uses it").arg(agent)};
    case LeafKind::TokenIssued:
        return {translate("%1 got a new token").arg(agent), Outcome::Permitted};
    case LeafKind::GrantHeld:
        return {withReason("The permission of %1 was held, %2"), Outcome::Refused};
    case LeafKind::GrantResumed:
        return {translate(textOf(claims, "held") == "ancestor_held"
                        ? "The permission of %1 went on with the one that it comes from"
                        : "You let the permission of %1 go on")
                    .arg(agent),
            Outcome::Permitted};
    case LeafKind::GrantExpired:
        return {textOf(claims, "reason") == "time_ran_out" ? translate("The permission of %1 ran out").arg(agent)
                                                           : withReason("The permission of %1 ended, %2")};
    case LeafKind::GrantDelegated:
        return {translate("%1 was handed a part of another agent's permission").arg(agent), Outcome::Permitted};
    case LeafKind::LinkExchanged:
        return {translate("%1 exchanged what it was handed for a token of its own").arg(agent)};
    case LeafKind::GrantNarrowed:
        return {translate("You took back a part of what %1 may do; what is left: %2")
                .arg(agent, sentencesOf(claims, "granted"))};
    default:
        return {withReason("The permission of %1 was revoked, %2"), Outcome::Refused};
    }
}

/// What stands under `name`; `otherwise` where that is no object.
const json::Object& objectIn(const json::Object& claims, std::string_view name, const json::Object& otherwise)
{
    const json::Value* value = claims.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : otherwise;
}

/// "create payments at payments.example for 499.00 EUR"
QString doneWhat(const json::Object& leaf)
{
    const json::Object& claims = objectIn(leaf, "request", leaf); // entries of earlier versions have it at the top
    const auto action = permissions::Action::parse(textOf(claims, "action"));
    const auto location = permissions::Location::parse(textOf(claims, "location"));
    if (!action || !location)
        return translate("something");
    const QString what =
        translate("%1 at %2").arg(permissions::actionLabel(*action), QString::fromStdString(location->place()));
    const json::Value* amount = claims.if_contains("amount");
    if (amount == nullptr || !amount->is_object())
        return what;
    const auto value = Amount::parse(textOf(amount->get_object(), "value"));
    const auto currency = Currency::parse(textOf(amount->get_object(), "currency"));
    return value && currency ? translate("%1 for %2").arg(what, permissions::moneyLabel(*value, *currency)) : what;
}

QString outcomeOf(const std::string& executed)
{
    if (executed == "yes")
        return translate("What %1 was permitted to do was carried out");
    if (executed == "no")
        return translate("What %1 was permitted to do was not carried out");
    return translate("Whether what %1 was permitted to do was carried out is not known");
}

Line actionLine(LeafKind kind, const json::Object& claims, const QString& agent)
{
    const QString what = doneWhat(claims);
    switch (kind) {
    case LeafKind::ActionPermitted:
        return {translate("%1 was permitted to %2").arg(agent, what), Outcome::Permitted};
    case LeafKind::ActionDenied:
        return {translate("%1 was refused to %2: %3").arg(agent, what, deniedBecause(textOf(claims, "reason"))),
            Outcome::Refused};
    case LeafKind::ActionAsked:
        return {translate("%1 wants to %2, and you are asked").arg(agent, what)};
    case LeafKind::ActionOutcome:
        return {outcomeOf(textOf(objectIn(claims, "outcome", claims), "executed")).arg(agent)};
    default:
        return {translate("You allowed %1 one action with exactly these arguments").arg(agent), Outcome::Permitted};
    }
}

Line trustLine(LeafKind kind, const json::Object& claims, const QString& agent)
{
    const QString level = safeText(textOf(claims, "level")).text;
    if (kind == LeafKind::TrustAssigned)
        return {level.isEmpty() ? translate("You took the trust level of %1 back").arg(agent)
                                : translate("You gave %1 the trust level %2").arg(agent, level)};
    const json::Value* trust = claims.if_contains("trust");
    const auto evidence = trust != nullptr && trust->is_object() ? agents::readTrustClaim(trust->get_object())
                                                                 : fail(ErrorCode::InvalidInput, {});
    if (!evidence)
        return {translate("Something was said of how far %1 can be trusted").arg(agent)};
    return {translate("About %1: %2; %3")
                .arg(agent, consent::trustLevelWords(*evidence, evidence->fetchedAt),
                    consent::screeningWords(*evidence, evidence->fetchedAt)),
        evidence->screening == agents::Screening::Hit ? Outcome::Refused : Outcome::Neutral};
}

QString recoveredLine(const json::Object& claims)
{
    return translate("This log was begun because the keys of the one before were lost. That one is set aside in the "
                     "folder “%1”; “countersignctl export --archive” writes evidence from it")
        .arg(safeText(textOf(json::objectOf(claims, "lost"), "archive")).text);
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
    case LeafKind::CatalogueImported:
        return {translate("You imported what a service offers: %1").arg(safeText(textOf(claims, "location")).text)};
    case LeafKind::AgentNamed:
        return {leaf.privateText && leaf.privateText->empty()
                ? translate("You call %1 by no name of your own any more").arg(agent)
                : translate("You call %1 “%2”").arg(agent, safeText(leaf.privateText.value_or("…")).text)};
    case LeafKind::AgentForgotten:
        return {translate("You forgot %1").arg(agent)};
    case LeafKind::TrustReported:
    case LeafKind::TrustAssigned:
        return trustLine(leaf.kind, claims, agent);
    case LeafKind::ActionPermitted:
    case LeafKind::ActionDenied:
    case LeafKind::ActionAsked:
    case LeafKind::ActionApproved:
    case LeafKind::ActionOutcome:
        return actionLine(leaf.kind, claims, agent);
    case LeafKind::KeyRotated:
        return {translate("This device got a new key, signed by the old one")};
    case LeafKind::LogRecovered:
        return {recoveredLine(claims)};
    case LeafKind::ReceiptImported:
        return {translate("What other servers decided about an action of %1 was checked and kept").arg(agent)};
    case LeafKind::DetailsErased:
        return {translate("Private details of earlier entries were erased")};
    case LeafKind::ServerAccepted:
        return {translate("You know whose the key is that signs for another server: “%1”")
                .arg(safeText(leaf.privateText.value_or("…")).text)};
    case LeafKind::ServerForgotten:
        return {translate("You took back whose the key of another server is")};
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

/// Whether they have receipts, and which of them the last checkpoint covers.
Result<void> addProofs(store::Database& database, std::vector<TimelineEntry>& entries)
{
    store::Query signedSize(database, "SELECT coalesce(max(size), 0) FROM log_checkpoints");
    TRY(signedSize.next());
    const auto size = static_cast<std::uint64_t>(signedSize.integer(0));
    store::Query receipt(database, "SELECT 1 FROM receipts WHERE idx = ?");
    for (TimelineEntry& entry : entries) {
        receipt.bind(static_cast<std::int64_t>(entry.index));
        if (TRY(receipt.next()))
            entry.receipt = TimelineEntry::Receipt::Kept;
        if (entry.index < size)
            entry.inLog = TimelineEntry::InLog::Signed;
    }
    return {};
}

TimelineEntry::Private privateOf(const audit::Leaf& leaf, const json::Object& claims)
{
    if (!claims.contains("text_commitment"))
        return TimelineEntry::Private::None;
    return leaf.privateText ? TimelineEntry::Private::Kept : TimelineEntry::Private::Erased;
}

} // namespace

TimelineEntry timelineEntry(const audit::Leaf& leaf, const QString& agentName, Naming naming)
{
    const json::Object claims = json::parseObject(leaf.bytes).value_or(json::Object());
    const Line line = lineOf(leaf, claims, namedAs(agentName, naming));
    TimelineEntry entry;
    entry.index = leaf.index;
    entry.at = leaf.at;
    entry.kind = leaf.kind;
    entry.agent = leaf.agent;
    entry.grant = leaf.grant;
    entry.agentName = agentName;
    entry.outcome = line.outcome;
    entry.sentence = line.sentence;
    entry.privateDetails = privateOf(leaf, claims);
    entry.details = QString::fromUtf8(
        QJsonDocument::fromJson(QByteArray::fromStdString(leaf.bytes)).toJson(QJsonDocument::Indented));
    return entry;
}

Result<TimelineEntry> timelineEntryAt(store::Database& database, const audit::Leaf& leaf)
{
    const QString name = leaf.agent.isEmpty() ? QString() : TRY(nameOf(database, leaf.agent));
    std::vector<TimelineEntry> entries{timelineEntry(leaf, name, TRY(namingOf(database, leaf.grant)))};
    TRY(addProofs(database, entries));
    return std::move(entries.front());
}

Result<std::vector<TimelineEntry>> timelineEntries(
    store::Database& database, const audit::TimelineFilter& filter, std::optional<std::uint64_t> before, int count)
{
    std::map<ClientId, QString> names;
    std::map<GrantId, Naming> namings;
    std::vector<TimelineEntry> entries;
    for (const audit::Leaf& leaf : TRY(audit::timelinePage(database, filter, before, count))) {
        auto name = names.find(leaf.agent);
        if (name == names.end())
            name =
                names.emplace(leaf.agent, leaf.agent.isEmpty() ? QString() : TRY(nameOf(database, leaf.agent))).first;
        auto naming = namings.find(leaf.grant);
        if (naming == namings.end())
            naming = namings.emplace(leaf.grant, TRY(namingOf(database, leaf.grant))).first;
        entries.push_back(timelineEntry(leaf, name->second, naming->second));
    }
    TRY(addProofs(database, entries));
    return entries;
}

} // namespace countersign::authority
