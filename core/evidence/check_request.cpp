// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The agent's own word: its signature over the request (RFC 9421, Agent-Signature) or at least its DPoP proof (RFC
// 9449), by the key that the chain ends at; then the bytes of the body, and what came of it.

#include "core/audit/service_answer.h"
#include "core/base/try.h"
#include "core/crypto/agent_signature.h"
#include "core/crypto/bytes.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/http_signature.h"
#include "core/crypto/jws.h"
#include "core/evidence/action_details.h"
#include "core/evidence/case.h"

#include <algorithm>
#include <array>
#include <set>

namespace countersign::evidence {

namespace {

constexpr std::string_view kRequestTag = "fapi-2-request";
constexpr std::string_view kSignedBinding = "http-signature";
constexpr std::string_view kAgentSignedBinding = "agent-signature";
constexpr std::array<std::string_view, 5> kCoveredAsTheyStand{
    "content-digest", "content-type", "content-encoding", "idempotency-key", "delegation-chain"};
/// The signature's times were looked at before the entry was written, and the entry's time is all that is known.
constexpr std::chrono::seconds kWrittenAfter{60};

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::BadSignature, std::move(what));
}

Result<crypto::PublicKey> keyOf(const Case& file, const Thumbprint& thumbprint)
{
    const auto key = std::ranges::find(file.file.agents, thumbprint, &crypto::PublicKey::thumbprint);
    if (key == file.file.agents.end())
        return wrong("the key of the agent that acted is missing");
    return *key;
}

/// Everything of RFC 9449 section 4.3 but what only the server knew then: its nonce, and that the proof was new.
Result<void> checkDpop(
    const ActionEntry& action, const ActionDetails& details, const std::string& token, const crypto::PublicKey& key)
{
    const auto claims = TRY(crypto::verifyJwt(details.dpop, "dpop+jwt", key));
    if (textClaim(claims, "ath") != crypto::sha256Base64url(token))
        return wrong("the agent's DPoP proof is for another token");
    const std::string url = textClaim(claims, "htu");
    if (textClaim(claims, "htm") != textClaim(action.request, "method")
        || url.substr(0, url.find_first_of("?#")) != textClaim(action.request, "target_uri"))
        return wrong("the agent's DPoP proof is for another request");
    return {};
}

std::string targetOf(const ActionEntry& action, const ActionDetails& details)
{
    const std::string query = details.query.empty() ? std::string() : '?' + details.query;
    return textClaim(action.request, "target_uri") + query;
}

crypto::HttpRequest messageOf(const ActionEntry& action, const ActionDetails& details, const std::string& token)
{
    crypto::HttpRequest message{.method = textClaim(action.request, "method"), .targetUri = targetOf(action, details)};
    message.fields = {{"authorization", "DPoP " + token}, {"dpop", details.dpop},
        {"signature-input", details.signatureInput}, {"signature", details.signature}};
    for (const auto& [name, value] : details.fields)
        message.fields.push_back({name, value});
    return message;
}

/// All that the entry holds, in whatever form the signature covers it; what the profile demands, as it stands.
Result<std::vector<crypto::Component>> demandedOf(
    const ActionDetails& details, const std::vector<crypto::Component>& covered)
{
    std::vector<crypto::Component> demanded{{"@method"}, {"@target-uri"}, {"authorization"}, {"dpop"}};
    for (const auto& [name, value] : details.fields) {
        if (std::ranges::contains(kCoveredAsTheyStand, name))
            demanded.push_back({name});
        else if (!std::ranges::contains(covered, name, &crypto::Component::name))
            return wrong("the agent's signature does not cover the field " + name);
    }
    return demanded;
}

