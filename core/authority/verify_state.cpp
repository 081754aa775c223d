// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/verify_state.h"

#include "core/authority/catalogue_cases.h"
#include "core/authority/leaves.h"
#include "core/authority/status_list.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"

#include <QCoreApplication>

#include <ranges>
#include <set>

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

Result<void> setAsideOne(Context& context, const GrantId& id, const std::string& what)
{
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::StateRejected;
    leaf.grant = id;
    leaf.claims["what"] = what;
    TRY(appendLeaf(context, leaf));
    context.touched.anchor = Touched::Anchor::Due;
    return context.ledger.remove(id);
}

/// The row can't be trusted: it leaves the tables with all below it, and the log says so.
Result<void> setAside(Context& context, const GrantId& id, const std::string& what, std::set<GrantId>& gone)
{
    const auto below = TRY(context.ledger.descendantsOf(id));
    for (const GrantId& one : std::views::reverse(below)) {
        TRY(setAsideOne(context, one, "grant: one above it was set aside"));
        gone.insert(one);
    }
    gone.insert(id);
    return setAsideOne(context, id, what);
}

QString told(const GrantId& id, const std::string& what)
{
    return QCoreApplication::translate("authority",
        "A permission in the data was not backed by the log and was set "
        "aside (%1: %2).")
        .arg(QString::fromStdString(id.value), QString::fromStdString(what));
}

QString toldLess(const GrantId& id, GrantState state)
{
    const QString grant = QString::fromStdString(id.value);
    return state == GrantState::Held
        ? QCoreApplication::translate("authority",
              "A permission is held in the data, and the log does not know why (%1). It stays held until you resume "
              "it.")
              .arg(grant)
        : QCoreApplication::translate(
              "authority", "A permission has ended in the data, and the log does not know why (%1). It stays ended.")
              .arg(grant);
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

/// The row says less than the log: so be it, and the log says so too. What ended is over; what is held waits for the
/// person as if it had been paused.
Result<void> takeStateOfRow(Context& context, const grants::Grant& grant, const LoggedGrant& logged)
{
    const bool held = grant.state == GrantState::Held;
    audit::LeafDraft leaf;
    leaf.kind = held ? audit::LeafKind::GrantHeld : audit::LeafKind::StateRejected;
    leaf.agent = grant.agent;
    leaf.grant = grant.id;
    leaf.claims["what"] = "grant state: the row said that it is " + std::string(grants::grantStateName(grant.state))
        + ", the log says that it is " + std::string(grants::grantStateName(logged.state));
    const auto reason = held ? grants::EndReason::PausedByPerson : grant.reason;
    leaf.claims["reason"] = grants::endReasonName(reason);
    TRY(appendLeaf(context, leaf));
    context.touched.anchor = Touched::Anchor::Due;
    return held ? context.ledger.setState(grant.id, GrantState::Held, reason, std::nullopt)
                : context.ledger.setState(grant.id, GrantState::Revoked, reason, context.now());
}

/// `gone`: what was set aside.
Result<QStringList> verifyGrants(Context& context, const LogState& log, std::set<GrantId>& gone)
{
    QStringList sentences;
    const Backing backing =
        Backing::in(context.database, context.devices.keys()->terms, context.options.identity.person);
    for (const GrantId& id : TRY(context.ledger.ids())) {
        if (gone.contains(id))
            continue;
        const auto known = log.grants.find(id);
        const LoggedGrant* logged = known == log.grants.end() ? nullptr : &known->second;
        const auto grant = context.ledger.find(id);
        const auto verified = !grant ? Result<void>(wrong("it can't be read"))
            : !*grant                ? Result<void>(wrong("it is gone"))
                                     : verifyGrant(backing, **grant, logged);
        if (!verified) {
            TRY(setAside(context, id, "grant: " + verified.error().message, gone));
            sentences.append(told(id, verified.error().message));
        } else if (liveliness((*grant)->state) > liveliness(logged->state)) {
            TRY(takeStateOfLog(context, id, *logged));
            sentences.append(told(id, "its row said that it is in force"));
        } else if (liveliness((*grant)->state) < liveliness(logged->state)) {
            TRY(takeStateOfRow(context, **grant, *logged));
            sentences.append(toldLess(id, (*grant)->state));
        } else if ((*grant)->state != logged->state) { // over either way
            TRY(context.ledger.setState(id, logged->state, logged->reason, logged->endedAt));
            sentences.append(told(id, "its row said that it had ended otherwise"));
        }
    }
    return sentences;
}

struct Misplaced {
    GrantId id;
    std::optional<GrantState> above; ///< nullopt: there is none
};

/// Grants that are more in force than the one above them.
Result<std::vector<Misplaced>> findMisplaced(const Context& context)
{
    store::Query query(context.database,
        "SELECT g.grant_id, p.state FROM grants g LEFT JOIN grants p ON p.grant_id = g.parent_id "
        "WHERE g.parent_id IS NOT NULL AND g.state IN (0, 1) "
        "AND (p.state IS NULL OR p.state > 1 OR (p.state = 1 AND g.state = 0)) ORDER BY g.depth");
    std::vector<Misplaced> found;
    while (TRY(query.next())) {
        const auto above = query.optionalInteger(1);
        found.push_back(
            {GrantId{query.text(0)}, above ? std::optional(static_cast<GrantState>(*above)) : std::nullopt});
    }
    return found;
}

/// What was done above, by a changed row or because of one, ends or holds what is below.
Result<QStringList> alignTrees(Context& context, std::set<GrantId>& gone)
{
    QStringList sentences;
    for (const Misplaced& one : TRY(findMisplaced(context))) {
        const auto grant = TRY(context.ledger.find(one.id));
        if (!grant)
            continue; // went with another
        if (!one.above) {
            TRY(setAside(context, one.id, "grant: the one above it is missing", gone));
            sentences.append(told(one.id, "the one above it is missing"));
        } else if (*one.above == GrantState::Held) {
            TRY(holdGrant(context, *grant, grants::EndReason::AncestorHeld));
        } else {
            TRY(endGrant(context, one.id, grants::EndReason::AncestorEnded));
        }
    }
    return sentences;
}

/// Grants that the log knows as not ended and that have no row any more.
Result<QStringList> findMissing(Context& context, const LogState& log, std::set<GrantId>& gone)
{
    QStringList sentences;
    for (const auto& [id, logged] : log.grants) {
        if (liveliness(logged.state) == 0 || gone.contains(id))
            continue;
        const auto grant = context.ledger.find(id);
        if (!grant || *grant)
            continue;
        TRY(setAside(context, id, "grant: its row is missing", gone));
        sentences.append(QCoreApplication::translate(
            "authority", "A permission that the log knows is missing in the data; it has ended (%1).")
                .arg(QString::fromStdString(id.value)));
    }
    return sentences;
}

/// A link that the log knows as used up is not used again, whatever its row says.
Result<void> verifyLinks(Context& context, const LogState& log)
{
    for (const auto& [id, logged] : log.grants) {
        if (!logged.delegation || logged.delegation->exchanged == LoggedDelegation::Exchanged::No)
            continue;
        const auto stored = TRY(context.links.ofGrant(id));
        if (stored && !stored->exchangedAt)
            TRY(context.links.setExchanged(stored->hash, context.now()));
    }
    return {};
}

/// The rows are only a copy of what the log says of places in the status lists.
Result<void> rebuildStatusPlaces(Context& context, const LogState& log)
{
    TRY(forgetStatusPlaces(context));
    for (const auto& [place, status] : log.statuses) {
        if (status.end + kStatusListLife <= context.now())
            continue;
        grants::Token token;
        token.hash = TRY(crypto::fromBase64url(status.tokenDigest));
        token.grant = status.grant;
        token.expiresAt = status.end;
        TRY(takeStatusPlace(context, place, token));
    }
    return {};
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
        }
    }
    return sentences;
}

