// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a service did with an action that was permitted to it: an entry of its own, once a receipt.

#include "core/audit/receipt.h"
#include "core/audit/service_answer.h"
#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/merkle.h"

#include <limits>

namespace countersign::authority {

namespace {

using audit::LeafKind;

constexpr std::string_view kOwner = "outcome"; ///< of used_proofs: a receipt has one outcome, for ever

std::string_view executedName(ReportOutcome::Executed executed)
{
    switch (executed) {
    case ReportOutcome::Executed::Yes:
        return "yes";
    case ReportOutcome::Executed::No:
        return "no";
    case ReportOutcome::Executed::Unknown:
        break;
    }
    return "unknown";
}

/// What the service says, as it stands in the leaf.
json::Object outcomeClaim(const ReportOutcome& command)
{
    json::Object outcome{{"executed", executedName(command.executed)}};
    if (command.status)
        outcome["status"] = *command.status;
    if (!command.responseDigest.empty())
        outcome["response_digest"] = command.responseDigest;
    if (!command.signature.empty())
        outcome["signature"] = command.signature;
    if (!command.response.empty())
        outcome["response"] = json::parse(command.response).value_or(json::Value());
    return outcome;
}

/// The service's signature is over its response to the very request of the action.
Result<void> checkResponse(Context& context, const ReportOutcome& command, const audit::StoredReceipt& action)
{
    if (command.response.empty())
        return {};
    if (!action.leaf.privateText)
        return fail(ErrorCode::InvalidRequest,
            "What the agent sent was erased, so that what you signed of your response can't be checked.");
    const json::Object claims = TRY(json::parseObject(action.leaf.bytes));
    const json::Object details = TRY(json::parseObject(*action.leaf.privateText));
    store::Query token(context.database, "SELECT token FROM tokens_used WHERE hash = ?");
    const std::string hash = TRY(crypto::fromBase64url(json::textOf(claims, "token")));
    const std::string text = TRY(token.bindBlob(hash).next()) ? token.text(0) : std::string();
    const auto verified = audit::verifyServiceAnswer(outcomeClaim(command),
        audit::requestAsSent(json::objectOf(claims, "request"), details, text), action.leaf.at, context.now());
    return verified ? Result<void>() : fail(ErrorCode::InvalidRequest, "response: " + verified.error().message);
}

/// The receipt of an action that was permitted for this service.
Result<audit::StoredReceipt> permittedAction(Context& context, const ReportOutcome& command)
{
    auto action = TRY(audit::findReceipt(context.database, command.receipt, context.log->origin()));
    const json::Object claims = TRY(json::parseObject(action.leaf.bytes));
    if (TRY(json::optionalString(claims, "service_id")) != command.service.value)
        return fail(ErrorCode::NotFound, "There is no such receipt.");
    if (action.leaf.kind != LeafKind::ActionPermitted)
        return fail(ErrorCode::InvalidRequest, "Only an action that was permitted has an outcome.");
    return action;
}

/// The outcome that was reported before; nullopt: none. Error: InvalidRequest: another one.
Result<std::optional<OutcomeAnswer>> reportedBefore(Context& context, const ReportOutcome& command)
{
    store::Query query(context.database, "SELECT leaf_index FROM used_proofs WHERE owner = ? AND jti = ?");
    if (!TRY(query.bind(kOwner).bind(command.receipt).next()))
        return std::nullopt;
    auto stored =
        TRY(audit::readReceipt(context.database, static_cast<std::uint64_t>(query.integer(0)), context.log->origin()));
    const json::Object claims = TRY(json::parseObject(stored.leaf.bytes));
    const json::Value* outcome = claims.if_contains("outcome");
    if (outcome == nullptr || *outcome != json::Value(outcomeClaim(command)))
        return fail(ErrorCode::InvalidRequest, "Another outcome was reported of this action.");
    return OutcomeAnswer{
        stored.leaf.index, {TRY(json::requiredString(claims, "jti")), std::move(stored.jws), {}, {}}, std::nullopt};
}

Result<audit::LeafDraft> outcomeLeaf(
    const Context& context, const ReportOutcome& command, const audit::StoredReceipt& action)
{
    const auto grant = TRY(context.ledger.find(action.leaf.grant));
    if (!grant)
        return fail(ErrorCode::StorageCorrupt, "A receipt's grant is not known.");
    audit::LeafDraft leaf = draftAbout(LeafKind::ActionOutcome, *grant);
    leaf.claims["iss"] = context.options.issuer;
    leaf.claims["jti"] = audit::newReceiptId(context.log->size());
    leaf.claims["service_id"] = command.service.value;
    leaf.claims["receipt"] = {
        {"index", action.leaf.index}, {"leaf_hash", crypto::base64url(crypto::leafHash(action.leaf.bytes))}};
    leaf.claims["outcome"] = outcomeClaim(command);
    return leaf;
}

Result<void> remember(Context& context, const ReportOutcome& command, std::uint64_t leaf)
{
    store::Query query(
        context.database, "INSERT INTO used_proofs (owner, jti, expires_at, leaf_index) VALUES (?, ?, ?, ?)");
    query.bind(kOwner).bind(command.receipt).bind(std::numeric_limits<std::int64_t>::max());
    return query.bind(static_cast<std::int64_t>(leaf)).run();
}

Result<OutcomeAnswer> reportNow(Context& context, const ReportOutcome& command, const audit::StoredReceipt& action)
{
    TRY(checkResponse(context, command, action));
    const audit::LeafDraft leaf = TRY(outcomeLeaf(context, command, action));
    auto logged = TRY(appendWithReceipt(context, leaf));
    TRY(remember(context, command, logged.leaf.index));
    return OutcomeAnswer{logged.leaf.index, std::move(logged.receipt), std::nullopt};
}

} // namespace

Result<OutcomeAnswer> reportOutcome(Context& context, const ReportOutcome& command)
{
    if (!context.log || context.has(Trouble::LogBroken)) // what it says of the decision is no base for anything
        return fail(ErrorCode::TemporarilyUnavailable, "The log is broken; nothing can be added to it.");
    const auto action = TRY(permittedAction(context, command));
    auto answer = TRY(reportedBefore(context, command));
    if (!answer)
        answer = TRY(reportNow(context, command, action));
    if (!command.upstream.empty())
        answer->imported = TRY(importReceipts(context, {action.leaf.index, command.service, command.upstream}));
    return *std::move(answer);
}

} // namespace countersign::authority