Result<void> checkSignature(
    const ActionEntry& action, const ActionDetails& details, const std::string& token, const crypto::PublicKey& key)
{
    const crypto::HttpRequest message = messageOf(action, details, token);
    auto received = TRY(crypto::readSignature(message, std::string(kRequestTag)));
    auto demanded = TRY(demandedOf(details, received.components));
    const auto verified = TRY(crypto::verifySignature(message, std::move(received), key,
        {.components = std::move(demanded),
            .parameters = {"created", "nonce", "keyid", "tag"},
            .keyId = key.thumbprint().value,
            .now = action.opened->at - kWrittenAfter,
            .maxAhead = crypto::kClockSkew + kWrittenAfter}));
    if (verified.digest != textClaim(action.request, "signature_digest"))
        return wrong("the receipt is about another signature of the agent");
    return {};
}

std::string fieldOf(const ActionDetails& details, std::string_view name)
{
    const auto field = std::ranges::find(details.fields, name, [](const auto& each) { return each.first; });
    return field == details.fields.end() ? std::string() : field->second;
}

/// The field covers no other; what is kept of them is the digest of the body, which it does cover.
Result<void> checkAgentSignature(const ActionEntry& action, const ActionDetails& details, const crypto::PublicKey& key)
{
    const std::string field = fieldOf(details, "content-digest");
    const std::string digest = field.empty() ? crypto::sha256("") : TRY(crypto::statedSha256(field));
    const std::string method = textClaim(action.request, "method");
    const std::string uri = targetOf(action, details);
    const auto signature = TRY(crypto::parseAgentSignature(fieldOf(details, crypto::kAgentSignatureField)));
    const UnixSeconds at = std::clamp(signature.at, action.opened->at - kWrittenAfter, action.opened->at);
    TRY(crypto::verifyAgentSignature(signature, {method, uri, digest}, key, at));
    if (crypto::sha256Base64url(signature.signature) != textClaim(action.request, "signature_digest"))
        return wrong("the receipt is about another signature of the agent");
    return {};
}

enum class Bound : std::uint8_t { Erased, ByProof, BySignature };

Result<Bound> checkRequest(const Case& file, const ActionEntry& action, const VerifiedAction& verified)
{
    const std::string binding = textClaim(action.opened->claims, "binding");
    const bool isAgentSigned = binding == kAgentSignedBinding;
    const bool isSigned = binding == kSignedBinding || isAgentSigned;
    const std::string method = textClaim(action.request, "method");
    if (action.permitted && !isSigned && method != "GET" && method != "HEAD")
        return wrong("a request that changes something was permitted without the agent's signature");
    const auto details = TRY(detailsOf(action));
    if (!details || verified.token.empty())
        return Bound::Erased;
    const auto key = TRY(keyOf(file, verified.key));
    TRY(checkDpop(action, *details, verified.token, key));
    if (!isSigned)
        return Bound::ByProof;
    TRY(isAgentSigned ? checkAgentSignature(action, *details, key)
                      : checkSignature(action, *details, verified.token, key));
    return Bound::BySignature;
}

/// Whether it was decided about what the body says: only under rules about arguments need it be read at all, and where
/// it could not be, or the service stated another, or the request as such was refused, no rule was asked. The agent,
/// whose body it is, must not be able to spoil the proof of what was decided; its digest binds it all the same.
bool isAboutBody(const ActionEntry& action, const VerifiedAction& verified)
{
    constexpr std::array<std::string_view, 2> kNoneAsked{"arguments", "invalid_signature"};
    if (!action.permitted && std::ranges::contains(kNoneAsked, action.reason))
        return false;
    return std::ranges::any_of(verified.permissions, [](const permissions::Permission& permission) {
        return std::ranges::any_of(permission.details, [](const permissions::AgentDelegation& detail) {
            return !detail.constraints.empty() || detail.spend || detail.stepUp.isSet();
        });
    });
}

