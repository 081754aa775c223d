// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An action, decided for the service at which it arrives. Decisions are made one after the other on the authority's
// thread, each on what the one before it left, and are answered once they are durable: of two that race for the last
// use or the last cent exactly one is permitted.

#include "core/authority/action_chain.h"
#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/permissions/value.h"

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

/// What the log keeps of every decision. The arguments stand in it as a commitment.
audit::LeafDraft draftOf(LeafKind kind, const PerformAction& command, const grants::Grant& grant)
{
    audit::LeafDraft leaf = draftAbout(kind, grant);
    leaf.claims["service_id"] = command.service.value;
    leaf.claims["action"] = command.request.action.name();
    leaf.claims["location"] = command.request.location.url();
    leaf.privateText = permissions::valueJson(command.request.arguments);
    return leaf;
}

/// No grant stands for the last link, so the entry is about the token's.
Result<void> logRefusedChain(Context& context, const PerformAction& command, ErrorCode why)
{
    const auto grant = TRY(context.ledger.find(command.chain->token.grant));
    if (!grant)
        return {};
    audit::LeafDraft leaf = draftOf(LeafKind::ActionDenied, command, *grant);
    leaf.claims["reason"] = errorName(why);
    TRY(appendLeaf(context, leaf));
    return {};
}

/// The grant to act under: the token's, or the one that the last link of its chain makes.
Result<GrantId> actingGrant(Context& context, const PerformAction& command)
{
    const auto token = TRY(context.tokens.find(crypto::sha256(command.accessToken)));
    if (!token || token->kind != grants::TokenKind::Access || token->state != grants::TokenState::Current
        || token->expiresAt <= context.now())
        return refuse(context, ErrorCode::InvalidToken, "This access token is not in force.");
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

audit::LeafDraft draftOf(LeafKind kind, const PerformAction& command, const ActionChain& chain, const Verdict& verdict)
{
    audit::LeafDraft leaf = draftOf(kind, command, chain.last());
    json::Array ids;
    for (const grants::Grant& hop : chain.grants)
        ids.emplace_back(hop.id.value);
    leaf.claims["chain"] = std::move(ids);
    if (verdict.amount && verdict.currency)
        leaf.claims["amount"] = json::Object{{"value", verdict.amount->text()}, {"currency", verdict.currency->code()}};
    return leaf;
}

json::Array debitClaims(const ActionChain& chain, const Verdict& verdict)
{
    json::Array debits;
    for (std::size_t i = 0; i < verdict.debits.size(); ++i) {
        const decision::Debit& debit = verdict.debits[i];
        json::Object claim{{"grant_id", debit.grant.value}, {"detail", debit.detail}};
        if (const auto& rules = chain.grants[i].permission.details[static_cast<std::size_t>(debit.detail)];
            rules.spend) {
            claim["amount"] = debit.use.amount.text();
            claim["day"] = debit.use.day;
        }
        debits.emplace_back(std::move(claim));
    }
    return debits;
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

Result<ActionAnswer> permit(
    Context& context, const PerformAction& command, const ActionChain& chain, ChainDecision made)
{
    Verdict& verdict = made.verdict;
    if (verdict.debits.size() != chain.grants.size())
        return fail(ErrorCode::Internal, "A permitted action is debited at every hop.");
    audit::LeafDraft leaf = draftOf(LeafKind::ActionPermitted, command, chain, verdict);
    leaf.claims["debits"] = debitClaims(chain, verdict);
    if (made.approval) {
        leaf.claims["approval"] = made.approval->requestId;
        TRY(context.approvals.use(made.approval->requestId, context.now()));
    }
    TRY(takeDebits(context, chain, verdict));
    const std::uint64_t index = TRY(appendLeaf(context, leaf)).index;
    TRY(endUsedUp(context, chain));
    return ActionAnswer{std::move(verdict), chain.last().id, std::nullopt, index};
}

Result<ActionAnswer> deny(Context& context, const PerformAction& command, const ActionChain& chain, Verdict verdict)
{
    audit::LeafDraft leaf = draftOf(LeafKind::ActionDenied, command, chain, verdict);
    leaf.claims["reason"] = permissions::reasonName(verdict.reason);
    leaf.claims["at"] = verdict.at.value;
    // The name of an argument that the grant does not know is the agent's text, and stays private with its value.
    if (!verdict.member.empty() && verdict.reason != permissions::Reason::UnnamedArgument)
        leaf.claims["member"] = verdict.member;
    const std::uint64_t index = TRY(appendLeaf(context, leaf)).index;
    return ActionAnswer{std::move(verdict), chain.last().id, std::nullopt, index};
}

Result<ActionAnswer> ask(Context& context, const PerformAction& command, const ActionChain& chain, Verdict verdict)
{
    if (permissions::valueJson(command.request.arguments).size() > kMaxAskedArguments) {
        verdict.outcome = Verdict::Outcome::Deny;
        verdict.sentence = "The person would have to be asked, and these arguments are too long to be shown.";
        return deny(context, command, chain, std::move(verdict));
    }
    const AskedAction asked = TRY(askAboutAction(context, chain.last(), command.request, verdict));
    return ActionAnswer{std::move(verdict), chain.last().id, asked.requestId, asked.leaf};
}

} // namespace

Result<ActionAnswer> performAction(Context& context, const PerformAction& command)
{
    TRY(mayExtend(context));
    TRY(useProofs(context, command.proofs));
    TRY(checkService(context, command));
    const GrantId grant = TRY(actingGrant(context, command));
    const ActionChain chain = TRY(actionChain(context, grant, command.request));
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

} // namespace countersign::authority
