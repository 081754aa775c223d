// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// First sight of links. That a chain is whole, signed and narrowing was verified without state (grants::verifyChain);
// here it is held to the present: its token must be one of ours that is in force, and each link must fit under what the
// grant above permits now, which may be less than what its token said.

#include "core/authority/leaves.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/permissions/permission_json.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using grants::Grant;

constexpr std::string_view kThumbprintUrn = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"; ///< RFC 9278

/// A hop of the chain as a grant: one that is there, or one to be made. An agent without id is to be registered.
struct Hop {
    Grant grant;
    enum class Seen : std::uint8_t { Before, First } seen = Seen::First;
};

Result<std::optional<agents::Agent>> findNamed(const Context& context, std::string_view subject)
{
    const auto found = subject.starts_with(kThumbprintUrn)
        ? TRY(context.registry.findByKey(Thumbprint{std::string(subject.substr(kThumbprintUrn.size()))}))
        : TRY(context.registry.find(ClientId{std::string(subject)}));
    return found ? std::optional(found->agent) : std::nullopt;
}

/// Where the detail stands that is at `place` among those in force.
int placeOfAll(const Grant& grant, int place)
{
    for (std::size_t i = 0; i < grant.pairing.size(); ++i) {
        if (grant.pairing[i] >= 0 && place-- == 0)
            return static_cast<int>(i);
    }
    return -1;
}

/// Whom a link hands on to; without id: nobody knows it yet.
Result<agents::Agent> childOf(const Context& context, const grants::Link& link, const ClientId& presenter)
{
    const Thumbprint& key = link.childKey.thumbprint();
    const auto byKey = TRY(context.registry.findByKey(key));
    auto named = TRY(findNamed(context, link.child));
    if (!named && link.child != crypto::thumbprintUrn(key))
        return fail(ErrorCode::InvalidGrant, "it names an agent that is not known (sub)");
    if (!named && !presenter.isEmpty())
        named = TRY(findNamed(context, presenter.value));
    // Else a blocked agent could go on under the name of another.
    if (named && byKey && named->id != byKey->agent.id)
        return fail(ErrorCode::InvalidGrant, "its key is another agent's than the one it names (sub, cnf)");
    const bool blocked = named && named->standing == agents::Standing::Blocked;
    if (blocked || TRY(context.registry.isBlocked(key, {})))
        return fail(ErrorCode::UnauthorizedClient, "the person has blocked its agent");
    if (named && TRY(trustOf(context, named->id)).screening == agents::Screening::Hit)
        return fail(ErrorCode::UnauthorizedClient, "a sanctions screening of its agent had a hit");
    return named.value_or(agents::Agent{{}, {}, key, {}, {}, agents::Standing::Ordinary});
}

Result<Hop> firstSight(const Context& context, const grants::Link& link, const Grant& above, const ClientId& presenter)
{
    Grant grant;
    grant.depth = above.depth + 1;
    if (grant.depth > context.options.delegationDepth)
        return fail(ErrorCode::InvalidGrant, "it is deeper than allowed here");
    auto pairing = permissions::delegates(link.permission, above.inForce());
    if (!pairing)
        return fail(ErrorCode::InvalidAuthorizationDetails, pairing.error().message);
    if (above.inForce() != above.permission) // the places are those of all details
        std::ranges::transform(*pairing, pairing->begin(), [&](int place) { return placeOfAll(above, place); });
    const agents::Agent child = TRY(childOf(context, link, presenter));
    grant.agent = child.id;
    grant.agentKey = child.key;
    grant.boundKey = link.childKey.thumbprint();
    grant.parent = above.id;
    grant.permission = link.permission;
    grant.pairing = std::move(*pairing);
    grant.createdAt = context.now();
    grant.expiresAt = std::min(link.expiresAt, above.expiresAt);
    if (const auto end = link.permission.end())
        grant.expiresAt = std::min(grant.expiresAt, *end);
    if (grant.expiresAt <= context.now())
        return fail(ErrorCode::InvalidGrant, "it has expired");
    return Hop{std::move(grant), Hop::Seen::First};
}

