// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/logged_trust.h"

#include "core/authority/leaves.h"
#include "core/authority/parsed_leaf_json.h"
#include "core/authority/trust_cases.h"
#include "core/base/json_members.h"
#include "core/base/try.h"

#include <QCoreApplication>

#include <algorithm>

namespace countersign::authority {

namespace {

using audit::LeafKind;

bool isProof(const audit::Leaf& leaf, const json::Object& claims)
{
    if (leaf.kind == LeafKind::RequestReceived)
        return true; // it came with an assertion by the registered key
    return leaf.kind == LeafKind::AgentRegistered && json::textOf(claims, kKeyProofClaim) == kKeyProvenByDpop;
}

/// A row that can't be read says nothing.
Result<std::optional<agents::ShownTrust>> readShown(const Context& context, const ClientId& agent)
{
    auto shown = context.trust.shown(agent);
    if (shown)
        return *std::move(shown);
    return shown.error().code == ErrorCode::StorageCorrupt ? Result<std::optional<agents::ShownTrust>>(std::nullopt)
                                                           : std::unexpected(shown.error());
}

} // namespace

void LoggedTrust::take(const ParsedLeaf& parsed)
{
    const auto& [leaf, claims] = parsed;
    if (leaf.kind != LeafKind::RequestReceived && leaf.kind != LeafKind::AgentRegistered
        && leaf.kind != LeafKind::TrustReported)
        return;
    if (leaf.kind != LeafKind::TrustReported) {
        if (isProof(leaf, claims))
            m_proven.try_emplace(leaf.agent, leaf.index);
        return;
    }
    const json::Object token = json::objectOf(json::objectOf(claims, "trust"), "token");
    if (token.empty())
        return;
    UnixSeconds& newest = m_newest[leaf.agent][json::textOf(token, "iss")];
    newest = std::max(newest, UnixSeconds{json::numberOf(token, "iat")});
}

Result<QStringList> LoggedTrust::verify(Context& context, std::uint64_t signedSize) const
{
    int rejected = 0;
    for (const ClientId& id : TRY(context.registry.ids())) {
        const auto row = TRY(readShown(context, id));
        agents::ShownTrust borneOut = row.value_or(agents::ShownTrust());
        bool isTold = !row;
        const auto proof = m_proven.find(id);
        if (borneOut.provenAt && (proof == m_proven.end() || proof->second >= signedSize)) {
            borneOut.provenAt.reset();
            isTold = isTold || proof == m_proven.end(); // else nobody signed it before the power went
        }
        if (const auto newest = m_newest.find(id); newest != m_newest.end()) {
            for (const auto& [issuer, at] : newest->second) {
                isTold = isTold || borneOut.newestTokens[issuer] < at;
                borneOut.newestTokens[issuer] = std::max(borneOut.newestTokens[issuer], at);
            }
        }
        if (row == borneOut)
            continue;
        TRY(context.trust.keepShown(id, borneOut));
        if (!isTold)
            continue;
        audit::LeafDraft leaf;
        leaf.kind = LeafKind::StateRejected;
        leaf.agent = id;
        leaf.claims["what"] = "agent: what it has shown of itself was something else than the log says";
        TRY(appendLeaf(context, leaf));
        ++rejected;
    }
    if (rejected == 0)
        return QStringList();
    return QStringList(QCoreApplication::translate("authority",
        "What %n agents have shown of themselves was something else in the data than in the log; only what the log "
        "says counts.",
        nullptr, rejected));
}

} // namespace countersign::authority