/// What the body says on top stands among the arguments, where it is JSON.
Result<void> compareArguments(const ActionEntry& action, const ActionDetails& details, const std::string& body)
{
    if (!fieldOf(details, "content-type").starts_with("application/json"))
        return {};
    const permissions::Value said = TRY(permissions::parseValue(body));
    const auto request = TRY(requestOf(action));
    if (said.members() == nullptr || !request)
        return {};
    for (const permissions::Member& member : *said.members()) {
        const permissions::Value* argument = request->arguments.member(member.name);
        if (argument == nullptr || *argument != member.value)
            return wrong("its body says something else than was decided about");
    }
    return {};
}

Result<void> checkBody(const ActionEntry& action, const VerifiedAction& verified)
{
    const auto details = TRY(detailsOf(action));
    if (!details)
        return wrong("its body is here, but not the details that bind it");
    TRY(crypto::verifyContentDigest(fieldOf(*details, "content-digest"), *action.opened->entry->body));
    return isAboutBody(action, verified) ? compareArguments(action, *details, *action.opened->entry->body)
                                         : Result<void>();
}

/// The key of the service's signature over its response; nullopt: what it answered is not here.
Result<std::optional<Thumbprint>> checkAnswer(const Case& file, const OpenedEntry& decision, const OpenedEntry& opened)
{
    const auto action = std::ranges::find(file.actions, &decision, &ActionEntry::opened);
    const json::Object outcome = opened.claims.at("outcome").as_object();
    if (action == file.actions.end() || !decision.entry->disclosure)
        return std::nullopt;
    const auto& verified = file.verified[static_cast<std::size_t>(action - file.actions.begin())];
    const json::Object details = TRY(json::parseObject(decision.entry->disclosure->text));
    const auto request = audit::requestAsSent(action->request, details, verified.token);
    return TRY(audit::verifyServiceAnswer(outcome, request, decision.at, opened.at));
}

/// What an outcome says that a service signed.
struct SignedOutcomes {
    std::size_t outcomes = 0;
    std::size_t unread = 0; ///< what services call their signatures
    std::size_t hidden = 0; ///< over responses to what is not here
    std::size_t answers = 0; ///< over responses, and right
    std::set<Thumbprint> keys;
};

/// An outcome names the entry of its decision.
Result<void> checkOutcome(const Case& file, const OpenedEntry& opened, SignedOutcomes& found)
{
    const json::Value* about = opened.claims.if_contains("receipt");
    if (about == nullptr || !about->is_object())
        return wrong("it does not say what it is the outcome of");
    const std::int64_t index = TRY(json::requiredInteger(about->get_object(), "index"));
    const auto decision = std::ranges::find_if(
        file.entries, [&](const OpenedEntry& each) { return std::cmp_equal(each.entry->index, index); });
    if (decision == file.entries.end() || decision->type != "action_permitted")
        return wrong("the decision that it is the outcome of is missing");
    if (textClaim(about->get_object(), "leaf_hash") != crypto::base64url(decision->hash))
        return wrong("it is the outcome of another decision");
    ++found.outcomes;
    const json::Value* said = opened.claims.if_contains("outcome");
    const json::Object* outcome = said == nullptr ? nullptr : said->if_object();
    if (outcome == nullptr)
        return wrong("it does not say what came of it");
    found.unread += outcome->contains("signature") ? 1 : 0;
    if (!outcome->contains("response"))
        return {};
    const auto key = TRY(checkAnswer(file, *decision, opened));
    ++(key ? found.answers : found.hidden);
    if (key)
        found.keys.insert(*key);
    return {};
}

std::string answersIn(const SignedOutcomes& found)
{
    std::string keys;
    for (const Thumbprint& key : found.keys)
        keys += (keys.empty() ? "" : ", ") + key.value;
    std::string text;
    if (found.answers > 0)
        text += ' ' + counted(found.answers, "response is", "responses are") + " signed by the service, with the key "
            + keys + ": whose that is, is for you to find out.";
    if (found.hidden > 0)
        text += ' ' + counted(found.hidden, "signed response answers", "signed responses answer")
            + " what was erased or left out.";
    if (found.unread > 0)
        text += ' ' + counted(found.unread, "text", "texts")
            + " that a service sent as its signature can't be checked here, and proves nothing.";
    return text;
}

