// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Receipts of other servers, as a person or a service passes them on, and how they hang together: a file that can be
// imported, or {"claims": [the decision's, a receipt's, …]} with what nobody signed.
#include "core/audit/foreign_receipt.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/merkle.h"
#include "core/evidence/foreign_evidence.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace countersign;
using audit::Place;
using audit::ReceiptNode;

namespace {

constexpr UnixSeconds kNow{1'900'000'000};

/// As a Place, but the one above by its name: places are of one order only.
struct Hung {
    std::string above; ///< leaf hash; empty: the decision
    audit::Tie tie;
    std::size_t hops;

    auto operator<=>(const Hung&) const = default;
};

std::map<std::string, Hung> hungOf(const ReceiptNode& decision, const std::vector<ReceiptNode>& receipts)
{
    const auto places = audit::tie(decision, receipts);
    fuzz::require(places.size() == receipts.size(), "each has its place, or none");
    std::map<std::string, Hung> hung;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i])
            continue;
        const Place& place = *places[i];
        fuzz::require(place.above <= receipts.size() && place.above != i + 1, "it hangs on another");
        const std::size_t hops = place.above == 0 ? 0 : places[place.above - 1].value_or(Place{.hops = 0}).hops;
        fuzz::require(place.above == 0 || hops > 0, "what it hangs on hangs itself");
        fuzz::require(place.hops == hops + 1, "each step counts");
        const std::string above = place.above == 0 ? std::string() : receipts[place.above - 1].leafHash;
        hung.emplace(receipts[i].leafHash, Hung{above, place.tie, place.hops});
    }
    fuzz::require(hung.size() <= audit::kMaxForeignReceipts + 1, "many are no work without an end");
    return hung;
}

void checkTies(const ReceiptNode& decision, std::vector<ReceiptNode> receipts)
{
    std::set<std::string> names;
    std::erase_if(receipts, [&](const ReceiptNode& each) { return !names.insert(each.leafHash).second; });
    const auto hung = hungOf(decision, receipts);
    auto turned = receipts;
    std::ranges::reverse(turned);
    fuzz::require(hungOf(decision, turned) == hung, "whatever their order, they make the same tree");
    if (const auto all = audit::tieAll(decision, receipts)) {
        fuzz::require(receipts.size() <= audit::kMaxForeignReceipts, "no more than the limit");
        fuzz::require(std::ranges::all_of(*all, [](const Place& each) { return each.hops <= audit::kMaxForeignHops; }),
            "no farther than the limit");
    }
    ReceiptNode naming;
    naming.device = {"the decision's"};
    if (!audit::checkBefore(receipts) || std::ranges::contains(receipts, naming.device, &ReceiptNode::device))
        return;
    for (const ReceiptNode& each : receipts)
        naming.upstream.push_back(each.leafHash);
    fuzz::require(audit::tieAll(naming, receipts).has_value(), "a decision that names them can be proven");
}

std::vector<ReceiptNode> nodesOfClaims(std::string_view text)
{
    std::vector<ReceiptNode> nodes;
    const auto object = json::parseObject(text);
    const json::Value* const all = object ? object->if_contains("claims") : nullptr;
    if (all == nullptr || !all->is_array())
        return nodes;
    for (const json::Value& claims : all->get_array()) {
        const auto leaf = crypto::canonicalJson(claims);
        if (leaf && claims.is_object())
            nodes.push_back(audit::nodeOf(claims.get_object(), crypto::leafHash(*leaf), std::nullopt));
    }
    return nodes;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::textOf(data, size);
    std::vector<ReceiptNode> nodes = nodesOfClaims(text);
    if (const auto receipts = evidence::readForeignEvidence(text, kNow)) {
        fuzz::require(receipts->size() <= evidence::kMaxForeignCandidates, "no more than are looked at");
        for (const audit::ForeignReceipt& receipt : *receipts) {
            fuzz::require(receipt.node.device == receipt.key.thumbprint(), "who signed it is who it says");
            fuzz::require(receipt.node.at <= kNow + audit::kForeignClockAhead, "none is from the future");
            nodes.push_back(receipt.node);
        }
    }
    if (!nodes.empty())
        checkTies(nodes.front(), {nodes.begin() + 1, nodes.end()});
    return 0;
}
