// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An action, decided for the service at which it arrives. Decisions are made one after the other on the authority's
// thread, each on what the one before it left, and are answered once they are durable: of two that race for the last
// use or the last cent exactly one is permitted.

#include "core/authority/action_leaf.h"
#include "core/authority/answered_action.h"
#include "core/authority/evidence_holds.h"
#include "core/authority/foreign_receipts.h"
#include "core/authority/kept_bodies.h"
#include "core/authority/leaves.h"
#include "core/authority/request_binding.h"
#include "core/authority/use_cases.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/permissions/value.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using decision::Verdict;

Result<void> checkService(Context& context, const PerformAction& command)
{
    const auto location = TRY(locationOfService(context, command.service));
    if (!location)
        return refuse(context, ErrorCode::AccessDenied, "There is no such service.");
    if (!location->covers(command.request.location))
        return refuse(context, ErrorCode::InvalidTarget, "The action is not at this service.");
    return {};
}

/// No grant stands for the last link, so the entry is about the token's.
Result<void> logRefusedChain(Context& context, const PerformAction& command, ErrorCode why)
{
    const auto grant = TRY(context.ledger.find(command.chain->token.grant));
    if (!grant)
        return {};
    audit::LeafDraft leaf = actionLeaf(context, LeafKind::ActionDenied, command, *grant, {});
    leaf.claims["reason"] = errorName(why);
    TRY(appendWithReceipt(context, leaf));
    return {};
}

/// Why a token does not count that was issued once, as the door has found; what was used up is no fault of the token.
Result<std::string> whyNotInForce(Context& context, const std::string& token)
{
    const auto claims =
        crypto::parseJws(token).and_then([](const crypto::Jws& jws) { return json::parseObject(jws.payload); });
    const auto id = claims ? json::optionalString(*claims, "grant_id").value_or(std::nullopt) : std::nullopt;
    const auto grant = id ? TRY(context.ledger.find(GrantId{*id})) : std::nullopt;
    if (grant && grant->reason == grants::EndReason::UsedUp)
        return "All that the grant of this access token permitted is used up.";
    return "This access token is not in force.";
}

/// The grant to act under: the token's, or the one that the last link of its chain makes.
Result<GrantId> actingGrant(Context& context, const PerformAction& command)
{
    const auto token = TRY(context.tokens.find(crypto::sha256(command.accessToken)));
    if (!token || token->kind != grants::TokenKind::Access || token->state != grants::TokenState::Current
        || token->expiresAt <= context.now())
        return refuse(context, ErrorCode::InvalidToken, TRY(whyNotInForce(context, command.accessToken)));
    if (!command.chain) {
        const auto grant = TRY(context.ledger.find(token->grant));
        if (!grant || !grant->boundKey || *grant->boundKey != command.key)
            return refuse(
                context, ErrorCode::InvalidDpopProof, "The proof is not of the key that the token is bound to.");
        return token->grant;
    }
    const grants::VerifiedChain& chain = *command.chain;
    if (chain.hops.empty() || chain.token.id != token->id || chain.token.grant != token->grant)
        return refuse(context, ErrorCode::InvalidToken, "The chain hangs on another token.");
    if (chain.lastKey().thumbprint() != command.key)
        return refuse(context, ErrorCode::InvalidDpopProof, "The proof is not of the key of the last link.");
    auto last = registerChain(context, chain);
    if (!last && context.refusal == Context::Refusal::IsKept)
        TRY(logRefusedChain(context, command, last.error().code));
    return TRY(last).id;
}

Result<void> takeDebits(Context& context, const ActionChain& chain, const Verdict& verdict)
{
    for (std::size_t i = 0; i < chain.grants.size(); ++i) {
        const grants::Grant& hop = chain.grants[i];
        const decision::Debit& debit = verdict.debits[i];
        TRY(context.uses.debit(
            hop.id, debit.detail, hop.permission.details[static_cast<std::size_t>(debit.detail)], debit.use));
        TRY(context.ledger.setLastUsed(hop.id, context.now()));
        context.touched.grants.insert(hop.id);
    }
    return {};
}

/// The highest grant that has nothing left ends, with all below it.
Result<void> endUsedUp(Context& context, const ActionChain& chain)
{
    for (const grants::Grant& hop : chain.grants) {
        if (grants::isUsedUp(hop.permission, TRY(context.uses.totals(hop.id, hop.permission, context.now()))))
            return endGrant(context, hop.id, grants::EndReason::UsedUp);
    }
    return {};
}

/// Logs the decision, and signs its receipt.
Result<ActionAnswer> answer(Context& context, const PerformAction& command, const ActionChain& chain, Verdict verdict,
    const audit::LeafDraft& leaf)
{
    auto logged = TRY(appendWithReceipt(context, leaf));
    TRY(keepBody(context, logged.leaf.index, command.received.body));
    for (const audit::ForeignReceipt& receipt : command.upstream)
        TRY(keepReceipt(context.database, receipt, logged.leaf.index, logged.leaf.index));
    return ActionAnswer{
        std::move(verdict), chain.last().id, std::nullopt, logged.leaf.index, std::move(logged.receipt)};
}

Result<ActionAnswer> permit(
    Context& context, const PerformAction& command, const ActionChain& chain, ChainDecision made)
{
    if (made.verdict.debits.size() != chain.grants.size())
        return fail(ErrorCode::Internal, "A permitted action is debited at every hop.");
    audit::LeafDraft leaf = TRY(decisionLeaf(context, command, chain, made.verdict));
    if (made.approval) {
        leaf.claims["approval"] = made.approval->requestId;
        TRY(context.approvals.use(made.approval->requestId, context.now()));
    }
    TRY(takeDebits(context, chain, made.verdict));
    auto permitted = TRY(answer(context, command, chain, std::move(made.verdict), leaf));
    TRY(endUsedUp(context, chain));
    return permitted;
}

