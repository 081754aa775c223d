// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/story_upstream.h"

#include "core/authority/foreign_receipts.h"
#include "core/base/json_members.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"

#include <algorithm>
#include <array>

namespace countersign::authority {

namespace {

using Said = StoryForeign::Said;
using json::objectOf;
using json::textOf;

Said saidBy(const json::Object& claims)
{
    const std::string decision = textOf(claims, "decision");
    const std::string executed = textOf(objectOf(claims, "outcome"), "executed");
    if (decision == "permit")
        return Said::Permitted;
    if (decision == "deny")
        return Said::Refused;
    if (executed == "yes")
        return Said::Executed;
    return executed == "no" ? Said::NotExecuted : Said::Unknown;
}

QString requestIn(const json::Object& claims)
{
    const json::Object request = objectOf(claims, "request");
    return safeText(textOf(request, "method") + ' ' + textOf(request, "target_uri")).text.trimmed();
}

Result<std::optional<QString>> acceptedAs(store::Database& database, const Thumbprint& key)
{
    store::Query query(database, "SELECT name FROM accepted_servers WHERE jkt = ?");
    if (!TRY(query.bind(key.value).next()))
        return std::nullopt;
    return safeText(query.text(0)).text;
}

Result<StoryForeign> told(store::Database& database, const KeptReceipt& kept)
{
    const json::Object claims = TRY(json::parseObject(kept.claims));
    StoryForeign foreign;
    foreign.entry = kept.entry;
    foreign.server = safeText(textOf(claims, "iss")).text;
    foreign.key = kept.key.thumbprint();
    foreign.acceptedAs = TRY(acceptedAs(database, foreign.key));
    foreign.said = saidBy(claims);
    foreign.request = requestIn(claims);
    foreign.at = kept.node.at;
    const auto receipt = audit::verifyAnyReceipt(kept.jws, std::array{kept.key});
    const bool isRight = receipt && receipt->leafHash == kept.node.leafHash;
    foreign.signature = isRight ? Finding::Right : Finding::Wrong;
    return foreign;
}

} // namespace

Result<std::vector<StoryForeign>> readUpstream(store::Database& database, const StoredEntry& action)
{
    auto receipts = TRY(keptReceipts(database, action.leaf.index));
    std::ranges::stable_sort(receipts, {}, [](const KeptReceipt& kept) { return kept.node.at; });
    std::vector<audit::ReceiptNode> nodes;
    for (const KeptReceipt& kept : receipts)
        nodes.push_back(kept.node);
    const audit::ReceiptNode decision = TRY(nodeOf(action));
    const auto places = audit::tie(decision, nodes);
    std::vector<StoryForeign> upstream;
    for (std::size_t i = 0; i < receipts.size(); ++i) {
        StoryForeign foreign = TRY(told(database, receipts[i]));
        if (places[i]) {
            foreign.tie = places[i]->tie;
            if (places[i]->above > 0)
                foreign.above = places[i]->above - 1;
        }
        upstream.push_back(std::move(foreign));
    }
    return upstream;
}

} // namespace countersign::authority
