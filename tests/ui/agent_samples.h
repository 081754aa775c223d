// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents with trust evidence of each kind, for tests and pictures.
#pragma once

#include "core/authority/person_api.h"

#include <vector>

namespace countersign::ui::samples {

/// Issued, screened two hours ago, and good for an hour.
inline agents::TrustEvidence attested(UnixSeconds now)
{
    agents::TrustEvidence evidence;
    evidence.level = evidence.claimed = agents::TrustLevel::L3;
    evidence.source = agents::TrustSource::Token;
    evidence.issuer = "https://trust.acme-issuer.example";
    evidence.owner = "did:web:acme.example";
    evidence.ownerProof = agents::OwnerProof::Confirmed;
    evidence.capabilities = {"payments.create", "payments.read"};
    evidence.screening = agents::Screening::Clear;
    evidence.screenedAt = now - std::chrono::hours(2);
    evidence.fetchedAt = now - std::chrono::minutes(5);
    evidence.validUntil = now + std::chrono::hours(1);
    evidence.digest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    evidence.distrust = agents::Distrust::None;
    return evidence;
}

inline agents::TrustEvidence hit(UnixSeconds now)
{
    agents::TrustEvidence evidence = attested(now);
    evidence.level = agents::TrustLevel::L0;
    evidence.screening = agents::Screening::Hit;
    evidence.distrust = agents::Distrust::ScreeningHit;
    return evidence;
}

inline authority::AgentRow agentRow(const std::string& id, const QString& name, UnixSeconds now)
{
    authority::AgentRow row;
    row.agent.id = {id};
    row.agent.name = name.toStdString();
    row.agent.key = {"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"};
    row.agent.executable = "/usr/bin/node";
    row.agent.registeredAt = now - std::chrono::hours(30);
    row.name = name;
    return row;
}

/// Clear; not screened, with a level of the person's own; stale; a hit, blocked.
inline std::vector<authority::AgentRow> agentRows(UnixSeconds now)
{
    std::vector<authority::AgentRow> rows;
    rows.push_back(agentRow("a1", QStringLiteral("reconcile-bot"), now));
    rows.back().trust.evidence = attested(now);
    rows.back().liveGrants = 2;
    rows.push_back(agentRow("a2", QStringLiteral("ledger-helper"), now));
    rows.back().ownName = QStringLiteral("night books");
    rows.back().trust.assigned = agents::AssignedLevel{agents::TrustLevel::L2, now};
    rows.push_back(agentRow("a3", QStringLiteral("travel planner"), now));
    rows.back().trust.evidence = attested(now - std::chrono::hours(40));
    rows.push_back(agentRow("a4", QStringLiteral("cheap-deals <b>now</b>"), now));
    rows.back().trust.evidence = hit(now);
    rows.back().agent.standing = agents::Standing::Blocked;
    return rows;
}

} // namespace countersign::ui::samples