Result<ActionAnswer> deny(Context& context, const PerformAction& command, const ActionChain& chain, Verdict verdict)
{
    verdict.outcome = Verdict::Outcome::Deny;
    const audit::LeafDraft leaf = TRY(decisionLeaf(context, command, chain, verdict));
    auto denied = TRY(answer(context, command, chain, std::move(verdict), leaf));
    TRY(followRefusal(context, denied.verdict));
    return denied;
}

Result<ActionAnswer> ask(Context& context, const PerformAction& command, const ActionChain& chain, Verdict verdict)
{
    if (permissions::valueJson(command.request.arguments).size() > kMaxAskedArguments) {
        verdict.sentence = "The person would have to be asked, and these arguments are too long to be shown.";
        return deny(context, command, chain, std::move(verdict));
    }
    const AskedAction asked = TRY(askAboutAction(context, chain.last(), command, verdict));
    return ActionAnswer{std::move(verdict), chain.last().id, asked.requestId, asked.leaf, std::nullopt};
}

/// Whether what is permitted depends on the arguments, or the person is asked about them.
bool hasRules(const ActionChain& chain)
{
    return std::ranges::any_of(chain.grants, [](const grants::Grant& hop) {
        return std::ranges::any_of(hop.permission.details, [](const permissions::AgentDelegation& detail) {
            return !detail.constraints.empty() || detail.spend || detail.stepUp.isSet();
        });
    });
}

Verdict objected(const ActionChain& chain, permissions::Reason reason, std::string sentence)
{
    Verdict verdict;
    verdict.reason = reason;
    verdict.at = chain.last().id;
    verdict.sentence = std::move(sentence);
    return verdict;
}

/// What speaks against the request itself, before what is permitted is looked at.
std::optional<Verdict> objectionTo(const PerformAction& command, const ActionChain& chain)
{
    const auto& objection = command.objection;
    if (isAgentSigned(command) && chain.floor.demands.agentSignature == services::AgentSignature::NotAsked)
        return objected(chain, permissions::Reason::InvalidSignature,
            "The service does not ask for Agent-Signature: the request must be signed by RFC 9421.");
    if (!objection || (objection->holds == Objection::Holds::WithRules && !hasRules(chain)))
        return std::nullopt;
    return objected(chain, objection->reason, objection->sentence);
}

/// Once for each token: evidence needs its text.
Result<void> keepToken(Context& context, const PerformAction& command)
{
    store::Query query(context.database, "INSERT OR IGNORE INTO tokens_used (hash, token) VALUES (?, ?)");
    return query.bindBlob(crypto::sha256(command.accessToken)).bind(command.accessToken).run();
}

Result<ActionAnswer> decideNew(Context& context, const PerformAction& command)
{
    TRY(useProofs(context, command.proofs));
    TRY(checkService(context, command));
    const GrantId grant = TRY(actingGrant(context, command));
    TRY(keepToken(context, command));
    const ActionChain chain = TRY(actionChain(context, grant, command.request));
    if (auto objection = objectionTo(command, chain))
        return deny(context, command, chain, *std::move(objection));
    ChainDecision made = TRY(decideOn(context, chain, command.request));
    switch (made.verdict.outcome) {
    case Verdict::Outcome::Permit:
        return permit(context, command, chain, std::move(made));
    case Verdict::Outcome::Ask:
        return ask(context, command, chain, std::move(made.verdict));
    case Verdict::Outcome::Deny:
        break;
    }
    return deny(context, command, chain, std::move(made.verdict));
}

/// Of other servers only: what this device itself decided before stands in this log.
Result<PerformAction> withoutOwnReceipts(Context& context, PerformAction command)
{
    std::vector<audit::ForeignReceipt> others;
    for (audit::ForeignReceipt& receipt : command.upstream) {
        if (!TRY(isOwnReceipt(context.database, receipt)))
            others.push_back(std::move(receipt));
    }
    command.upstream = std::move(others);
    return command;
}

Result<ActionAnswer> refuseReplay(Context& context, PerformAction command)
{
    command.signature.reset();
    command.upstream.clear(); // only a signature ties the request to them
    command.objection =
        Objection{permissions::Reason::InvalidSignature, "The nonce of this signature was used before."};
    return decideNew(context, command);
}

Result<ActionAnswer> decideAfterOthers(Context& context, const PerformAction& command)
{
    PerformAction others = TRY(withoutOwnReceipts(context, command));
    std::vector<audit::ReceiptNode> nodes;
    for (const audit::ForeignReceipt& receipt : others.upstream)
        nodes.push_back(receipt.node);
    if (const auto before = audit::checkBefore(nodes); !before) {
        others.upstream.clear();
        others.objection =
            Objection{permissions::Reason::InvalidSignature, "context.upstream: " + before.error().message};
    }
    return decideNew(context, others);
}

} // namespace

Result<ActionAnswer> performAction(Context& context, const PerformAction& command)
{
    TRY(mayExtend(context));
    auto before = TRY(answeredBefore(context, command));
    if (before.answer)
        return *std::move(before.answer);
    if (command.nonce == PerformAction::Nonce::Stale)
        return fail(ErrorCode::UseDpopNonce, "The DPoP proof must carry the current nonce.");
    if (before.nonce == Answered::Nonce::OfAnother)
        return refuseReplay(context, command);
    auto decided = command.upstream.empty() ? decideNew(context, command) : decideAfterOthers(context, command);
    if (decided)
        TRY(rememberAnswer(context, command, decided->leaf));
    else if (context.refusal == Context::Refusal::IsKept)
        TRY(rememberAnswer(context, command, std::nullopt));
    return decided;
}

} // namespace countersign::authority