Result<QStringList> verifyBlocks(Context& context, const LogState& log)
{
    QStringList sentences;
    for (const auto& [key, program] : log.blocked) {
        if (TRY(standsBlocked(context.registry, key, program)))
            continue;
        agents::Agent agent;
        agent.key = key;
        agent.executable = program;
        TRY(context.registry.block(agent, context.now()));
        audit::LeafDraft leaf;
        leaf.kind = audit::LeafKind::StateRejected;
        leaf.claims["what"] = "agent: the rows said that it is not blocked, the log says that it is";
        leaf.claims["jkt"] = key.value;
        TRY(appendLeaf(context, leaf));
        sentences.append(QCoreApplication::translate(
            "authority", "An agent that you had blocked was unblocked in the data; it is blocked again."));
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

Result<bool> standsBlocked(const agents::Registry& registry, const Thumbprint& key, const std::string& program)
{
    const auto known = TRY(registry.findByKey(key));
    if (known && known->agent.standing != agents::Standing::Blocked)
        return false;
    if (!TRY(registry.isBlocked(key, {})))
        return false;
    return program.empty() || TRY(registry.isBlocked({}, program));
}

Result<QStringList> verifyState(Context& context, const LogState& log)
{
    QStringList sentences;
    std::set<GrantId> gone;
    sentences += TRY(verifyAgents(context, log));
    sentences += TRY(verifyBlocks(context, log));
    sentences += TRY(log.trust.verify(context, log.signedSize));
    sentences += TRY(log.services.verify(context));
    sentences += TRY(log.names.verify(context));
    sentences += TRY(verifyGrants(context, log, gone));
    sentences += TRY(findMissing(context, log, gone));
    sentences += TRY(alignTrees(context, gone));
    TRY(verifyLinks(context, log));
    sentences += TRY(verifyTokens(context, log));
    TRY(rebuildStatusPlaces(context, log));
    sentences += TRY(verifyCatalogues(context));
    sentences += TRY(log.actions.verify(context));
    return sentences;
}

} // namespace countersign::authority
