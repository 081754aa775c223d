// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/verify_state.h"

#include "core/authority/leaves.h"
#include "core/base/try.h"
#include "core/consent/record.h"
#include "core/crypto/bytes.h"

#include <QCoreApplication>

namespace countersign::authority {

namespace {

using grants::GrantState;

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::InvalidInput, std::move(what));
}

/// Live can become held, held can become ended; never the other way without an entry in the log.
int liveliness(GrantState state)
{
    return state == GrantState::Live ? 2 : state == GrantState::Held ? 1 : 0;
}

/// The leaf carries the claims of the record.
bool carries(const std::string& leaf, const consent::ConsentRecord& record)
{
    const auto logged = json::parseObject(leaf);
    const auto claims = json::parseObject(consent::consentClaims(record));
    if (!logged || !claims)
        return false;
    for (const auto& claim : *claims) {
        const json::Value* same = logged->if_contains(claim.key());
        if (same == nullptr || *same != claim.value())
            return false;
    }
    return true;
}

Result<void> compare(const Context& context, const grants::Grant& grant, const consent::ConsentRecord& record)
{
    if (record.grant != grant.id)
        return wrong("its consent is another grant's");
    if (record.agent != grant.agent || record.agentKey != grant.agentKey)
        return wrong("its consent is for another agent");
    if (record.granted != grant.permission)
        return wrong("it permits something else than was consented to");
    if (record.expiresAt != grant.expiresAt || record.decidedAt != grant.createdAt)
        return wrong("it lasts longer or shorter than was consented to");
    if (record.device != context.options.identity.device.publicKey().thumbprint())
        return wrong("its consent was given on another device");
    return {};
}

/// The row can't be trusted: it leaves the tables, and the log says so.
Result<void> setAside(Context& context, const GrantId& id, const std::string& what)
{
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::StateRejected;
    leaf.grant = id;
    leaf.claims["what"] = what;
    TRY(appendLeaf(context, leaf));
    context.touched.anchor = Touched::Anchor::Due;
    return context.ledger.remove(id);
}

QString told(const GrantId& id, const std::string& what)
{
    return QCoreApplication::translate("authority",
        "A permission in the data was not backed by the log and was set "
        "aside (%1: %2).")
        .arg(QString::fromStdString(id.value), QString::fromStdString(what));
}

/// The log says that it has ended, or is held: so it is.
Result<void> takeStateOfLog(Context& context, const GrantId& id, const LoggedGrant& logged)
{
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::StateRejected;
    leaf.grant = id;
    leaf.claims["what"] = "grant state: the row said that it is in force, the log says that it is "
        + std::string(grants::grantStateName(logged.state));
    leaf.claims["reason"] = grants::endReasonName(logged.reason);
    TRY(appendLeaf(context, leaf));
    const bool held = logged.state == GrantState::Held;
    context.touched.anchor = Touched::Anchor::Due;
    return context.ledger.setState(id, held ? GrantState::Revoked : logged.state, logged.reason,
        held ? context.now() : logged.endedAt.value_or(context.now()));
}

Result<QStringList> verifyGrants(Context& context, const LogState& log)
{
    QStringList sentences;
    for (const GrantId& id : TRY(context.ledger.ids())) {
        const auto known = log.grants.find(id);
        const LoggedGrant* logged = known == log.grants.end() ? nullptr : &known->second;
        const auto grant = context.ledger.find(id);
        const auto verified = !grant ? Result<void>(wrong("it can't be read"))
            : !*grant                ? Result<void>(wrong("it is gone"))
                                     : verifyGrant(context, **grant, logged);
        if (!verified) {
            TRY(setAside(context, id, "grant: " + verified.error().message));
            sentences.append(told(id, verified.error().message));
        } else if (liveliness((*grant)->state) > liveliness(logged->state)) {
            TRY(takeStateOfLog(context, id, *logged));
            sentences.append(told(id, "its row said that it is in force"));
        }
    }
    return sentences;
}

