// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// From the person to the agent that acted: the consent at the root, each link signed by the agent above and narrower
// than what that one had, the access token that says which key is bound to which grant. All as of the decision's time.

#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/evidence/case.h"

#include <algorithm>
#include <format>

namespace countersign::evidence {

namespace {

using consent::Purpose;
using permissions::Permission;

/// As the device takes it (grants::verifyChain), of a token that is not here, and that came after the link above.
constexpr std::chrono::seconds kOlderThanAbove = crypto::kSignedFormLife + crypto::kClockSkew;

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::InvalidGrant, std::move(what));
}

/// What a grant was made by: the person's consent, or a link.
struct Base {
    Permission permission;
    std::string jws;
    std::uint64_t logged = 0; ///< index of its entry
    UnixSeconds signedAt; ///< by who signed it
};

Result<Base> rootOf(const Case& file, const GrantId& grant)
{
    for (const OpenedConsent& each : file.consents) {
        const Purpose purpose = each.record.purpose;
        if (each.record.grant == grant && (purpose == Purpose::Grant || purpose == Purpose::Replacement))
            return Base{each.record.granted, each.consent->record, each.logged, each.record.decidedAt};
    }
    return wrong("the person's consent to grant " + grant.value + " is missing");
}

/// The person let the grant go on by another clock: it had been held because the clock went back.
bool wentOn(const Case& file, const GrantId& grant, std::uint64_t after, std::uint64_t before)
{
    return std::ranges::any_of(file.entries, [&](const OpenedEntry& opened) {
        return opened.type == "grant_resumed" && opened.grant == grant && opened.entry->index > after
            && opened.entry->index < before;
    });
}

/// A yes that came after the deed is none. The log's order can't be made up later; the times are held to it as well.
Result<void> checkEarlier(const Case& file, const ActionEntry& action, const GrantId& grant, const Base& base)
{
    const std::uint64_t index = action.opened->entry->index;
    if (base.logged >= index)
        return wrong("grant " + grant.value + " was only made after it");
    if (base.signedAt > action.opened->at + crypto::kClockSkew && !wentOn(file, grant, base.logged, index))
        return wrong("grant " + grant.value + " was only signed after it, by the clock");
    return {};
}

/// What is left of a grant when the entry `before` was written. Each amendment names the record before it.
Result<Permission> permissionAt(const Case& file, const GrantId& grant, const Base& base, std::uint64_t before)
{
    std::vector<const OpenedConsent*> amendments;
    for (const OpenedConsent& each : file.consents) {
        if (each.record.grant == grant && each.record.purpose == Purpose::Amendment)
            amendments.push_back(&each);
    }
    std::ranges::sort(amendments, {}, &OpenedConsent::logged);
    Permission left = base.permission;
    Permission then = left;
    const std::string* previous = &base.jws;
    for (const OpenedConsent* amendment : amendments) {
        if (amendment->record.previous != crypto::sha256Base64url(*previous))
            return wrong("a change of grant " + grant.value + " is missing");
        if (!permissions::narrows(amendment->record.granted, left))
            return wrong("a change of grant " + grant.value + " permits more than there was");
        left = amendment->record.granted;
        previous = &amendment->consent->record;
        if (amendment->logged < before)
            then = left;
    }
    return then;
}

/// How a grant came from another, as the log has it.
struct Delegation {
    const OpenedEntry* entry = nullptr;
    const grants::SignedLink* link = nullptr;
};

Result<Delegation> delegationOf(const Case& file, const GrantId& grant, const GrantId& parent)
{
    const auto entry = std::ranges::find_if(file.entries,
        [&](const OpenedEntry& opened) { return opened.type == "grant_delegated" && opened.grant == grant; });
    if (entry == file.entries.end())
        return wrong("the entry about how grant " + grant.value + " was handed on is missing");
    if (textClaim(entry->claims, "parent") != parent.value)
        return wrong("grant " + grant.value + " was handed on from another one");
    const auto link = file.links.find(textClaim(entry->claims, "link"));
    if (link == file.links.end())
        return wrong("the link under grant " + grant.value + " is missing");
    return Delegation{&*entry, &link->second};
}

/// The chain of one action while it is walked from the root.
struct Walk {
    std::vector<Base> bases;
    std::vector<Delegation> delegations; ///< of all but the root
    std::vector<Permission> permissions;
};

