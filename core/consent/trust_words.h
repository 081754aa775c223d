// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Trust evidence in words, the same on the consent screen, in the list of agents and in the timeline. A screening that
// found nothing and one that never was are told in words that can't be taken for each other. Pure.
#pragma once

#include "core/agents/trust_evidence.h"
#include "core/base/clock.h"

#include <QLocale>
#include <QString>
#include <QStringList>

namespace countersign::consent {

/// "L3, says https://issuer.example, 2 h ago", "L2, by your own word", "L0: nobody knows this agent"
[[nodiscard]] QString trustLevelWords(const agents::TrustEvidence& evidence, UnixSeconds now);
/// "Sanctions: clear, screened 2 h ago", "Sanctions: NOT SCREENED", "Sanctions: HIT. …"
[[nodiscard]] QString screeningWords(const agents::TrustEvidence& evidence, UnixSeconds now);
/// The same without "Sanctions: ".
[[nodiscard]] QString screeningStateWords(const agents::TrustEvidence& evidence, UnixSeconds now);
/// "did:web:example.com (its own site names this agent's key)"; empty: nobody names one
[[nodiscard]] QString ownerWords(const agents::TrustEvidence& evidence);
/// What the source says that it can do; empty: nothing. It permits nothing.
[[nodiscard]] QString capabilityWords(const agents::TrustEvidence& evidence);
/// Why it counts as L0; empty: it doesn't, or the source says so itself.
[[nodiscard]] QString distrustWords(agents::Distrust distrust);
/// "2 h ago"; of a time to come: "just now"
[[nodiscard]] QString agoWords(UnixSeconds at, UnixSeconds now);

} // namespace countersign::consent
