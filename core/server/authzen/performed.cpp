// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/performed.h"

#include "core/grants/chain.h"
#include "core/permissions/permission.h"
#include "core/server/authzen/question.h"

#include <array>
#include <utility>

namespace countersign::server {

namespace {
template <typename T> using Asked = std::expected<T, NotAsked>;
using Kind = NotAsked::Kind;

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

Asked<Actor> readActor(const OAuthServer& server, const PassedOn& passed)
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
    const std::array deviceKeys{server.authority.deviceKey()};
    auto token = grants::verifyAccessToken(text.token, deviceKeys, now);
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

/// The URL of a proof without what a proof leaves out (RFC 9449 section 4.2).
Asked<permissions::Location> placeOf(const std::string& uri, const authority::Service& service)
{
    auto place = permissions::Location::parse(uri.substr(0, uri.find_first_of("?#")));
    if (!place)
        return std::unexpected(NotAsked{Kind::BadRequest, {}, "context.uri: " + place.error().message});
    if (!service.location.covers(*place))
        return std::unexpected(
            NotAsked{Kind::Forbidden, {}, "context.uri: a service passes on only what was sent to its own location."});
    return *std::move(place);
}

Asked<crypto::DpopProof> readProof(const OAuthServer& server, const PassedOn& passed, const Thumbprint& key)
{
    auto proof = crypto::verifyDpop(
        passed.dpop, {passed.method, passed.uri, passed.accessToken, server.clock.now()}, server.nonces);
    if (!proof)
        return no(proof.error());
    if (proof->key.thumbprint() != key)
        return no({ErrorCode::InvalidDpopProof, "The DPoP proof is by another key than the token is bound to."});
    return *std::move(proof);
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
} // namespace

Asked<authority::PerformAction> performedBy(
    const OAuthServer& server, const authority::Service& service, const Evaluation& evaluation)
{
    auto request = actionOf(evaluation, service);
    if (!request)
        return std::unexpected(std::move(request.error()));
    const auto place = placeOf(evaluation.passedOn->uri, service);
    if (!place)
        return std::unexpected(place.error());
    if (!isThere(evaluation.resource, *request, *place))
        return std::unexpected(
            NotAsked{Kind::BadRequest, {}, "context.uri: it does not lie under the resource's URL."});
    auto actor = readActor(server, *evaluation.passedOn);
    if (!actor)
        return std::unexpected(std::move(actor.error()));
    const auto proof = readProof(server, *evaluation.passedOn, actor->key());
    if (!proof)
        return std::unexpected(proof.error());
    if (!isSubject(server.authority, evaluation.subject, *actor))
        return std::unexpected(NotAsked{Kind::No, "subject", "The token is another agent's."});
    return authority::PerformAction{
        .service = service.id,
        .accessToken = evaluation.passedOn->accessToken,
        .links = std::move(actor->links),
        .chain = std::move(actor->chain),
        .key = proof->key.thumbprint(),
        .request = *std::move(request),
        .proofs = {proofOf(*proof)},
    };
}

} // namespace countersign::server
