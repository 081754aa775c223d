// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/entry_proof.h"

#include "core/audit/checkpoint.h"
#include "core/audit/leaf_codec.h"
#include "core/audit/proofs.h"
#include "core/audit/receipt.h"
#include "core/audit/tlog_proof.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/commitment.h"
#include "core/crypto/merkle.h"

#include <QCoreApplication>

#include <array>

namespace countersign::authority {

namespace {

QString translate(const char* text)
{
    return QCoreApplication::translate("story", text);
}

/// The first thing that is wrong is what the person is told.
void accuse(StoryProof& proof, const QString& what, const Error& error)
{
    if (proof.problem.isEmpty())
        proof.problem = what + QLatin1Char(' ') + QString::fromStdString(error.message);
}

Result<void> lookAtReceipt(store::Database& database, const LogKeys& keys, const StoredEntry& entry, EntryProof& found)
{
    const auto stored = audit::readReceipt(database, entry.leaf.index, keys.origin);
    if (!stored && stored.error().code == ErrorCode::NotFound)
        return {};
    if (!stored)
        return std::unexpected(stored.error());
    found.receipt = stored->jws;
    const auto receipt = audit::verifyReceipt(stored->jws, std::array{audit::keyAt(keys.devices, entry.leaf.index)});
    found.proof.receipt = receipt ? Finding::Right : Finding::Wrong;
    if (!receipt)
        accuse(found.proof, translate("The receipt is wrong."), receipt.error());
    return {};
}

Result<audit::TreeHead> verifyInclusion(
    store::Database& database, const LogKeys& keys, const audit::Leaf& leaf, const audit::Checkpoint& checkpoint)
{
    const audit::TlogProof proof{.index = leaf.index,
        .hashes = TRY(audit::inclusionProof(database, leaf.index, checkpoint.size)),
        .checkpoint = checkpoint.note};
    return audit::verifyTlogProof(proof, crypto::leafHash(leaf.bytes), keys.origin, keys.log);
}

Result<void> lookAtInclusion(store::Database& database, const LogKeys& keys, const audit::Leaf& leaf, StoryProof& proof)
{
    const auto covering = TRY(audit::checkpointFor(database, leaf.index));
    const auto checkpoint = covering ? covering : TRY(audit::lastCheckpoint(database));
    proof.treeSize = checkpoint ? checkpoint->size : 0;
    if (!covering)
        return {};
    const auto head = verifyInclusion(database, keys, leaf, *checkpoint);
    proof.inclusion = head ? Finding::Right : Finding::Wrong;
    if (!head)
        accuse(proof, translate("The entry is not what the log's checkpoint signed."), head.error());
    store::Query query(database, "SELECT count(*) FROM cosignatures WHERE size = ?");
    TRY(query.bind(static_cast<std::int64_t>(checkpoint->size)).next());
    proof.cosignatures = static_cast<int>(query.integer(0));
    return {};
}

void lookAtDetails(const StoredEntry& entry, StoryProof& proof)
{
    if (!entry.leaf.privateText)
        return;
    const auto claims = json::parseObject(entry.leaf.bytes);
    const auto committed = claims ? json::optionalString(*claims, "text_commitment") : std::unexpected(claims.error());
    const bool isRight =
        committed && *committed && crypto::opensCommitment(**committed, entry.salt, *entry.leaf.privateText);
    proof.details = isRight ? Finding::Right : Finding::Wrong;
    if (!isRight)
        accuse(proof, translate("The private details are not those of this entry."), {});
}

} // namespace

Result<StoredEntry> readEntry(store::Database& database, std::uint64_t index)
{
    store::Query query(
        database, "SELECT kind, at, client_id, grant_id, private_text, salt, leaf FROM log_leaves WHERE idx = ?");
    if (!TRY(query.bind(static_cast<std::int64_t>(index)).next()))
        return fail(ErrorCode::NotFound, "There is no such entry.");
    StoredEntry entry;
    const std::int64_t kind = query.integer(0);
    if (kind < 0 || kind > static_cast<std::int64_t>(audit::kLastLeafKind))
        return fail(ErrorCode::StorageCorrupt, "entry " + std::to_string(index) + ": of no known kind");
    entry.leaf.index = index;
    entry.leaf.kind = static_cast<audit::LeafKind>(kind);
    entry.leaf.at.value = query.integer(1);
    entry.leaf.agent.value = query.text(2);
    entry.leaf.grant.value = query.text(3);
    if (!query.isNull(4))
        entry.leaf.privateText = query.blob(4);
    entry.salt = query.blob(5);
    entry.leaf.bytes = TRY(audit::unpackLeaf(query.blob(6)));
    return entry;
}

Result<EntryProof> proveEntry(store::Database& database, const LogKeys& keys, const StoredEntry& entry)
{
    EntryProof found;
    found.proof.leafHash = QString::fromStdString(crypto::base64url(crypto::leafHash(entry.leaf.bytes)));
    TRY(lookAtInclusion(database, keys, entry.leaf, found.proof));
    TRY(lookAtReceipt(database, keys, entry, found));
    lookAtDetails(entry, found.proof);
    return found;
}

} // namespace countersign::authority
