// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What other servers signed about the same actions: each receipt is right in itself, was taken in by the entry that
// holds it, and hangs on a decision of the file, by itself or through others (audit/foreign_receipt.h). Whose the other
// servers' keys are is asked of those who check, as with the device's own.

#include "core/audit/foreign_receipt.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/evidence/case.h"

#include <algorithm>

namespace countersign::evidence {

namespace {

using audit::ReceiptNode;
using audit::Tie;

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::BadSignature, std::move(what));
}

struct Held {
    const OpenedEntry* by = nullptr;
    audit::ForeignReceipt receipt;
};
/// By the index of the decision that they are about.
using Decisions = std::map<std::uint64_t, std::vector<Held>>;

Result<Held> open(const Case& file, const OpenedEntry& opened, const ForeignReceipt& foreign)
{
    const json::Object set = TRY(json::parseObject(foreign.keys));
    const auto keys = TRY(audit::keysInSet(set));
    std::optional<audit::ForeignDetails> details;
    if (foreign.disclosure)
        details = audit::ForeignDetails{foreign.disclosure->salt, foreign.disclosure->text};
    auto receipt = audit::verifyForeignReceipt(foreign.receipt, keys, std::move(details), file.trust->now);
    if (!receipt)
        return wrong("the receipt of another server: " + receipt.error().message);
    if (std::ranges::contains(file.file.devices, receipt->key))
        return wrong("a receipt of this device itself stands there as another server's");
    const auto named = json::requiredStrings(opened.claims, "upstream").value_or(std::vector<std::string>());
    if (!std::ranges::contains(named, crypto::base64url(receipt->node.leafHash)))
        return wrong("it does not name the receipt of another server that is here");
    return Held{&opened, *std::move(receipt)};
}

const ActionEntry* actionAt(const Case& file, std::uint64_t index)
{
    const auto found =
        std::ranges::find(file.actions, index, [](const ActionEntry& action) { return action.opened->entry->index; });
    return found == file.actions.end() ? nullptr : &*found;
}

/// The decision that an entry took receipts in for: itself, or the one that it names.
Result<std::uint64_t> decisionOf(const Case& file, const OpenedEntry& opened)
{
    if (actionAt(file, opened.entry->index) != nullptr)
        return opened.entry->index;
    const json::Value* about = opened.claims.if_contains("receipt");
    if (about == nullptr || !about->is_object())
        return wrong("it does not say which decision the receipts of other servers are about");
    const auto index = static_cast<std::uint64_t>(TRY(json::requiredInteger(about->get_object(), "index")));
    const ActionEntry* const decision = actionAt(file, index);
    if (decision == nullptr)
        return wrong("the decision that the receipts of other servers are about is missing");
    if (textClaim(about->get_object(), "leaf_hash") != crypto::base64url(decision->opened->hash))
        return wrong("the receipts of other servers are about another decision");
    return index;
}

Result<Decisions> openAll(const Case& file)
{
    Decisions decisions;
    for (const OpenedEntry& opened : file.entries) {
        for (const ForeignReceipt& foreign : opened.entry->upstream) {
            const auto decision = decisionOf(file, opened);
            if (!decision)
                return wrongAt(opened, decision.error().message);
            auto held = open(file, opened, foreign);
            if (!held)
                return wrongAt(opened, held.error().message);
            decisions[*decision].push_back(*std::move(held));
        }
    }
    return decisions;
}

ReceiptNode nodeOf(const ActionEntry& action)
{
    const auto& disclosure = action.opened->entry->disclosure;
    return audit::nodeOf(action.opened->claims, action.opened->hash,
        disclosure ? std::optional(disclosure->text) : std::optional<std::string>());
}

struct Tied {
    std::size_t receipts = 0;
    std::size_t hidden = 0; ///< by what is not in the file
    std::size_t brought = 0; ///< by the agent's word alone
};

Result<void> checkTies(const ActionEntry& action, const std::vector<Held>& receipts, Tied& tied)
{
    std::vector<ReceiptNode> nodes;
    for (const Held& held : receipts)
        nodes.push_back(held.receipt.node);
    const ReceiptNode decision = nodeOf(action);
    const auto places = audit::tieAll(decision, nodes, nodes.size());
    if (!places)
        return wrongAt(*action.opened, "what other servers signed about it, " + places.error().message);
    tied.receipts += receipts.size();
    tied.hidden += static_cast<std::size_t>(std::ranges::count(*places, Tie::NotShown, &audit::Place::tie));
    tied.brought += static_cast<std::size_t>(std::ranges::count(audit::broughtAlong(decision, nodes, *places), true));
    return {};
}

std::string sentenceAbout(const Tied& tied, std::size_t decisions)
{
    const std::size_t about = tied.receipts - tied.brought;
    std::string sentence;
    if (about > 0)
        sentence = counted(about, "receipt of another server is", "receipts of other servers are")
            + " signed, and about the same " + (decisions == 1 ? "action." : "actions.");
    if (tied.brought > 0)
        sentence += (about > 0 ? " " : "") + counted(tied.brought, "receipt", "receipts")
            + " of other servers came along with what the agents sent, and " + (tied.brought == 1 ? "is" : "are")
            + " signed: that they led to the actions here is the agent's word.";
    if (tied.hidden > 0)
        sentence +=
            " By what " + counted(tied.hidden, "of them is", "of them are") + " tied to it was erased, or left out.";
    return sentence;
}

/// How many receipts of other servers the entries name.
std::size_t namedIn(const Case& file)
{
    std::size_t named = 0;
    for (const OpenedEntry& opened : file.entries)
        named += json::requiredStrings(opened.claims, "upstream").value_or(std::vector<std::string>()).size();
    return named;
}

/// Whose keys signed them, as far as the checker knows.
std::string originsOf(const Case& file, const Decisions& decisions)
{
    std::set<std::string> known;
    std::set<std::string> unknown;
    for (const auto& [index, receipts] : decisions) {
        for (const Held& held : receipts) {
            const Thumbprint& signer = held.receipt.key.thumbprint();
            (std::ranges::contains(file.trust->keys, signer) ? known : unknown).insert(signer.value);
        }
    }
    std::string sentence;
    if (!known.empty())
        sentence = ' ' + counted(known.size(), "of these servers is", "of these servers are") + " one that you trust.";
    if (unknown.empty())
        return sentence;
    std::string names;
    for (const std::string& name : unknown)
        names += (names.empty() ? "" : ", ") + name;
    return sentence + " Whose these keys are is not established: " + names + '.';
}

} // namespace

Result<Finding> checkUpstream(Case& file)
{
    const Decisions decisions = TRY(openAll(file));
    Tied tied;
    for (const auto& [index, held] : decisions)
        TRY(checkTies(*actionAt(file, index), held, tied));
    const std::size_t leftOut = namedIn(file) - tied.receipts;
    if (tied.receipts == 0)
        return skipped(leftOut == 0 ? "No receipt of another server is here."
                                    : "What other servers decided was taken in, but it is not here.");
    std::string sentence = sentenceAbout(tied, decisions.size());
    if (leftOut > 0)
        sentence += ' ' + counted(leftOut, "more is", "more are") + " named, and not here.";
    return passed(sentence + originsOf(file, decisions));
}

} // namespace countersign::evidence