/// Grants that the log knows as not ended and that have no row any more.
Result<QStringList> findMissing(Context& context, const LogState& log)
{
    QStringList sentences;
    for (const auto& [id, logged] : log.grants) {
        if (liveliness(logged.state) == 0)
            continue;
        const auto grant = context.ledger.find(id);
        if (!grant || *grant)
            continue;
        TRY(setAside(context, id, "grant: its row is missing"));
        sentences.append(QCoreApplication::translate(
            "authority", "A permission that the log knows is missing in the data; it has ended (%1).")
                .arg(QString::fromStdString(id.value)));
    }
    return sentences;
}

Result<QStringList> verifyAgents(Context& context, const LogState& log)
{
    QStringList sentences;
    for (const ClientId& id : TRY(context.registry.ids())) {
        const auto known = context.registry.find(id);
        const auto logged = log.agents.find(id);
        if (!known || !*known || logged == log.agents.end() || logged->second != (*known)->agent.key) {
            audit::LeafDraft leaf;
            leaf.kind = audit::LeafKind::StateRejected;
            leaf.agent = id;
            leaf.claims["what"] = "agent: it never introduced itself with this key";
            TRY(appendLeaf(context, leaf));
            TRY(context.registry.remove(id));
            sentences.append(QCoreApplication::translate(
                "authority", "An agent in the data was not backed by the log and was set aside."));
            continue;
        }
        const agents::Agent& agent = (*known)->agent;
        if (log.blockedKeys.contains(agent.key) && agent.standing != agents::Standing::Blocked) {
            TRY(context.registry.block(agent, context.now()));
            sentences.append(QCoreApplication::translate(
                "authority", "An agent that you had blocked was unblocked in the data; it is blocked again."));
        }
    }
    return sentences;
}

bool isBacked(const grants::Token& token, const LogState& log)
{
    const auto grant = log.grants.find(token.grant);
    if (grant == log.grants.end())
        return false;
    const std::string digest = crypto::base64url(token.hash);
    if (token.kind == grants::TokenKind::Refresh)
        return grant->second.refreshTokens.contains(digest);
    const auto access = grant->second.accessTokens.find(digest);
    return access != grant->second.accessTokens.end() && token.expiresAt <= access->second;
}

Result<QStringList> verifyTokens(Context& context, const LogState& log)
{
    TRY(context.tokens.removeDead());
    TRY(context.tokens.removeExpired(context.now()));
    int removed = 0;
    for (const GrantId& id : TRY(context.ledger.ids())) {
        for (const grants::Token& token : TRY(context.tokens.usableOf(id))) {
            if (isBacked(token, log))
                continue;
            TRY(context.tokens.remove(token.row));
            ++removed;
        }
    }
    if (removed == 0)
        return QStringList();
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::StateRejected;
    leaf.claims["what"] = "tokens: " + std::to_string(removed) + " were never issued";
    TRY(appendLeaf(context, leaf));
    return QStringList(QCoreApplication::translate(
        "authority", "%n tokens in the data were never issued and were set aside.", nullptr, removed));
}

} // namespace

Result<void> verifyGrant(const Context& context, const grants::Grant& grant, const LoggedGrant* logged)
{
    const auto signedRecord = TRY(context.consents.recordOf(grant.id));
    if (!signedRecord)
        return wrong("nobody consented to it");
    const auto record = consent::verifyConsent(*signedRecord, context.options.identity.person);
    if (!record)
        return wrong("its consent is not signed by you");
    TRY(compare(context, grant, *record));
    if (logged == nullptr || !carries(logged->consentLeaf, *record))
        return wrong("the log does not know its consent");
    if (grant.boundKey != logged->boundKey)
        return wrong("it is bound to another key than the log says");
    return {};
}

Result<QStringList> verifyState(Context& context, const LogState& log)
{
    QStringList sentences;
    sentences += TRY(verifyAgents(context, log));
    sentences += TRY(verifyGrants(context, log));
    sentences += TRY(findMissing(context, log));
    sentences += TRY(verifyTokens(context, log));
    return sentences;
}

} // namespace countersign::authority