Result<Walk> walk(const Case& file, const ActionEntry& action)
{
    const std::uint64_t at = action.opened->entry->index;
    Walk walked;
    walked.bases.push_back(TRY(rootOf(file, action.chain.front())));
    for (std::size_t i = 1; i < action.chain.size(); ++i) {
        const Delegation hop = TRY(delegationOf(file, action.chain[i], action.chain[i - 1]));
        if (walked.bases.back().logged >= hop.entry->entry->index)
            return wrong("grant " + action.chain[i].value + " was handed on before there was one above it");
        const Permission above =
            TRY(permissionAt(file, action.chain[i - 1], walked.bases.back(), hop.entry->entry->index));
        const auto narrower = permissions::delegates(hop.link->link.permission, above);
        if (!narrower)
            return wrong(std::format("link {} permits more than the grant above: {}", i, narrower.error().message));
        if (hop.link->link.depth != static_cast<int>(i))
            return wrong(std::format("link {} says another depth than it has", i));
        walked.bases.push_back(
            {hop.link->link.permission, hop.link->jws, hop.entry->entry->index, hop.link->link.issuedAt});
        walked.delegations.push_back(hop);
    }
    for (std::size_t i = 0; i < action.chain.size(); ++i) {
        TRY(checkEarlier(file, action, action.chain[i], walked.bases[i]));
        walked.permissions.push_back(TRY(permissionAt(file, action.chain[i], walked.bases[i], at)));
    }
    return walked;
}

/// The token under which was acted, by its digest.
Result<std::string> tokenOf(const Case& file, const ActionEntry& action)
{
    const std::string digest = textClaim(action.opened->claims, "token");
    for (const std::string& token : file.file.tokens) {
        if (crypto::sha256Base64url(token) == digest)
            return token;
    }
    return wrong("the access token that was used is missing");
}

/// Which keys the token says are bound to the grants down to its own (cnf, act).
Result<std::vector<Thumbprint>> boundKeys(const grants::AccessToken& token, std::size_t depth)
{
    std::vector<Thumbprint> keys(depth + 1);
    keys[depth] = token.boundKey;
    if (depth == 0)
        return keys;
    if (token.actors.size() != depth + 1)
        return wrong("the access token names other agents than the chain has (act)");
    constexpr std::string_view kUrn = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"; // RFC 9278
    for (std::size_t i = 0; i <= depth; ++i) {
        const std::string& actor = token.actors[depth - i];
        if (!actor.starts_with(kUrn))
            return wrong("the access token names an agent by something else than its key (act)");
        keys[i].value = actor.substr(kUrn.size());
    }
    if (keys[depth] != token.boundKey)
        return wrong("the access token is bound to another key than the agent's that it names (cnf, act)");
    return keys;
}

/// The links below the token's grant, which were shown with it, and their keys.
Result<void> addShown(
    const Walk& walked, grants::AccessToken token, std::size_t depth, UnixSeconds at, std::vector<Thumbprint>& keys)
{
    std::vector<std::string> shown;
    for (std::size_t i = depth; i < walked.delegations.size(); ++i)
        shown.push_back(walked.delegations[i].link->jws);
    if (shown.empty())
        return {};
    for (const auto& hop : TRY(grants::verifyChain(std::move(token), shown, at, permissions::kMaxChain - 1)).hops)
        keys.push_back(hop.signedLink.link.childKey.thumbprint());
    return {};
}

Result<void> compareKeys(const Walk& walked, const std::vector<Thumbprint>& keys)
{
    for (std::size_t i = 0; i < walked.delegations.size(); ++i) {
        const grants::Link& link = walked.delegations[i].link->link;
        if (link.issuer != keys[i])
            return wrong(std::format("link {} is not signed by the agent above", i + 1));
        if (link.childKey.thumbprint() != keys[i + 1])
            return wrong(std::format("link {} hands on to another agent than the one that acted", i + 1));
        // par_hash names the link above where it hangs on that, or a token, which need not be here.
        const bool hangsOnLink = i > 0 && link.parentHash == walked.delegations[i - 1].link->hash;
        if (i > 0 && !hangsOnLink && link.issuedAt < walked.delegations[i - 1].link->link.issuedAt - kOlderThanAbove)
            return wrong(std::format("link {} is older than the one above", i + 1));
    }
    return {};
}

