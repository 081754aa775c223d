// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/consent/trust_words.h"

#include "core/base/text_safety.h"
#include "core/consent/screen_words.h"

namespace countersign::consent {

namespace {

using agents::Distrust;
using agents::OwnerProof;
using agents::Screening;
using agents::TrustEvidence;
using agents::TrustSource;

constexpr std::size_t kMaxSourceShown = 120;
constexpr std::size_t kMaxCapabilitiesShown = 300;

QString level(services::TrustLevel which)
{
    const std::string_view name = services::levelName(which);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

QString issuer(const TrustEvidence& evidence)
{
    return safeText(evidence.issuer, kMaxSourceShown).text;
}

} // namespace

QString agoWords(UnixSeconds at, UnixSeconds now)
{
    constexpr std::chrono::seconds kMinute{60};
    return now - at < kMinute ? translate("just now") : translate("%1 ago").arg(spanWords(now - at));
}

QString distrustWords(Distrust distrust)
{
    switch (distrust) {
    case Distrust::None:
        break;
    case Distrust::NothingKnown:
        return translate("nobody that you asked knows this agent");
    case Distrust::Unreadable:
        return translate("what it showed can't be read");
    case Distrust::UnknownIssuer:
        return translate("what it showed is by somebody whom you did not name");
    case Distrust::UnknownKey:
        return translate("the issuer publishes no key for what it showed");
    case Distrust::BadSignature:
        return translate("the signature under what it showed is wrong");
    case Distrust::WrongAudience:
        return translate("what it showed was made out to somebody else");
    case Distrust::OtherAgent:
        return translate("what it showed is about another key");
    case Distrust::NotYetValid:
        return translate("what it showed is from the future");
    case Distrust::Expired:
        return translate("what was known has run out");
    case Distrust::Superseded:
        return translate("the issuer has said something newer");
    case Distrust::KeyUnproven:
        return translate("it has not shown yet that the key is its own");
    case Distrust::NoAnswer:
        return translate("who was asked did not answer");
    case Distrust::StaleScreening:
        return translate("its screening is too old");
    case Distrust::ScreeningHit:
        return translate("it is on a sanctions list");
    }
    return {};
}

QString trustLevelWords(const TrustEvidence& evidence, UnixSeconds now)
{
    if (evidence.source == TrustSource::Person)
        return translate("%1, by your own word, %2").arg(level(evidence.level), agoWords(evidence.fetchedAt, now));
    if (const QString why = distrustWords(evidence.distrust); !why.isEmpty())
        return translate("%1: %2").arg(level(evidence.level), why);
    return translate("%1, says %2, %3").arg(level(evidence.level), issuer(evidence), agoWords(evidence.fetchedAt, now));
}

QString screeningStateWords(const TrustEvidence& evidence, UnixSeconds now)
{
    const QString ago = evidence.screenedAt ? agoWords(*evidence.screenedAt, now) : translate("at an unknown time");
    switch (evidence.screening) {
    case Screening::NotScreened:
        break;
    case Screening::Clear:
        return translate("clear, screened %1").arg(ago);
    case Screening::Stale:
        return translate("NOT SCREENED now; the last screening was %1, too long ago to count").arg(ago);
    case Screening::Hit:
        return translate("HIT, found %1").arg(ago);
    }
    return translate("NOT SCREENED; nobody says that this agent is clear");
}

QString screeningWords(const TrustEvidence& evidence, UnixSeconds now)
{
    return translate("Sanctions: %1").arg(screeningStateWords(evidence, now));
}

QString ownerWords(const TrustEvidence& evidence)
{
    if (evidence.owner.empty())
        return {};
    const QString owner = safeText(evidence.owner, kMaxSourceShown).text;
    switch (evidence.ownerProof) {
    case OwnerProof::NotChecked:
        if (evidence.distrust == Distrust::Expired)
            return translate("%1 (what was known of that has run out)").arg(owner);
        break;
    case OwnerProof::Confirmed:
        return translate("%1 (its own site names this agent's key)").arg(owner);
    case OwnerProof::NotConfirmed:
        return translate("%1 (its own site does not confirm that)").arg(owner);
    }
    return translate("%1 (not checked)").arg(owner);
}

QString capabilityWords(const TrustEvidence& evidence)
{
    std::string list;
    for (const std::string& each : evidence.capabilities)
        list += (list.empty() ? "" : ", ") + each;
    return safeText(list, kMaxCapabilitiesShown).text;
}

} // namespace countersign::consent
