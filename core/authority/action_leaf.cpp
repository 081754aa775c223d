// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/action_leaf.h"

#include "core/agents/trust_evidence_json.h"
#include "core/audit/receipt.h"
#include "core/authority/leaves.h"
#include "core/authority/request_binding.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/permissions/value.h"

namespace countersign::authority {

namespace {

using audit::LeafKind;
using decision::Verdict;

void addText(json::Object& object, std::string_view name, const std::string& text)
{
    if (!text.empty())
        object[name] = text;
}

json::Object requestClaim(const PerformAction& command, const Verdict& verdict)
{
    json::Object request{{"method", command.received.method}, {"target_uri", command.received.targetUri},
        {"action", command.request.action.name()}, {"location", command.request.location.url()}};
    if (command.signature)
        request["signature_digest"] = command.signature->digest;
    if (verdict.amount && verdict.currency)
        request["amount"] = json::Object{{"value", verdict.amount->text()}, {"currency", verdict.currency->code()}};
    return request;
}

std::string privateText(const PerformAction& command, const Verdict& verdict)
{
    const ReceivedRequest& received = command.received;
    json::Object details;
    addText(details, "query", received.query);
    details["dpop"] = received.dpop;
    addText(details, "signature_input", received.signatureInput);
    addText(details, "signature", received.signature);
    addText(details, "sentence", verdict.sentence);
    addText(details, "member", verdict.member);
    json::Object fields;
    for (const auto& [name, value] : received.fields)
        fields[name] = value;
    if (!fields.empty())
        details["fields"] = std::move(fields);
    return argumentsText(command.request.arguments) + json::serialize(json::Value(std::move(details))).substr(1);
}

json::Array upstreamClaim(const PerformAction& command)
{
    json::Array names;
    for (const audit::ForeignReceipt& receipt : command.upstream)
        names.emplace_back(crypto::base64url(receipt.node.leafHash));
    return names;
}

json::Array chainClaim(const ActionChain& chain)
{
    json::Array ids;
    for (const grants::Grant& hop : chain.grants)
        ids.emplace_back(hop.id.value);
    return ids;
}

/// All that the counters take from it, so that they can be held to the log.
Result<json::Array> debitClaims(const Context& context, const ActionChain& chain, const Verdict& verdict)
{
    json::Array debits;
    for (std::size_t i = 0; i < verdict.debits.size(); ++i) {
        const decision::Debit& debit = verdict.debits[i];
        json::Object claim{{"grant_id", debit.grant.value}, {"detail", debit.detail}};
        const auto& rules = chain.grants[i].permission.details[static_cast<std::size_t>(debit.detail)];
        if (rules.spend) {
            claim["amount"] = debit.use.amount.text();
            claim["day"] = debit.use.day;
        }
        if (rules.rate)
            claim["rate"] = {{"at_ms", debit.use.at.count()}, {"seconds", rules.rate->span.count()}};
        if (const auto seen = TRY(context.uses.seenDigests(debit.use.values)); !seen.empty())
            claim["seen"] = json::Array(seen.begin(), seen.end());
        debits.emplace_back(std::move(claim));
    }
    return debits;
}

void addDenial(json::Object& claims, const Verdict& verdict)
{
    claims["reason"] = permissions::reasonName(verdict.reason);
    claims["at"] = verdict.at.value;
    // The name of an argument that the grant does not know is the agent's text, and stays private with its value.
    if (verdict.reason != permissions::Reason::UnnamedArgument)
        addText(claims, "member", verdict.member);
}

/// What counted of each agent of the chain, whose word it was, and how old. All of it stands in the entries that have
/// these digests.
Result<json::Array> evidenceClaims(const Context& context, const ActionChain& chain)
{
    json::Array evidence;
    for (const grants::Grant& hop : chain.grants) {
        const agents::TrustEvidence counts = TRY(context.trust.find(hop.agent)).at(context.now());
        json::Object claim{
            {"level", services::levelName(counts.level)},
            {"screening", agents::screeningName(counts.screening)},
            {"source", agents::trustSourceName(counts.source)},
            {"issuer", counts.issuer},
            {"fetched_at", counts.fetchedAt.value},
            {"digest", counts.digest},
        };
        if (counts.screenedAt)
            claim["screened_at"] = counts.screenedAt->value;
        if (counts.saidBy)
            claim["said_by"] = agents::saidByClaim(*counts.saidBy);
        evidence.push_back(std::move(claim));
    }
    return evidence;
}

bool isOfEvidence(const ActionChain& chain, const Verdict& verdict)
{
    return !chain.floor.demands.isNothing() || verdict.reason == permissions::Reason::WaitingForEvidence
        || verdict.reason == permissions::Reason::ScreeningHit || verdict.reason == permissions::Reason::LevelCap;
}

} // namespace

std::string argumentsText(const permissions::Value& arguments)
{
    // They keep their exact numbers, which a json::Value could not hold.
    return R"({"arguments":)" + permissions::valueJson(arguments) + ',';
}

audit::LeafDraft actionLeaf(const Context& context, LeafKind kind, const PerformAction& command,
    const grants::Grant& grant, const Verdict& verdict)
{
    audit::LeafDraft leaf = draftAbout(kind, grant);
    leaf.claims["iss"] = context.options.issuer;
    leaf.claims["jti"] = audit::newReceiptId(context.log ? context.log->size() : 0);
    leaf.claims["service_id"] = command.service.value;
    leaf.claims["token"] = crypto::sha256Base64url(command.accessToken);
    leaf.claims["binding"] = bindingName(command);
    leaf.claims["decision"] = kind == LeafKind::ActionPermitted ? "permit" : "deny";
    leaf.claims["request"] = requestClaim(command, verdict);
    if (!command.upstream.empty())
        leaf.claims["upstream"] = upstreamClaim(command);
    leaf.privateText = privateText(command, verdict);
    return leaf;
}

Result<audit::LeafDraft> decisionLeaf(
    const Context& context, const PerformAction& command, const ActionChain& chain, const Verdict& verdict)
{
    const bool permitted = verdict.outcome == Verdict::Outcome::Permit;
    audit::LeafDraft leaf = actionLeaf(
        context, permitted ? LeafKind::ActionPermitted : LeafKind::ActionDenied, command, chain.last(), verdict);
    leaf.claims["chain"] = chainClaim(chain);
    if (const auto consent = TRY(context.consents.digestOf(chain.grants.front().id)))
        leaf.claims["consent"] = *consent;
    if (isOfEvidence(chain, verdict))
        leaf.claims["evidence"] = TRY(evidenceClaims(context, chain));
    if (permitted)
        leaf.claims["debits"] = TRY(debitClaims(context, chain, verdict));
    else
        addDenial(leaf.claims, verdict);
    return leaf;
}

} // namespace countersign::authority
