// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person decides. What was shown is what is signed: the screen is composed again here from what is known now, and
// anything that differs is refused and shown anew.

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using consent::RequestState;

constexpr std::size_t kGrantIdBytes = 16;
constexpr std::size_t kSaltBytes = 16;

std::string alreadyEnded(RequestState state)
{
    return "The request was already " + std::string(consent::requestStateName(state)) + '.';
}

/// A late answer never overrides how a request ended.
Result<StoredRequest> stillWaiting(const Context& context, const std::string& publicId)
{
    auto stored = TRY(context.requests.findByPublicId(publicId));
    if (!stored)
        return fail(ErrorCode::NotFound, "There is no such request.");
    if (stored->request.state != RequestState::Waiting)
        return fail(ErrorCode::InvalidGrant, alreadyEnded(stored->request.state));
    if (stored->request.expiresAt <= context.now())
        return fail(ErrorCode::InvalidGrant, alreadyEnded(RequestState::Expired));
    return std::move(*stored);
}

/// Whether the facts that were shown are those that hold now. They may be of an earlier moment (which makes an earlier
/// end), and the agent may have asked again meanwhile.
bool stillHold(const consent::ScreenFacts& shown, const consent::ScreenFacts& now)
{
    if (shown.at > now.at + crypto::kClockSkew || shown.timesAsked > now.timesAsked)
        return false;
    consent::ScreenFacts same = now;
    same.at = shown.at;
    same.timesAsked = shown.timesAsked;
    return same == shown;
}

Result<permissions::Permission> permissionOf(Context& context, const Decision& decision, const StoredRequest& stored)
{
    const auto changed = [&](std::string message) {
        context.touched.requests.insert(stored.request.publicId);
        return fail(ErrorCode::InvalidInput, std::move(message));
    };
    const WaitingRequest now = TRY(waitingRequest(context, stored));
    if (!stillHold(decision.facts, now.facts))
        return changed("What is known about this request has changed. Look at it again.");
    const consent::Screen screen = consent::composeScreen(decision.facts, decision.edit, QLocale(decision.locale));
    if (screen.text(decision.edit) != decision.shownText)
        return changed("What was shown is not what would be signed. Look at it again.");
    permissions::Permission granted = TRY(consent::grantOf(decision.facts, decision.edit));
    TRY(permissions::narrows(granted, stored.request.asked));
    const auto end = granted.end();
    if (!end || *end <= context.now() || *end > context.now() + permissions::kMaxGrantLife)
        return fail(ErrorCode::InvalidInput, "The end must lie in the future, and within a year.");
    return granted;
}

grants::Grant grantOf(
    const Context& context, const StoredRequest& stored, const agents::Agent& agent, permissions::Permission granted)
{
    grants::Grant grant;
    grant.id.value = crypto::randomToken(kGrantIdBytes);
    grant.agent = stored.request.agent;
    grant.agentKey = agent.key;
    grant.createdAt = context.now();
    grant.expiresAt = *granted.end();
    grant.permission = std::move(granted);
    return grant;
}

consent::ConsentRecord recordOf(const Context& context, const Decision& decision, const StoredRequest& stored,
    const grants::Grant& grant, const std::string& salt)
{
    consent::ConsentRecord record;
    record.grant = grant.id;
    record.requestId = stored.request.publicId;
    record.person = context.options.identity.person.thumbprint();
    record.device = context.options.identity.device.publicKey().thumbprint();
    record.agent = grant.agent;
    record.agentKey = grant.agentKey;
    record.asked = stored.request.asked;
    record.granted = grant.permission;
    record.screenDigest = crypto::sha256Base64url(salt + decision.shownText.toStdString());
    record.locale = decision.locale.toStdString();
    record.renderer = consent::kScreenRenderer;
    record.decidedAt = grant.createdAt;
    record.expiresAt = grant.expiresAt;
    record.presence = decision.presence;
    return record;
}

Result<std::uint64_t> logConsent(Context& context, const grants::Grant& grant, const consent::ConsentRecord& record)
{
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::ConsentGiven, grant);
    leaf.claims = TRY(json::parseObject(consent::consentClaims(record)));
    return appendLeaf(context, leaf);
}

Result<void> keepConsent(
    Context& context, const Decision& decision, const StoredRequest& stored, const grants::Grant& grant)
{
    const std::string salt = crypto::randomBytes(kSaltBytes);
    const consent::ConsentRecord record = recordOf(context, decision, stored, grant, salt);
    const std::string signedRecord = TRY(consent::signConsent(record, *context.personKey));
    const std::uint64_t index = TRY(logConsent(context, grant, record));
    TRY(context.ledger.add(grant, stored.row));
    return context.consents.add(
        {grant.id, signedRecord, decision.shownText.toStdString(), salt, record.locale, record.renderer, index});
}

} // namespace

Result<GrantId> approveRequest(Context& context, const Decision& decision)
{
    TRY(mayExtend(context));
    const StoredRequest stored = TRY(stillWaiting(context, decision.requestId));
    if (!context.personKey)
        return fail(ErrorCode::KeychainLocked, "Your key is locked. Enter your passphrase to approve.");
    const auto known = TRY(context.registry.find(stored.request.agent));
    if (!known || known->agent.standing == agents::Standing::Blocked)
        return fail(ErrorCode::UnauthorizedClient, "This agent is blocked.");
    const permissions::Permission granted = TRY(permissionOf(context, decision, stored));
    const grants::Grant grant = grantOf(context, stored, known->agent, granted);

    TRY(keepConsent(context, decision, stored, grant));
    TRY(context.requests.approve(stored.row, grant.id, context.now()));
    TRY(context.registry.setCoolDown(known->agent.id, 0, {}));
    context.touched.holders.insert(known->agent.id);
    context.touched.grants.insert(grant.id);
    context.touched.requests.insert(stored.request.publicId);
    context.touched.anchor = Touched::Anchor::Due;
    return grant.id;
}

Result<void> denyRequest(Context& context, const std::string& publicId)
{
    const StoredRequest stored = TRY(stillWaiting(context, publicId));
    const auto known = TRY(context.registry.find(stored.request.agent));
    if (!known)
        return fail(ErrorCode::NotFound, "The request's agent is not known.");
    TRY(context.requests.end(stored.row, RequestState::Denied, context.now()));
    TRY(context.registry.setCoolDown(known->agent.id, 0, {}));
    TRY(appendLeaf(context, draftAbout(audit::LeafKind::RequestDenied, known->agent, stored.request)));
    context.touched.requests.insert(publicId);
    return {};
}

} // namespace countersign::authority
