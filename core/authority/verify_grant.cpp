// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One row of a grant, held to what was signed (the person's consent or an agent's link, and what the person took back
// since), to the log, and to the grant above.

#include "core/authority/amendments.h"
#include "core/authority/verify_state.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/consent/record.h"
#include "core/grants/link.h"

#include <algorithm>
#include <utility>

namespace countersign::authority {

namespace {

using consent::ConsentRecord;
using grants::Grant;
using permissions::Permission;

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::InvalidInput, std::move(what));
}

/// The leaf carries the claims of the record.
bool carries(const std::string& leaf, const ConsentRecord& record)
{
    const auto logged = json::parseObject(leaf);
    const auto claims = json::parseObject(consent::consentClaims(record));
    if (!logged || !claims)
        return false;
    for (const auto& claim : *claims) {
        const json::Value* same = logged->if_contains(claim.key());
        if (same == nullptr || *same != claim.value())
            return false;
    }
    return true;
}

/// What the person left of it: the amendments in their order, all of which the log knows.
Result<std::vector<ConsentRecord>> verifiedAmendments(const Backing& backing, const GrantId& id,
    const LoggedGrant& logged, const std::string& base, const Permission& permission)
{
    auto amendments = TRY(amendmentsOf(backing.consents, backing.person, id, base, permission));
    if (amendments.size() != logged.amendmentLeaves.size())
        return wrong("a change of it is missing, or not known to the log");
    for (std::size_t i = 0; i < amendments.size(); ++i) {
        if (!carries(logged.amendmentLeaves[i], amendments[i]))
            return wrong("the log does not know a change of it");
    }
    return amendments;
}

Result<void> compare(const Backing& backing, const Grant& grant, const ConsentRecord& consented)
{
    if (consented.grant != grant.id)
        return wrong("its consent is another grant's");
    if (consented.agent != grant.agent || consented.agentKey != grant.agentKey)
        return wrong("its consent is for another agent");
    if (consented.decidedAt != grant.createdAt)
        return wrong("it is older or younger than its consent");
    const auto isDevice = [&](const audit::DeviceTerm& term) { return term.key.thumbprint() == consented.device; };
    if (std::ranges::none_of(backing.devices, isDevice))
        return wrong("its consent was given on another device");
    return {};
}

Result<void> verifyRoot(const Backing& backing, const Grant& grant, const LoggedGrant* logged)
{
    const auto signedRecord = TRY(backing.consents.recordOf(grant.id));
    if (!signedRecord)
        return wrong("nobody consented to it");
    const auto record = consent::verifyConsent(*signedRecord, backing.person);
    if (!record)
        return wrong("its consent is not signed by you");
    TRY(compare(backing, grant, *record));
    if (logged == nullptr || !carries(logged->consentLeaf, *record))
        return wrong("the log does not know its consent");
    const auto amendments = TRY(verifiedAmendments(backing, grant.id, *logged, *signedRecord, record->granted));
    const ConsentRecord& last = amendments.empty() ? *record : amendments.back();
    if (last.granted != grant.permission)
        return wrong("it permits something else than was consented to");
    if (last.expiresAt != grant.expiresAt)
        return wrong("it lasts longer or shorter than was consented to");
    return {};
}

/// The row says what the log says of the link.
Result<void> compare(const Grant& grant, const LoggedDelegation& logged)
{
    if (grant.parent != logged.parent || grant.depth != logged.depth)
        return wrong("it stands elsewhere than the log says");
    if (grant.agent != logged.agent || grant.agentKey != logged.agentKey)
        return wrong("it is another agent's than the log says");
    if (grant.createdAt != logged.createdAt || grant.expiresAt > logged.expiresAt)
        return wrong("it lasts longer than the log says");
    return {};
}

/// The link, as it was signed by the key that the grant above is bound to.
Result<grants::SignedLink> verifiedLink(
    const Backing& backing, const Grant& grant, const Grant& parent, const LoggedDelegation& logged)
{
    const auto stored = TRY(backing.links.ofGrant(grant.id));
    if (!stored)
        return wrong("nobody delegated it");
    auto read = grants::readLink(stored->jws);
    if (!read)
        return wrong("its link is not signed");
    if (read->hash != stored->hash || read->hash != logged.link)
        return wrong("the log does not know its link");
    if (parent.boundKey != read->link.issuer)
        return wrong("its link is signed by another key than the grant above is bound to");
    if (grant.boundKey != read->link.childKey.thumbprint())
        return wrong("it is bound to another key than its link names");
    return read;
}

/// Each detail permits no more than the one above that it is paired with.
Result<void> compare(const Grant& grant, const Grant& parent)
{
    if (grant.expiresAt > parent.expiresAt)
        return wrong("it lasts longer than the grant above");
    for (std::size_t i = 0; i < grant.permission.details.size(); ++i) {
        const int paired = grant.pairing[i]; // as many as details (Ledger)
        if (paired < 0)
            continue;
        if (std::cmp_greater_equal(paired, parent.permission.details.size()))
            return wrong("it hangs on a part of the grant above that there is not");
        const auto& above = parent.permission.details[static_cast<std::size_t>(paired)];
        if (!permissions::narrows({{grant.permission.details[i]}}, {{above}}))
            return wrong("it permits more than the grant above");
    }
    return {};
}

Result<void> verifyDelegated(const Backing& backing, const Grant& grant, const LoggedGrant* logged)
{
    if (logged == nullptr || !logged->delegation)
        return wrong("the log does not know that it was delegated");
    TRY(compare(grant, *logged->delegation));
    if (grant.state != grants::GrantState::Live && grant.state != grants::GrantState::Held)
        return {}; // permits nothing, and never will
    const auto parent = backing.ledger.find(*grant.parent);
    if (!parent || !*parent)
        return wrong("the grant above is missing");
    const grants::SignedLink read = TRY(verifiedLink(backing, grant, **parent, *logged->delegation));
    const auto amendments = TRY(verifiedAmendments(backing, grant.id, *logged, read.jws, read.link.permission));
    const Permission& most = amendments.empty() ? read.link.permission : amendments.back().granted;
    if (!permissions::narrows(grant.permission, most))
        return wrong("it permits more than was delegated");
    if (!amendments.empty() && grant.expiresAt > amendments.back().expiresAt)
        return wrong("it lasts longer than was left of it");
    // Held because the two can't be fitted together; it is fitted again before it goes on.
    const bool apart = grant.state == grants::GrantState::Held && grant.reason == grants::EndReason::AncestorNarrowed
        && logged->reason == grants::EndReason::AncestorNarrowed;
    return apart ? Result<void>() : compare(grant, **parent);
}

} // namespace

Result<void> verifyGrant(const Backing& backing, const Grant& grant, const LoggedGrant* logged)
{
    TRY(grant.parent ? verifyDelegated(backing, grant, logged) : verifyRoot(backing, grant, logged));
    if (logged == nullptr || grant.boundKey != logged->boundKey)
        return wrong("it is bound to another key than the log says");
    return {};
}

} // namespace countersign::authority
