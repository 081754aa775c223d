// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/token_exchange.h"

#include "core/base/try.h"
#include "core/crypto/jws.h"
#include "core/grants/chain.h"
#include "core/permissions/permission.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace countersign::server {

namespace {
constexpr std::string_view kJwtType = "urn:ietf:params:oauth:token-type:jwt";

std::unexpected<Error> refused(std::string reason)
{
    return fail(ErrorCode::InvalidRequest, std::move(reason));
}

/// What RFC 8693 section 2.1 lets a client choose, and a link has settled already.
struct Settled {
    std::string_view name;
    ErrorCode code;
};
constexpr std::array kSettled{
    Settled{"resource", ErrorCode::InvalidTarget},
    Settled{"audience", ErrorCode::InvalidTarget},
    Settled{"scope", ErrorCode::InvalidScope},
    Settled{"authorization_details", ErrorCode::InvalidAuthorizationDetails},
};

Result<void> checkSettled(const Form& form)
{
    for (const auto& [name, code] : kSettled) {
        if (form.value(name))
            return fail(code, std::string(name) + ": what the token is good for stands in the link.");
    }
    if (const auto wanted = form.value("requested_token_type"); wanted && *wanted != kAccessTokenType)
        return refused("requested_token_type: only " + std::string(kAccessTokenType) + " is issued.");
    return {};
}

Result<std::string> readJwt(const Form& form, const std::string& name)
{
    std::string token = TRY(form.required(name));
    if (TRY(form.required(name + "_type")) != kJwtType)
        return refused(name + "_type must be " + std::string(kJwtType) + '.');
    return token;
}

/// Said by itself, because it is what clients try first: without its `act` an access token would be somebody else's.
Result<void> checkIsNoAccessToken(std::string_view subjectToken)
{
    const auto jws = crypto::parseJws(subjectToken);
    if (jws && jws->type() == "at+jwt")
        return refused("subject_token: an access token can't be exchanged, because it would lose its chain. Exchange a "
                       "link that its holder signed.");
    return {};
}

/// The access token and the links below it, as they were sent.
Result<std::vector<std::string>> readChain(const Form& form, const std::string& subjectToken)
{
    const std::string text = TRY(form.required("delegation_chain"));
    if (text.size() + subjectToken.size() > grants::kMaxChainBytes)
        return refused(
            "delegation_chain: the chain has more than " + std::to_string(grants::kMaxChainBytes) + " bytes.");
    std::vector<std::string> chain;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t space = std::min(text.find(' ', at), text.size());
        if (space == at)
            return refused("delegation_chain: one space stands between two tokens, and nowhere else.");
        chain.push_back(text.substr(at, space - at));
        at = space + 1;
    }
    chain.push_back(subjectToken);
    if (std::cmp_greater(chain.size(), permissions::kMaxChain))
        return refused(
            "delegation_chain: a chain has at most " + std::to_string(permissions::kMaxChain - 1) + " links.");
    return chain;
}

Result<grants::VerifiedChain> verifiedChain(const OAuthServer& server, const ExchangeForm& form)
{
    const UnixSeconds now = server.clock.now();
    const auto deviceKeys = audit::keysOf(server.authority.deviceKeys());
    auto token = grants::verifyAccessToken(form.token, deviceKeys, now);
    if (!token)
        return refused("delegation_chain: the access token at its top is refused: " + token.error().message);
    // How deep this chain may go, the token says (del_max_depth).
    auto chain = grants::verifyChain(*std::move(token), form.links, now, permissions::kMaxChain - 1);
    if (!chain)
        return refused(chain.error().message + (chain.error().message.ends_with('.') ? "" : "."));
    return chain;
}

/// The client_id, or the name of a key: the registered one, or the one that the link is bound to.
bool names(std::string_view child, const authority::RegisteredClient& client, const crypto::PublicKey& boundKey)
{
    return child == client.agent.id.value || child == crypto::thumbprintUrn(client.key.thumbprint())
        || child == crypto::thumbprintUrn(boundKey.thumbprint());
}

Result<void> checkChild(
    const OAuthServer& server, const grants::VerifiedChain& chain, const ClientId& agent, const Thumbprint& dpopKey)
{
    const grants::Link& link = chain.hops.back().signedLink.link;
    const std::string hop = "link " + std::to_string(chain.hops.size()) + ": ";
    if (link.childKey.thumbprint() != dpopKey)
        return refused(hop + "it is bound to another key (cnf) than the DPoP proof's.");
    const auto client = server.authority.findClient(agent);
    if (!client || !names(link.child, *client, link.childKey))
        return refused(hop + "it was made for another agent (sub).");
    return {};
}

Result<authority::UsedProof> readActor(const OAuthServer& server, const ExchangeForm& form, const ClientId& agent)
{
    auto actor = verifyAssertion(server, form.actorToken);
    if (!actor)
        return refused("The actor_token is refused: " + actor.error().message + '.');
    if (actor->id != agent)
        return refused("The actor_token is of another agent than the client.");
    return std::move(actor->proof);
}
} // namespace

Result<ExchangeForm> readExchangeForm(const Form& form)
{
    const std::string subject = TRY(readJwt(form, "subject_token"));
    TRY(checkIsNoAccessToken(subject));
    std::string actor = TRY(readJwt(form, "actor_token"));
    TRY(checkSettled(form));
    std::vector<std::string> chain = TRY(readChain(form, subject));
    return ExchangeForm{chain.front(), {chain.begin() + 1, chain.end()}, std::move(actor)};
}

Result<authority::ExchangeLink> verifyExchange(
    const OAuthServer& server, const ExchangeForm& form, const AuthenticatedAgent& agent, const Thumbprint& dpopKey)
{
    const authority::UsedProof actor = TRY(readActor(server, form, agent.id));
    grants::VerifiedChain chain = TRY(verifiedChain(server, form));
    TRY(checkChild(server, chain, agent.id, dpopKey));
    authority::ExchangeLink command{agent.id, std::move(chain), {}};
    // One assertion may serve as both; it is used up once.
    if (actor.id != agent.proof.id)
        command.proofs.push_back(actor);
    return command;
}

} // namespace countersign::server
