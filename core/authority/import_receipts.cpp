// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Receipts of other servers, taken in: each must be tied to the decision, by itself or through others that are.

#include "core/audit/receipt.h"
#include "core/authority/foreign_receipts.h"
#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/merkle.h"

#include <algorithm>
#include <set>
#include <utility>

namespace countersign::authority {

namespace {

using audit::ForeignReceipt;
using audit::ReceiptNode;

constexpr std::string_view kPlace = "upstream/"; ///< in front of a receipt's number

std::string placeName(std::size_t place)
{
    return std::string(kPlace) + std::to_string(place);
}

std::unexpected<Error> refusedAt(std::size_t place, std::string_view why)
{
    return fail(ErrorCode::InvalidRequest, placeName(place) + ": " + std::string(why));
}

enum class Taken : std::uint8_t { No, ForThis, ForAnother };

/// What an agent brought along to a decision, whose own entry took it in, led to that one, and is about none: else the
/// agent could keep what is reported of one action out, by bringing it along to another.
Result<Taken> takenInFor(Context& context, const std::string& leafHash, std::uint64_t action)
{
    Taken taken = Taken::No;
    store::Query query(context.database, "SELECT action, idx FROM foreign_receipts WHERE leaf_hash = ?");
    query.bindBlob(leafHash);
    while (taken != Taken::ForThis && TRY(query.next())) {
        if (std::cmp_equal(query.integer(0), action))
            taken = Taken::ForThis;
        else if (query.integer(1) != query.integer(0))
            taken = Taken::ForAnother;
    }
    return taken;
}

/// The places of those that are not known yet.
Result<std::vector<std::size_t>> newOnes(Context& context, const ImportReceipts& command)
{
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < command.receipts.size(); ++i) {
        if (TRY(isOwnReceipt(context.database, command.receipts[i])))
            return refusedAt(i, "It is a receipt of this device itself.");
        const Taken taken = TRY(takenInFor(context, command.receipts[i].node.leafHash, command.action));
        if (taken == Taken::ForAnother)
            return refusedAt(i, "It was taken in for another action.");
        if (taken == Taken::No)
            places.push_back(i);
    }
    return places;
}

/// An error about one of all is told of the one that was passed on.
Error renumbered(Error error, std::size_t kept, const std::vector<std::size_t>& places)
{
    const std::size_t colon = error.message.find(": ");
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (error.message.substr(0, colon) == placeName(kept + i)) {
            error.message.replace(0, colon, placeName(places[i]));
            break;
        }
    }
    return error;
}

Result<void> checkTies(
    Context& context, const StoredEntry& action, const ImportReceipts& command, const std::vector<std::size_t>& places)
{
    std::vector<ReceiptNode> nodes;
    for (KeptReceipt& kept : TRY(keptReceipts(context.database, command.action)))
        nodes.push_back(std::move(kept.node));
    const std::size_t kept = nodes.size();
    for (const std::size_t place : places)
        nodes.push_back(command.receipts[place].node);
    const ReceiptNode decision = TRY(nodeOf(action));
    auto tied = audit::tieAll(decision, nodes, kept);
    if (!tied)
        return std::unexpected(renumbered(std::move(tied.error()), kept, places));
    return {};
}

/// It names them by their hashes, which nobody can guess, and says nothing else of them.
Result<audit::LeafDraft> leafOf(
    Context& context, const StoredEntry& action, const ImportReceipts& command, const std::vector<std::size_t>& places)
{
    const auto grant = TRY(context.ledger.find(action.leaf.grant));
    if (!grant)
        return fail(ErrorCode::StorageCorrupt, "A receipt's grant is not known.");
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::ReceiptImported, *grant);
    const std::string hash = crypto::leafHash(action.leaf.bytes);
    leaf.claims["receipt"] = {{"index", action.leaf.index}, {"leaf_hash", crypto::base64url(hash)}};
    if (!command.service.isEmpty())
        leaf.claims["service_id"] = command.service.value;
    json::Array names;
    for (const std::size_t place : places)
        names.emplace_back(crypto::base64url(command.receipts[place].node.leafHash));
    leaf.claims["upstream"] = std::move(names);
    return leaf;
}

