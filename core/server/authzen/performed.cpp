// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/performed.h"

#include "core/audit/foreign_receipt_json.h"
#include "core/base/try.h"
#include "core/grants/chain.h"
#include "core/permissions/permission.h"
#include "core/server/authzen/arguments.h"
#include "core/server/authzen/question.h"
#include "core/server/authzen/request_signature.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace countersign::server {

namespace {
template <typename T> using Asked = std::expected<T, NotAsked>;
using Kind = NotAsked::Kind;
using Nonce = authority::PerformAction::Nonce;

std::unexpected<NotAsked> no(const Error& error)
{
    return std::unexpected(NotAsked{Kind::No, std::string(wireError(error.code).code), error.message});
}

std::unexpected<NotAsked> badToken(const std::string& why)
{
    return no({ErrorCode::InvalidToken, why});
}

/// Who acts, as the token and its links say.
struct Actor {
    grants::AccessToken token;
    std::vector<std::string> links;
    std::optional<grants::VerifiedChain> chain;

    [[nodiscard]] const Thumbprint& key() const { return chain ? chain->lastKey().thumbprint() : token.boundKey; }
};

Asked<Actor> readActor(OAuthServer& server, const PassedOn& passed)
{
    const UnixSeconds now = server.clock.now();
    grants::ChainText text{passed.accessToken, {}};
    if (passed.delegationChain) {
        auto parsed = grants::parseChainHeader(*passed.delegationChain);
        if (!parsed)
            return badToken(parsed.error().message);
        text = *std::move(parsed);
    }
    if (text.token != passed.accessToken)
        return badToken("The delegation_chain begins with another token than access_token.");
    const auto deviceKeys = audit::keysOf(server.authority.deviceKeys());
    auto token = server.tokens.verify(text.token, deviceKeys, now);
    if (!token)
        return badToken(token.error().message);
    Actor actor{*token, text.links, std::nullopt};
    if (text.links.empty())
        return actor;
    auto chain = grants::verifyChain(*std::move(token), text.links, now, permissions::kMaxChain - 1);
    if (!chain)
        return badToken(chain.error().message);
    actor.chain = *std::move(chain);
    return actor;
}

Asked<permissions::Location> placeOf(const PassedOn& passed, const authority::Service& service)
{
    auto place = permissions::Location::parse(passed.place());
    if (!place)
        return std::unexpected(NotAsked{Kind::BadRequest, {}, "context.uri: " + place.error().message});
    if (!service.location.covers(*place))
        return std::unexpected(
            NotAsked{Kind::Forbidden, {}, "context.uri: a service passes on only what was sent to its own location."});
    return *std::move(place);
}

struct Proof {
    crypto::PublicKey key;
    std::vector<authority::UsedProof> used; ///< empty where the nonce is stale
};

/// With a stale nonce nothing new can come of the proof, but a signed request whose answer was lost may be looked up.
Asked<Proof> readProof(const OAuthServer& server, const PassedOn& passed, const Thumbprint& key)
{
    auto proof = crypto::verifyDpop(
        passed.dpop, {passed.method, passed.uri, passed.accessToken, server.clock.now()}, server.nonces);
    const bool isStale = !proof && proof.error().code == ErrorCode::UseDpopNonce
        && !(passed.signature.empty() && passed.agentSignature.empty());
    if (!proof && !isStale)
        return no(proof.error());
    auto read = isStale ? crypto::dpopKey(passed.dpop) : proof->key;
    if (!read)
        return no(read.error());
    if (read->thumbprint() != key)
        return no({ErrorCode::InvalidDpopProof, "The DPoP proof is by another key than the token is bound to."});
    return Proof{*std::move(read), isStale ? std::vector<authority::UsedProof>() : std::vector{proofOf(*proof)}};
}

/// The agent of the token; or, with a chain, whoever has its last key, or the agent that the last link names by
/// client_id or key (the person's own names for agents mean nothing in a link).
bool isSubject(const authority::AgentApi& authority, const std::string& subject, const Actor& actor)
{
    if (subject == crypto::thumbprintUrn(actor.key()))
        return true;
    const auto agent = subject.empty() ? std::nullopt : authority.findAgent(subject);
    if (!agent || !actor.chain)
        return agent == actor.token.agent;
    const auto client = authority.findClient(*agent);
    const std::string& child = actor.chain->hops.back().signedLink.link.child;
    return client && (child == agent->value || child == crypto::thumbprintUrn(client->key.thumbprint()));
}

/// Where the resource is a URL, the action must have happened there: a proof for one thing is none for another.
bool isThere(const std::string& resource, const permissions::ActionRequest& request, const permissions::Location& place)
{
    return request.location.url() != resource || request.location.covers(place);
}

/// The members of the field Action-Receipt that the agent signed.
std::vector<std::string_view> signedReceipts(const VerifiedRequest& verified)
{
    const auto field =
        std::ranges::find(verified.coveredFields, kReceiptField, &std::pair<std::string, std::string>::first);
    std::vector<std::string_view> receipts;
    std::string_view rest = field == verified.coveredFields.end() ? std::string_view() : field->second;
    while (!rest.empty()) {
        std::string_view receipt = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), receipt.size() + 1));
        receipt.remove_prefix(std::min(receipt.size(), receipt.find_first_not_of(' ')));
        receipts.push_back(receipt.substr(0, receipt.find_last_not_of(' ') + 1));
    }
    return receipts;
}

