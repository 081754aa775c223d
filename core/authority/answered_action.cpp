// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/answered_action.h"

#include "core/audit/leaf_codec.h"
#include "core/audit/receipt.h"
#include "core/authority/action_leaf.h"
#include "core/authority/request_binding.h"
#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/consent/record.h"
#include "core/crypto/dpop.h"

namespace countersign::authority {

namespace {

using audit::LeafKind;
using Outcome = decision::Verdict::Outcome;
using json::textOf;

/// A decision's claims about the request stand in an object of their own; those of a question to the person don't.
json::Object requestOf(const json::Object& claims)
{
    const json::Value* request = claims.if_contains("request");
    return request != nullptr && request->is_object() ? request->get_object() : claims;
}

/// The private text tells the arguments as well; where it was erased, the signature stands for them.
bool isSameText(const PerformAction& command, const audit::Leaf& leaf)
{
    if (!leaf.privateText)
        return true;
    const std::string arguments = argumentsText(command.request.arguments);
    return leaf.privateText->starts_with(arguments) || *leaf.privateText == consent::actionJson(command.request);
}

bool isSame(const PerformAction& command, const audit::Leaf& leaf, const json::Object& claims)
{
    const json::Object request = requestOf(claims);
    return textOf(request, "signature_digest") == command.signature->digest
        && textOf(request, "action") == command.request.action.name()
        && textOf(request, "location") == command.request.location.url()
        && textOf(claims, "service_id") == command.service.value && isSameText(command, leaf);
}

Result<ActionAnswer> decidedAnswer(audit::StoredReceipt stored, const json::Object& claims)
{
    ActionAnswer answer;
    answer.grant = stored.leaf.grant;
    answer.leaf = stored.leaf.index;
    answer.verdict.outcome = stored.leaf.kind == LeafKind::ActionPermitted ? Outcome::Permit : Outcome::Deny;
    answer.verdict.reason = permissions::reasonFromName(textOf(claims, "reason")).value_or(permissions::Reason::None);
    const std::string text = stored.leaf.privateText.value_or(std::string());
    const json::Object details = text.empty() ? json::Object() : TRY(json::parseObject(text));
    answer.verdict.sentence = textOf(details, "sentence");
    answer.verdict.member = textOf(details, "member");
    answer.receipt = IssuedReceipt{textOf(claims, "jti"), std::move(stored.jws), std::move(stored.salt), text};
    return answer;
}

ActionAnswer askedAnswer(std::uint64_t index, const json::Object& claims)
{
    ActionAnswer answer;
    answer.grant.value = textOf(claims, "grant_id");
    answer.leaf = index;
    answer.verdict.outcome = Outcome::Ask;
    answer.verdict.reason = permissions::Reason::StepUp;
    answer.requestId = textOf(claims, "request_id");
    return answer;
}

Result<audit::Leaf> leafAt(Context& context, std::int64_t index)
{
    store::Query query(context.database, "SELECT leaf, private_text FROM log_leaves WHERE idx = ?");
    if (!TRY(query.bind(index).next()))
        return fail(ErrorCode::StorageCorrupt, "A signature's answer is not in the log.");
    audit::Leaf leaf;
    leaf.index = static_cast<std::uint64_t>(index);
    leaf.bytes = TRY(audit::unpackLeaf(query.blob(0)));
    if (!query.isNull(1))
        leaf.privateText = query.blob(1);
    return leaf;
}

} // namespace

Result<Answered> answeredBefore(Context& context, const PerformAction& command)
{
    using Nonce = Answered::Nonce;
    if (!command.signature)
        return Answered{};
    store::Query query(context.database, "SELECT leaf_index FROM used_proofs WHERE owner = ? AND jti = ?");
    if (!TRY(query.bind(signatureOwner(command.key)).bind(command.signature->nonce).next()))
        return Answered{};
    const auto index = query.optionalInteger(0);
    if (!index || !context.log)
        return Answered{Nonce::OfAnother, {}};
    const audit::Leaf leaf = TRY(leafAt(context, *index));
    const json::Object claims = TRY(json::parseObject(leaf.bytes));
    if (!isSame(command, leaf, claims))
        return Answered{Nonce::OfAnother, {}};
    if (claims.contains("request_id"))
        return Answered{Nonce::OfThis, askedAnswer(leaf.index, claims)};
    auto receipt = TRY(audit::readReceipt(context.database, leaf.index, context.log->origin()));
    return Answered{Nonce::OfThis, TRY(decidedAnswer(std::move(receipt), claims))};
}

Result<void> rememberAnswer(Context& context, const PerformAction& command, std::optional<std::uint64_t> leaf)
{
    if (!command.signature)
        return {};
    const UnixSeconds end = command.signature->created + crypto::kSignedFormLife + crypto::kClockSkew;
    store::Query query(
        context.database, "INSERT INTO used_proofs (owner, jti, expires_at, leaf_index) VALUES (?, ?, ?, ?)");
    query.bind(signatureOwner(command.key)).bind(command.signature->nonce).bind(end.value);
    return query.bind(leaf ? std::optional(static_cast<std::int64_t>(*leaf)) : std::nullopt).run();
}

} // namespace countersign::authority