/// The token that the chain hangs on must be kept, and its grant with all above in force. That grant.
Result<Grant> grantOfToken(Context& context, const grants::AccessToken& token)
{
    const auto chain = context.ledger.chainOf(token.grant);
    if (!chain && chain.error().code == ErrorCode::NotFound)
        return refuse(context, ErrorCode::InvalidGrant, "The access token's grant is not known.");
    TRY(chain);
    TRY(checkInForce(context, *chain));
    const Grant& grant = chain->back();
    const auto kept = TRY(context.tokens.findAccess(token.grant, token.id));
    if (!kept || kept->expiresAt <= context.now() || grant.boundKey != token.boundKey || grant.agent != token.agent)
        return refuse(context, ErrorCode::InvalidGrant, "The access token is not in force any more.");
    return grant;
}

Result<Hop> hopOf(Context& context, const grants::VerifiedHop& verified, const Grant& above, const ClientId& presenter)
{
    const auto stored = TRY(context.links.find(verified.signedLink.hash));
    if (!stored)
        return firstSight(context, verified.signedLink.link, above, presenter);
    auto grant = TRY(context.ledger.find(stored->grant));
    if (!grant || grant->parent != above.id)
        return fail(ErrorCode::StorageCorrupt, "A link's grant is missing, or stands elsewhere.");
    return Hop{std::move(*grant), Hop::Seen::Before};
}

/// An answer, which uses up the proofs that came with the question; anything else went wrong.
bool isRefusal(ErrorCode code)
{
    return code == ErrorCode::InvalidGrant || code == ErrorCode::InvalidAuthorizationDetails
        || code == ErrorCode::UnauthorizedClient;
}

Result<std::vector<Hop>> plan(Context& context, const grants::VerifiedChain& chain, const ClientId& presenter)
{
    Grant above = TRY(grantOfToken(context, chain.token));
    std::vector<Hop> hops;
    for (const grants::VerifiedHop& verified : chain.hops) {
        const std::string which = "link " + std::to_string(hops.size() + 1) + ": ";
        const bool isLast = &verified == &chain.hops.back();
        auto hop = hopOf(context, verified, above, isLast ? presenter : ClientId{});
        if (!hop && isRefusal(hop.error().code))
            return refuse(context, hop.error().code, which + hop.error().message);
        TRY(hop);
        if (const auto inForce = checkInForce(context, {hop->grant}); !inForce)
            return refuse(context, inForce.error().code, which + inForce.error().message);
        above = hop->grant;
        hops.push_back(std::move(*hop));
    }
    return hops;
}

json::Array toArray(const std::vector<int>& numbers)
{
    json::Array array;
    for (const int number : numbers)
        array.emplace_back(number);
    return array;
}

Result<std::uint64_t> logDelegation(Context& context, const Grant& grant, const grants::SignedLink& link)
{
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::GrantDelegated, grant);
    leaf.claims["link"] = link.hash;
    leaf.claims["parent"] = grant.parent.value_or(GrantId{}).value;
    leaf.claims["depth"] = grant.depth;
    leaf.claims["jkt"] = link.link.childKey.thumbprint().value;
    leaf.claims["permission_digest"] = crypto::sha256Base64url(permissions::permissionJson(grant.permission));
    leaf.claims["pairing"] = toArray(grant.pairing);
    leaf.claims["exp"] = grant.expiresAt.value;
    return TRY(appendLeaf(context, leaf)).index;
}

Result<Grant> make(Context& context, Grant grant, const GrantId& parent, const grants::SignedLink& link)
{
    if (grant.agent.isEmpty())
        grant.agent = TRY(registerUnnamed(context, link.link.childKey)).id;
    grant.id.value = crypto::randomId();
    grant.parent = parent;
    TRY(context.ledger.add(grant, std::nullopt));
    TRY(context.ledger.bindKey(grant.id, link.link.childKey.thumbprint()));
    const std::uint64_t leaf = TRY(logDelegation(context, grant, link));
    TRY(context.links.add({link.hash, grant.id, link.jws, std::nullopt, leaf}));
    context.touched.grants.insert(grant.id);
    context.touched.holders.insert(grant.agent);
    context.touched.anchor = Touched::Anchor::Due;
    return grant;
}

} // namespace

Result<Grant> registerChain(Context& context, const grants::VerifiedChain& chain, const ClientId& presenter)
{
    const std::vector<Hop> hops = TRY(plan(context, chain, presenter));
    GrantId above = chain.token.grant;
    Grant last;
    for (std::size_t i = 0; i < hops.size(); ++i) {
        last = hops[i].grant;
        if (hops[i].seen == Hop::Seen::First) {
            TRY(mayExtend(context));
            last = TRY(make(context, std::move(last), above, chain.hops[i].signedLink));
        }
        above = last.id;
    }
    return last;
}

} // namespace countersign::authority
