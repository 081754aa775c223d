// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/read_story.h"

#include "core/audit/receipt.h"
#include "core/authority/entry_proof.h"
#include "core/authority/kept_bodies.h"
#include "core/authority/story_chain.h"
#include "core/authority/story_upstream.h"
#include "core/authority/timeline_entry.h"
#include "core/base/json_members.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/consent/screen_parts.h"
#include "core/crypto/content_digest.h"
#include "core/grants/ledger.h"

namespace countersign::authority {

namespace {

using audit::LeafKind;
using json::objectOf;
using json::textOf;

QString shownText(const json::Object& object, std::string_view name)
{
    return safeText(textOf(object, name)).text;
}

bool isDecision(LeafKind kind)
{
    return kind == LeafKind::ActionPermitted || kind == LeafKind::ActionDenied || kind == LeafKind::ActionAsked;
}

/// The action that an outcome, or what other servers decided, tells of; nullopt: it does not.
std::optional<std::uint64_t> actionOf(const StoredEntry& entry, const json::Object& claims)
{
    if (entry.leaf.kind != LeafKind::ActionOutcome && entry.leaf.kind != LeafKind::ReceiptImported)
        return std::nullopt;
    const auto index = json::requiredInteger(objectOf(claims, "receipt"), "index");
    return index && *index >= 0 ? std::optional(static_cast<std::uint64_t>(*index)) : std::nullopt;
}

Result<QString> serviceName(store::Database& database, const std::string& service)
{
    store::Query query(database, "SELECT name FROM services WHERE service_id = ?");
    return safeText(TRY(query.bind(service).next()) ? query.text(0) : service).text;
}

/// Exact, also where a number would not fit into a double.
QStringList argumentsOf(const json::Object& request, const std::string& privateText)
{
    const auto details = permissions::parseValue(privateText);
    const auto action = permissions::Action::parse(textOf(request, "action"));
    const auto location = permissions::Location::parse(textOf(request, "location"));
    const permissions::Value* arguments = details ? details->member("arguments") : nullptr;
    if (!action || !location || arguments == nullptr || arguments->members() == nullptr)
        return {};
    return consent::argumentsOf({*action, *location, *arguments});
}

SentRequest::Binding bindingOf(const std::string& name)
{
    if (name == "http-signature")
        return SentRequest::Binding::Signature;
    return name == "agent-signature" ? SentRequest::Binding::AgentSignature : SentRequest::Binding::Proof;
}

SentRequest::Decision decisionOf(LeafKind kind)
{
    if (kind == LeafKind::ActionAsked)
        return SentRequest::Decision::Asked;
    return kind == LeafKind::ActionDenied ? SentRequest::Decision::Refused : SentRequest::Decision::Permitted;
}

Result<std::optional<SentBody>> sentBody(
    store::Database& database, const StoredEntry& action, const std::string& digest)
{
    const auto kept = TRY(readBody(database, action.leaf.index));
    if (!kept)
        return std::nullopt;
    SentBody body;
    body.bytes = kept->size();
    body.text = isValidUtf8(*kept) ? safeLines(*kept) : QString();
    body.digest = crypto::verifyContentDigest(digest, *kept) ? Finding::Right : Finding::Wrong;
    return body;
}

Result<SentRequest> sentRequest(store::Database& database, const StoredEntry& action, const json::Object& claims)
{
    const json::Object request = objectOf(claims, "request");
    const json::Object details =
        json::parseObject(action.leaf.privateText.value_or(std::string())).value_or(json::Object());
    SentRequest sent;
    sent.method = shownText(request, "method");
    sent.target = shownText(request, "target_uri");
    sent.query = shownText(details, "query");
    sent.digest = shownText(objectOf(details, "fields"), "content-digest");
    sent.service = TRY(serviceName(database, textOf(claims, "service_id")));
    sent.arguments = argumentsOf(request, action.leaf.privateText.value_or(std::string()));
    sent.binding = bindingOf(textOf(claims, "binding"));
    sent.decision = decisionOf(action.leaf.kind);
    sent.body = TRY(sentBody(database, action, textOf(objectOf(details, "fields"), "content-digest")));
    return sent;
}

/// As the entry names them, else as the grant stands below others now.
Result<std::vector<GrantId>> grantsOf(store::Database& database, const StoredEntry& entry, const json::Object& claims)
{
    std::vector<GrantId> grants;
    for (std::string& id : json::requiredStrings(claims, "chain").value_or(std::vector<std::string>()))
        grants.push_back({std::move(id)});
    if (!grants.empty() || entry.leaf.grant.isEmpty())
        return grants;
    const auto chain = grants::Ledger(database).chainOf(entry.leaf.grant);
    if (!chain && chain.error().code == ErrorCode::NotFound)
        return grants;
    if (!chain)
        return std::unexpected(chain.error());
    for (const grants::Grant& grant : *chain)
        grants.push_back(grant.id);
    return grants;
}

StoryOutcome toldOutcome(std::uint64_t index, const json::Object& claims)
{
    const json::Object said = objectOf(claims, "outcome");
    StoryOutcome outcome;
    outcome.entry = index;
    const std::string executed = textOf(said, "executed");
    if (executed == "yes")
        outcome.executed = StoryOutcome::Executed::Yes;
    else
        outcome.executed = executed == "no" ? StoryOutcome::Executed::No : StoryOutcome::Executed::Unknown;
    if (const auto status = json::optionalInteger(said, "status"); status && *status)
        outcome.status = static_cast<int>(**status);
    outcome.sentSignature = said.contains("signature");
    const json::Object jwk = objectOf(objectOf(said, "response"), "jwk");
    if (const auto key = crypto::PublicKey::fromJwk(jwk))
        outcome.responseKey = key->thumbprint();
    return outcome;
}

/// What was reported of an action.
Result<std::optional<StoryOutcome>> outcomeOf(store::Database& database, const json::Object& action)
{
    store::Query query(database, "SELECT leaf_index FROM used_proofs WHERE owner = 'outcome' AND jti = ?");
    if (!TRY(query.bind(textOf(action, "jti")).next()))
        return std::nullopt;
    const auto index = static_cast<std::uint64_t>(query.integer(0));
    const StoredEntry entry = TRY(readEntry(database, index));
    return toldOutcome(index, TRY(json::parseObject(entry.leaf.bytes)));
}

/// What the story tells of the action itself: in the entry, or in the one that it reports of.
Result<void> tellAction(store::Database& database, const LogKeys& keys, const StoredEntry& entry, Story& story)
{
    const json::Object claims = TRY(json::parseObject(entry.leaf.bytes));
    const auto grants = TRY(grantsOf(database, entry, claims));
    const auto chain = TRY(readChain(database, keys, grants, entry.leaf.index, textOf(claims, "approval")));
    story.chain = chain.hops;
    story.consents = chain.consents;
    if (!isDecision(entry.leaf.kind))
        return {};
    story.upstream = TRY(readUpstream(database, entry));
    story.sent = TRY(sentRequest(database, entry, claims));
    if (entry.leaf.privateText) {
        const auto details = json::parseObject(*entry.leaf.privateText);
        story.because = details ? shownText(*details, "sentence") : QString();
    }
    story.outcome = TRY(outcomeOf(database, claims));
    return {};
}

Result<Story> readNow(store::Database& database, const LogKeys& keys, std::uint64_t index)
{
    const StoredEntry entry = TRY(readEntry(database, index));
    const json::Object claims = json::parseObject(entry.leaf.bytes).value_or(json::Object());
    Story story;
    story.entry = TRY(timelineEntryAt(database, entry.leaf));
    EntryProof proven = TRY(proveEntry(database, keys, entry));
    story.proof = std::move(proven.proof);
    story.receipt = QString::fromStdString(proven.receipt);
    if (const auto action = actionOf(entry, claims)) {
        const StoredEntry about = TRY(readEntry(database, *action));
        TRY(tellAction(database, keys, about, story));
        if (entry.leaf.kind == LeafKind::ActionOutcome)
            story.outcome = toldOutcome(index, claims);
        return story;
    }
    TRY(tellAction(database, keys, entry, story));
    return story;
}

} // namespace

Result<Story> readStory(store::Database& database, const LogKeys& keys, std::uint64_t index)
{
    TRY(database.begin()); // all of one moment, while the log grows on
    auto story = readNow(database, keys, index);
    database.rollback();
    return story;
}

} // namespace countersign::authority