/// A key of the device signed it while it was in force.
Result<void> compareDevice(const Case& file, const ActionEntry& action, const grants::AccessToken& token)
{
    const auto term = std::ranges::find(
        file.devices, token.device, [](const audit::DeviceTerm& each) { return each.key.thumbprint(); });
    if (term == file.devices.end() || term->first > action.opened->entry->index)
        return wrong("the access token is another device's");
    const auto next = std::next(term);
    const bool isReplaced = next != file.devices.end() && next->first <= action.opened->entry->index;
    if (isReplaced && token.issuedAt > *term->until + crypto::kClockSkew)
        return wrong("the access token is signed with a key of the device that had been replaced");
    return {};
}

Result<void> compareParties(const Case& file, const ActionEntry& action, const grants::AccessToken& token)
{
    const json::Object& claims = action.opened->claims;
    if (token.person.value != textClaim(claims, "person"))
        return wrong("the access token is of another person's grant");
    if (token.grant == action.chain.back() && token.agent.value != textClaim(claims, "client_id"))
        return wrong("the access token is another agent's");
    TRY(compareDevice(file, action, token));
    const std::string consent = textClaim(claims, "consent");
    const bool isNamed = std::ranges::any_of(file.consents, [&](const OpenedConsent& each) {
        return each.record.grant == action.chain.front() && crypto::sha256Base64url(each.consent->record) == consent
            && each.record.person.value == textClaim(claims, "person");
    });
    return isNamed ? Result<void>() : wrong("the receipt names another consent");
}

Result<VerifiedAction> verifyAction(const Case& file, const ActionEntry& action)
{
    if (action.chain.back() != action.opened->grant)
        return wrong("the chain does not end at the grant that it is about");
    const Walk walked = TRY(walk(file, action));
    const UnixSeconds at = action.opened->at;
    std::string text = TRY(tokenOf(file, action));
    const auto token = TRY(grants::verifyAccessToken(text, file.file.devices, at));
    TRY(compareParties(file, action, token));
    const auto place = std::ranges::find(action.chain, token.grant);
    if (place == action.chain.end())
        return wrong("the access token is of a grant that is not in the chain");
    const auto depth = static_cast<std::size_t>(place - action.chain.begin());
    if (token.depth != static_cast<int>(depth))
        return wrong("the access token says another depth than it has");
    if (const auto within = permissions::narrows(token.permission, walked.bases[depth].permission); !within)
        return wrong("the access token permits more than its grant: " + within.error().message);
    std::vector<Thumbprint> keys = TRY(boundKeys(token, depth));
    TRY(addShown(walked, token, depth, at, keys));
    TRY(compareKeys(walked, keys));
    return VerifiedAction{walked.permissions, token.permission, std::move(text), keys.back()};
}

Result<void> readLinks(Case& file)
{
    for (const std::string& jws : file.file.links) {
        auto link = grants::readLink(jws);
        if (!link)
            return wrong("A link can't be used: " + link.error().message + '.');
        file.links.emplace(link->hash, *std::move(link));
    }
    return {};
}

std::set<std::string> namedBy(const Case& file, std::string_view claim)
{
    std::set<std::string> named;
    for (const OpenedEntry& opened : file.entries)
        named.insert(textClaim(opened.claims, claim));
    return named;
}

/// A reader would take what stands here for what was acted under.
Result<void> checkNoOther(const Case& file)
{
    const std::set<std::string> tokens = namedBy(file, "token");
    for (const std::string& token : file.file.tokens) {
        if (!tokens.contains(crypto::sha256Base64url(token)))
            return wrong("There is an access token in the file under which nothing here was done.");
    }
    const std::set<std::string> links = namedBy(file, "link");
    for (const auto& [hash, link] : file.links) {
        if (!links.contains(hash))
            return wrong("There is a link in the file that no entry here knows.");
    }
    return {};
}

} // namespace

Result<Finding> checkChains(Case& file)
{
    TRY(readLinks(file));
    std::size_t checked = 0;
    for (const ActionEntry& action : file.actions) {
        file.verified.emplace_back();
        if (action.chain.empty() && !action.permitted)
            continue;
        if (action.chain.empty())
            return wrongAt(*action.opened, "it names no grant");
        auto verified = verifyAction(file, action);
        if (!verified)
            return wrongAt(*action.opened, verified.error().message);
        file.verified.back() = *std::move(verified);
        ++checked;
    }
    TRY(checkNoOther(file));
    if (checked == 0)
        return skipped("No decision here was about a grant.");
    return passed(counted(checked, "decision was", "decisions were")
        + " under what the person agreed to, handed on link by link to the agent that asked.");
}

} // namespace countersign::evidence