/// What other servers decided before, as far as the agent's signature covers it: with nothing but the service's word
/// for it, it would say nothing about this request.
Result<std::vector<audit::ForeignReceipt>> readBefore(
    const PassedOn& passed, const VerifiedRequest& verified, UnixSeconds now)
{
    const json::Value upstream = TRY(json::parse(passed.upstream));
    auto receipts = TRY(audit::readUpstream(upstream, now));
    const auto covered = signedReceipts(verified);
    std::set<std::string_view> seen;
    for (const audit::ForeignReceipt& receipt : receipts) {
        if (!std::ranges::contains(covered, std::string_view(receipt.jws)))
            return fail(ErrorCode::InvalidRequest,
                "upstream: the agent's signature covers no Action-Receipt field with this receipt.");
        if (!seen.insert(receipt.node.leafHash).second)
            return fail(ErrorCode::InvalidRequest, "upstream: a receipt is there twice.");
    }
    return receipts;
}

/// What speaks against the request, once its signature was found right.
std::optional<authority::Objection> addBefore(authority::PerformAction& command, const PassedOn& passed,
    const std::optional<VerifiedRequest>& verified, UnixSeconds now)
{
    if (passed.upstream.empty())
        return std::nullopt;
    auto receipts = verified
        ? readBefore(passed, *verified, now)
        : fail(ErrorCode::InvalidRequest, "upstream: the request is not signed, so that nothing ties it to others.");
    if (!receipts)
        return authority::Objection{permissions::Reason::InvalidSignature, "context." + receipts.error().message};
    command.upstream = *std::move(receipts);
    return std::nullopt;
}

authority::ReceivedRequest receivedOf(const PassedOn& passed, const std::optional<VerifiedRequest>& verified)
{
    return {
        .method = passed.method,
        .targetUri = std::string(passed.place()),
        .query = std::string(passed.query()),
        .dpop = passed.dpop,
        .signatureInput = passed.signatureInput,
        .signature = passed.signature,
        .fields = verified ? verified->coveredFields : passed.fields,
        .body = verified ? passed.body : std::string(),
    };
}
} // namespace

Asked<authority::PerformAction> performedBy(
    OAuthServer& server, const authority::Service& service, const Evaluation& evaluation)
{
    auto request = actionOf(evaluation, service);
    if (!request)
        return std::unexpected(std::move(request.error()));
    const PassedOn& passed = *evaluation.passedOn;
    const auto place = placeOf(passed, service);
    if (!place)
        return std::unexpected(place.error());
    if (!isThere(evaluation.resource, *request, *place))
        return std::unexpected(
            NotAsked{Kind::BadRequest, {}, "context.uri: it does not lie under the resource's URL."});
    auto actor = readActor(server, passed);
    if (!actor)
        return std::unexpected(std::move(actor.error()));
    auto proof = readProof(server, passed, actor->key());
    if (!proof)
        return std::unexpected(proof.error());
    if (!isSubject(server.authority, evaluation.subject, *actor))
        return std::unexpected(NotAsked{Kind::No, "subject", "The token is another agent's."});
    auto verified = verifyRequest(passed, proof->key, server.clock.now());
    auto read = readArguments(passed, evaluation.arguments);
    request->arguments = std::move(read.arguments);
    request->arrivedAt = *place;
    authority::PerformAction command;
    command.service = service.id;
    command.accessToken = passed.accessToken;
    command.links = std::move(actor->links);
    command.chain = std::move(actor->chain);
    command.key = proof->key.thumbprint();
    if (!verified || !*verified)
        request->proof = permissions::ActionRequest::Proof::Possession;
    command.request = *std::move(request);
    command.nonce = proof->used.empty() ? Nonce::Stale : Nonce::Fresh;
    command.proofs = std::move(proof->used);
    command.received = receivedOf(passed, verified ? *verified : std::nullopt);
    command.objection =
        verified ? addBefore(command, passed, *verified, server.clock.now()) : std::optional(verified.error());
    if (!command.objection)
        command.objection = std::move(read.objection);
    if (verified && *verified)
        command.signature = (*verified)->signature;
    return command;
}

} // namespace countersign::server