/// The key of a proof that an entry holds. Not only of those who acted: some were refused before it was known who they
/// are.
std::optional<Thumbprint> shownBy(const ActionEntry& action)
{
    const auto details = detailsOf(action);
    if (!details || !*details)
        return std::nullopt;
    const auto key = crypto::dpopKey((*details)->dpop);
    return key ? std::optional(key->thumbprint()) : std::nullopt;
}

/// A signed request is good once.
Result<void> checkOnce(const Case& file)
{
    std::set<std::string> signatures;
    for (const ActionEntry& action : file.actions) {
        const std::string digest = action.permitted ? textClaim(action.request, "signature_digest") : std::string();
        if (!digest.empty() && !signatures.insert(digest).second)
            return wrongAt(*action.opened, "it permits what had been permitted before: the same signed request");
    }
    return {};
}

/// A reader would take a key that stands here for that of somebody who acted.
Result<void> checkNoOther(const Case& file)
{
    std::set<Thumbprint> shown;
    for (const ActionEntry& action : file.actions) {
        if (auto key = shownBy(action))
            shown.insert(*std::move(key));
    }
    for (const crypto::PublicKey& key : file.file.agents) {
        if (!shown.contains(key.thumbprint()))
            return wrong(
                "There is an agent's key in the file that nothing here was done with: " + key.thumbprint().value + '.');
    }
    return {};
}

} // namespace

Result<Finding> checkRequests(Case& file)
{
    std::size_t bySignature = 0;
    std::size_t byProof = 0;
    for (std::size_t i = 0; i < file.actions.size(); ++i) {
        const auto bound = checkRequest(file, file.actions[i], file.verified[i]);
        if (!bound)
            return wrongAt(*file.actions[i].opened, bound.error().message);
        bySignature += *bound == Bound::BySignature ? 1 : 0;
        byProof += *bound == Bound::ByProof ? 1 : 0;
    }
    TRY(checkOnce(file));
    TRY(checkNoOther(file));
    if (bySignature + byProof == 0)
        return skipped("What the agents sent is not here.");
    std::string sentence = counted(bySignature, "request is", "requests are") + " signed by the agent that acted";
    if (byProof > 0)
        sentence += ", " + counted(byProof, "is", "are") + " bound to it by a DPoP proof alone";
    return passed(sentence + '.');
}

Result<Finding> checkBodies(Case& file)
{
    std::size_t bodies = 0;
    for (const OpenedEntry& opened : file.entries) {
        if (!opened.entry->body)
            continue;
        const auto action = std::ranges::find(file.actions, &opened, &ActionEntry::opened);
        const auto place = static_cast<std::size_t>(action - file.actions.begin());
        const auto checked = action == file.actions.end() ? Result<void>(wrong("it has a body and is no action"))
                                                          : checkBody(*action, file.verified[place]);
        if (!checked)
            return wrongAt(opened, checked.error().message);
        ++bodies;
    }
    if (bodies == 0)
        return skipped("The file holds no body of a request.");
    return passed(counted(bodies, "body is", "bodies are") + " what the agent signed, byte for byte.");
}

Result<Finding> checkOutcomes(Case& file)
{
    SignedOutcomes found;
    for (const OpenedEntry& opened : file.entries) {
        if (opened.type != "action_outcome")
            continue;
        if (const auto checked = checkOutcome(file, opened, found); !checked)
            return wrongAt(opened, checked.error().message);
    }
    if (found.outcomes == 0)
        return skipped("No outcome is here: what came of it is not shown.");
    return passed(counted(found.outcomes, "outcome belongs", "outcomes belong")
        + " to the decisions here. That something was done is the word of the service." + answersIn(found));
}

} // namespace countersign::evidence
