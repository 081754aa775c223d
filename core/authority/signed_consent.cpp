// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/signed_consent.h"

#include "core/authority/dropped_spending_json.h"
#include "core/authority/leaves.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"

namespace countersign::authority {

namespace {

using consent::Purpose;

constexpr std::size_t kSaltBytes = 16;

bool stillHold(const consent::ScreenFacts& shown, const consent::ScreenFacts& now)
{
    if (shown.at > now.at + crypto::kClockSkew || shown.timesAsked > now.timesAsked)
        return false;
    // What it counted for then, it must count for still.
    if (shown.trust.at(shown.at) != now.trust.at(now.at))
        return false;
    consent::ScreenFacts same = now;
    same.at = shown.at;
    same.timesAsked = shown.timesAsked;
    return same == shown;
}

audit::LeafKind leafKindOf(Purpose purpose)
{
    switch (purpose) {
    case Purpose::Action:
        return audit::LeafKind::ActionApproved;
    case Purpose::Amendment:
        return audit::LeafKind::GrantNarrowed;
    case Purpose::Grant:
    case Purpose::Replacement:
        break;
    }
    return audit::LeafKind::ConsentGiven;
}

Result<std::uint64_t> logRecord(Context& context, const grants::Grant& grant, const consent::ConsentRecord& record,
    const std::optional<CountsGoOn>& counts)
{
    audit::LeafDraft leaf = draftAbout(leafKindOf(record.purpose), grant);
    leaf.claims = TRY(json::parseObject(consent::consentClaims(record)));
    if (counts)
        leaf.claims["detail_of"] = json::Array(counts->detailOf.begin(), counts->detailOf.end());
    if (counts && counts->daysMoved)
        leaf.claims[kDaysMovedClaim] = json::Array(counts->daysMoved->begin(), counts->daysMoved->end());
    if (counts && !counts->dropped.empty()) {
        leaf.claims[kDroppedClaim] = droppedClaim(counts->dropped);
        context.dropped.changed();
    }
    return TRY(appendLeaf(context, leaf)).index;
}

} // namespace

Shown shownOf(const Decision& decision)
{
    return {decision.facts, decision.edit, decision.locale, decision.shownText, decision.presence};
}

Shown shownOf(const Narrowing& narrowing)
{
    return {narrowing.facts, narrowing.edit, narrowing.locale, narrowing.shownText, narrowing.presence};
}

Result<void> holdToScreen(const Shown& shown, const consent::ScreenFacts& now)
{
    if (!stillHold(shown.facts, now))
        return fail(ErrorCode::InvalidInput, "What is known about this has changed. Look at it again.");
    const consent::Screen screen = consent::composeScreen(shown.facts, shown.edit, QLocale(shown.locale));
    if (screen.text(shown.edit) != shown.text)
        return fail(ErrorCode::InvalidInput, "What was shown is not what would be signed. Look at it again.");
    return {};
}

consent::ConsentRecord recordAbout(
    const Context& context, const grants::Grant& grant, Purpose purpose, const Shown& shown)
{
    consent::ConsentRecord record;
    record.grant = grant.id;
    record.person = context.options.identity.person.thumbprint();
    record.device = context.options.identity.device.publicKey().thumbprint();
    record.agent = grant.agent;
    record.agentKey = grant.agentKey;
    record.locale = shown.locale.toStdString();
    record.renderer = consent::kScreenRenderer;
    record.decidedAt = context.now();
    record.presence = shown.presence;
    record.purpose = purpose;
    if (shown.facts.trust != agents::AgentTrust())
        record.trust = shown.facts.trust.at(shown.facts.at);
    return record;
}

Result<void> signAndKeep(Context& context, const grants::Grant& grant, consent::ConsentRecord record,
    const Shown& shown, const std::optional<CountsGoOn>& counts)
{
    if (!context.personKey)
        return fail(ErrorCode::KeychainLocked, "Your key is locked. Enter your passphrase to approve.");
    const std::string text = shown.text.toStdString();
    const std::string salt = crypto::randomBytes(kSaltBytes);
    record.screenDigest = crypto::sha256Base64url(salt + text);
    const std::string signedRecord = TRY(consent::signConsent(record, *context.personKey));
    const std::uint64_t index = TRY(logRecord(context, grant, record, counts));
    context.touched.anchor = Touched::Anchor::Due;
    return context.consents.add(
        {grant.id, signedRecord, text, salt, record.locale, record.renderer, index, record.purpose});
}

} // namespace countersign::authority
