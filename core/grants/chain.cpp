// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/chain.h"

#include "core/base/try.h"
#include "core/crypto/dpop.h"

#include <algorithm>
#include <format>

namespace countersign::grants {

namespace {

/// What a link must fit under: the token, or the link before it.
struct Above {
    Thumbprint key;
    std::string_view hash;
    const permissions::Permission& permission;
    int depth;
    int maxDepth;
    UnixSeconds issuedAt;
    std::optional<UnixSeconds> end; ///< nullopt: the token, whose grant ends later than it does
};

Above aboveOf(const VerifiedChain& chain)
{
    if (chain.hops.empty())
        return {chain.token.boundKey, chain.token.hash, chain.token.permission, chain.token.depth, chain.token.maxDepth,
            chain.token.issuedAt, std::nullopt};
    const VerifiedHop& last = chain.hops.back();
    const Link& link = last.signedLink.link;
    return {link.childKey.thumbprint(), last.signedLink.hash, link.permission, link.depth, link.maxDepth, link.issuedAt,
        last.end};
}

int deepest(const permissions::Permission& permission)
{
    int most = 0;
    for (const permissions::AgentDelegation& detail : permission.details)
        most = std::max(most, detail.maxDepth);
    return most;
}

Result<void> checkPlace(const SignedLink& read, const Above& above, UnixSeconds now, int maxDepth)
{
    const auto refuse = [](std::string reason) { return fail(ErrorCode::InvalidGrant, std::move(reason)); };
    const Link& link = read.link;
    if (link.issuer != above.key)
        return refuse("it is not signed by the key that the one above is bound to");
    if (link.parentHash != above.hash)
        return refuse("it belongs under another parent (par_hash)");
    if (link.depth != above.depth + 1)
        return refuse("it says another depth than it has (del_depth)");
    if (link.depth > above.maxDepth || link.depth > maxDepth)
        return refuse("it is deeper than allowed");
    if (link.maxDepth != std::min(above.maxDepth, link.depth + deepest(link.permission)))
        return refuse("it says another depth for those below than it allows (del_max_depth)");
    // It names the one above, so it came later; evidence asks the same.
    if (link.issuedAt < above.issuedAt - crypto::kSignedFormLife)
        return refuse("it is older than the one above (iat)");
    if (link.issuedAt > now + crypto::kClockSkew)
        return refuse("it is from the future (iat)");
    if (link.expiresAt <= now)
        return refuse("it has expired");
    return {};
}

Result<VerifiedHop> verifyHop(std::string_view jws, const Above& above, UnixSeconds now, int maxDepth)
{
    auto read = readLink(jws);
    if (!read) {
        const bool details = read.error().code == ErrorCode::InvalidAuthorizationDetails;
        return fail(details ? read.error().code : ErrorCode::InvalidGrant, read.error().message);
    }
    TRY(checkPlace(*read, above, now, maxDepth));
    auto pairing = permissions::delegates(read->link.permission, above.permission);
    if (!pairing)
        return fail(ErrorCode::InvalidAuthorizationDetails, pairing.error().message);
    UnixSeconds end = read->link.expiresAt;
    for (const std::optional<UnixSeconds>& other : {above.end, read->link.permission.end()})
        end = std::min(end, other.value_or(end));
    return VerifiedHop{*std::move(read), *std::move(pairing), end};
}

} // namespace

const permissions::Permission& VerifiedChain::lastPermission() const
{
    return hops.back().signedLink.link.permission;
}

Result<VerifiedChain> verifyChain(
    AccessToken token, const std::vector<std::string>& links, UnixSeconds now, int maxDepth)
{
    const auto refuse = [](std::string reason) { return fail(ErrorCode::InvalidGrant, std::move(reason)); };
    if (links.empty())
        return refuse("The chain has no link.");
    if (token.expiresAt <= now)
        return refuse("The chain's access token has expired.");
    std::size_t bytes = token.bytes;
    for (const std::string& link : links)
        bytes += link.size();
    if (bytes > kMaxChainBytes)
        return refuse("The chain is too large.");

    VerifiedChain chain{std::move(token), {}};
    for (const std::string& jws : links) {
        auto hop = verifyHop(jws, aboveOf(chain), now, std::min(maxDepth, permissions::kMaxChain - 1));
        if (!hop)
            return fail(hop.error().code, std::format("link {}: {}", chain.hops.size() + 1, hop.error().message));
        chain.hops.push_back(*std::move(hop));
    }
    return chain;
}

} // namespace countersign::grants
