// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Who made the file, and that every entry stands in the log that the checkpoint signs.

#include "core/audit/checkpoint.h"
#include "core/audit/log.h"
#include "core/audit/log_key.h"
#include "core/audit/receipt.h"
#include "core/base/try.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/jws.h"
#include "core/crypto/merkle.h"
#include "core/crypto/signed_note.h"
#include "core/evidence/case.h"

#include <algorithm>
#include <chrono>
#include <format>

namespace countersign::evidence {

namespace {

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::BadSignature, std::move(what));
}

bool holds(const std::vector<crypto::PublicKey>& keys, std::string_view thumbprint)
{
    return std::ranges::any_of(keys, [&](const auto& key) { return key.thumbprint().value == thumbprint; });
}

Result<void> checkParties(const Case& file, const OpenedEntry& opened)
{
    if (!holds(file.file.devices, textClaim(opened.claims, "device")))
        return wrongAt(opened, "it is another device's");
    if (!holds(file.file.persons, textClaim(opened.claims, "person")))
        return wrongAt(opened, "it is about another person's log");
    return {};
}

/// The entry's text, from its receipt where it has one.
Result<OpenedEntry> open(const Case& file, const Entry& entry)
{
    OpenedEntry opened;
    opened.entry = &entry;
    if (entry.receipt) {
        auto receipt = audit::verifyReceipt(*entry.receipt, file.file.devices);
        if (!receipt)
            return wrongAt(opened, receipt.error().message);
        if (receipt->index != entry.index || receipt->origin != file.origin)
            return wrongAt(opened, "the receipt is of another entry, or of another log");
        opened.leaf = std::move(receipt->leaf);
        opened.claims = std::move(receipt->claims);
    } else {
        auto claims = json::parseObject(*entry.leaf);
        if (!claims || crypto::canonicalJson(*claims) != *entry.leaf)
            return wrongAt(opened, "it is not canonical JSON");
        opened.leaf = *entry.leaf;
        opened.claims = std::move(*claims);
    }
    opened.hash = crypto::leafHash(opened.leaf);
    opened.type = textClaim(opened.claims, "type");
    opened.grant.value = textClaim(opened.claims, "grant_id");
    const auto at = json::requiredInteger(opened.claims, "iat");
    if (opened.type.empty() || !at)
        return wrongAt(opened, "it says neither what happened nor when");
    opened.at.value = *at;
    TRY(checkParties(file, opened));
    return opened;
}

std::optional<ActionEntry> actionOf(const OpenedEntry& opened)
{
    const bool permitted = opened.type == "action_permitted";
    const json::Value* request = opened.claims.if_contains("request");
    if (!opened.entry->receipt || (!permitted && opened.type != "action_denied") || request == nullptr
        || !request->is_object())
        return std::nullopt;
    ActionEntry action;
    action.opened = &opened;
    action.permitted = permitted;
    action.request = request->get_object();
    action.reason = textClaim(opened.claims, "reason");
    for (const std::string& id : json::requiredStrings(opened.claims, "chain").value_or(std::vector<std::string>()))
        action.chain.push_back(GrantId{id});
    return action;
}

} // namespace

Result<Finding> checkKeys(Case& file)
{
    if (file.file.devices.empty() || file.file.persons.empty())
        return wrong("The file holds no key of a device, or none of a person.");
    const auto statement = TRY(audit::readLogKeyStatement(file.file.logKeyStatement, file.file.devices));
    if (statement.verifierKey != file.file.logKey)
        return wrong("The device vouches for another key of the log than the file holds.");
    const auto key = TRY(crypto::parseNoteVerifierKey(file.file.logKey));
    if (key.algorithm != crypto::NoteAlgorithm::Ed25519 || key.name != statement.origin
        || audit::deviceOf(key.name).isEmpty())
        return wrong("The log's key is another log's.");
    file.origin = key.name;
    file.voucher = statement.device;
    return passed("The device " + statement.device.value + " vouches for the key of its log.");
}

Result<Finding> checkReceipts(Case& file)
{
    for (const Entry& entry : file.file.entries)
        file.entries.push_back(TRY(open(file, entry)));
    std::size_t receipts = 0;
    for (const OpenedEntry& opened : file.entries) {
        receipts += opened.entry->receipt ? 1 : 0;
        if (auto action = actionOf(opened))
            file.actions.push_back(*std::move(action));
    }
    if (file.file.subject.kind == Kind::Action
        && !std::ranges::contains(file.actions, file.file.subject.first,
            [](const ActionEntry& action) { return action.opened->entry->index; }))
        return wrong("The receipt of the action is missing.");
    if (receipts == 0)
        return skipped("There is no receipt: nothing was decided here.");
    return passed(counted(receipts, "receipt is", "receipts are") + " signed by the device.");
}

Result<Finding> checkCheckpoint(Case& file)
{
    const auto key = TRY(crypto::parseNoteVerifierKey(file.file.logKey));
    const audit::TreeHead head = TRY(audit::openCheckpoint(file.file.checkpoint, file.origin, key.key));
    file.size = head.size;
    file.root = head.root;
    return passed("The log of " + counted(file.size, "entry", "entries") + " is signed with its key.");
}

Result<Finding> checkWitnesses(Case& file)
{
    if (file.trust->witnesses.empty())
        return skipped("No witness was named: that these entries were there at that time is the device's word.");
    UnixSeconds first = file.trust->now + kAllowedAhead;
    for (const std::string& witness : file.trust->witnesses) {
        const auto at = crypto::verifyCosignature(file.file.checkpoint, witness);
        if (!at)
            return wrong("A witness that was named did not cosign the checkpoint: " + at.error().message);
        if (*at > file.trust->now + kAllowedAhead)
            return wrong("A witness cosigned in the future.");
        first = std::min(first, *at);
    }
    return passed(counted(file.trust->witnesses.size(), "witness", "witnesses")
        + std::format(" cosigned this state of the log: these entries were there by {:%F %T} UTC.",
            std::chrono::sys_seconds(std::chrono::seconds(first.value))));
}

Result<Finding> checkInclusion(Case& file)
{
    for (const OpenedEntry& opened : file.entries) {
        const auto included =
            crypto::verifyInclusion(opened.entry->index, file.size, opened.hash, opened.entry->inclusion, file.root);
        if (!included)
            return wrongAt(opened, included.error().message);
    }
    if (file.entries.empty())
        return wrong("The file holds no entry of the log.");
    return passed(
        counted(file.entries.size(), "entry stands", "entries stand") + " in the signed log as they are here.");
}

Result<Finding> checkTimes(Case& file)
{
    for (const OpenedEntry& opened : file.entries) {
        if (opened.at > file.trust->now + kAllowedAhead)
            return wrongAt(opened, "it is from the future");
    }
    return passed("No entry is from the future.");
}

} // namespace countersign::evidence