/// The entry of a decision, by its number or its receipt's id.
Result<std::uint64_t> decisionNamed(Context& context, const std::string& action)
{
    const bool isReceipt = action.contains('.');
    const auto index = audit::indexOfReceipt(isReceipt ? action : action + '.');
    if (!index)
        return fail(ErrorCode::NotFound, "There is no such action.");
    const StoredEntry entry = TRY(readEntry(context.database, *index));
    const json::Object claims = TRY(json::parseObject(entry.leaf.bytes));
    const bool isDecision =
        entry.leaf.kind == audit::LeafKind::ActionPermitted || entry.leaf.kind == audit::LeafKind::ActionDenied;
    if (!isDecision || (isReceipt && TRY(json::optionalString(claims, "jti")) != action))
        return fail(ErrorCode::NotFound, "There is no such action.");
    return *index;
}

/// Those that hang on the decision, or on what hangs there already; and those that do already.
Result<std::vector<ForeignReceipt>> tiedOnes(
    Context& context, std::uint64_t action, const std::vector<ForeignReceipt>& receipts)
{
    std::vector<ReceiptNode> nodes;
    std::set<std::string> known;
    for (KeptReceipt& kept : TRY(keptReceipts(context.database, action))) {
        known.insert(kept.node.leafHash);
        nodes.push_back(std::move(kept.node));
    }
    const std::size_t kept = nodes.size();
    std::vector<ForeignReceipt> tied;
    std::vector<const ForeignReceipt*> others;
    std::set<std::string> seen;
    for (const ForeignReceipt& receipt : receipts) {
        if (!seen.insert(receipt.node.leafHash).second)
            continue; // a file has one once for each decision that it led to
        if (known.contains(receipt.node.leafHash)) {
            tied.push_back(receipt);
            continue;
        }
        nodes.push_back(receipt.node);
        others.push_back(&receipt);
    }
    const StoredEntry entry = TRY(readEntry(context.database, action));
    const ReceiptNode decision = TRY(nodeOf(entry));
    const auto places = audit::tie(decision, nodes);
    std::size_t count = kept;
    for (std::size_t i = 0; i < others.size(); ++i) {
        if (!places[kept + i] || places[kept + i]->tie == audit::Tie::NotShown)
            continue;
        tied.push_back(*others[i]);
        ++count;
    }
    if (count > audit::kMaxForeignReceipts)
        return fail(ErrorCode::TooLarge,
            "There would be more than " + std::to_string(audit::kMaxForeignReceipts) + " receipts about this action.");
    return tied;
}

} // namespace

Result<std::optional<std::uint64_t>> importReceipts(Context& context, const ImportReceipts& command)
{
    const StoredEntry action = TRY(readEntry(context.database, command.action));
    const auto places = TRY(newOnes(context, command));
    if (places.empty())
        return std::nullopt;
    TRY(checkTies(context, action, command, places));
    const audit::LeafDraft draft = TRY(leafOf(context, action, command, places));
    const audit::Appended leaf = TRY(appendLeaf(context, draft));
    for (const std::size_t place : places)
        TRY(keepReceipt(context.database, command.receipts[place], command.action, leaf.index));
    return leaf.index;
}

Result<ImportedReceipts> importForPerson(Context& context, const PersonImport& command)
{
    if (!context.log || context.has(Trouble::LogBroken))
        return fail(ErrorCode::TemporarilyUnavailable, "The log is broken; nothing can be added to it.");
    const std::uint64_t action = TRY(decisionNamed(context, command.action));
    const auto tied = TRY(tiedOnes(context, action, command.receipts));
    if (tied.empty())
        return fail(ErrorCode::InvalidRequest, "None of these receipts is about this action.");
    const auto places = TRY(newOnes(context, {action, {}, tied}));
    const auto entry = TRY(importReceipts(context, {action, {}, tied}));
    return ImportedReceipts{action, entry, places.size(), tied.size() - places.size()};
}

} // namespace countersign::authority
