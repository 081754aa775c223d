// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/read_receipts.h"

#include "core/audit/checkpoint.h"
#include "core/audit/proofs.h"
#include "core/audit/receipt.h"
#include "core/audit/tiles.h"
#include "core/audit/tlog_proof.h"
#include "core/base/try.h"

#include <utility>

namespace countersign::authority {

namespace {

/// All that is read until the end of its life is of one moment.
class Snapshot {
public:
    [[nodiscard]] static Result<Snapshot> of(store::Database& database)
    {
        TRY(database.begin());
        return Snapshot(database);
    }
    Snapshot(Snapshot&& other) noexcept : m_database(std::exchange(other.m_database, nullptr)) { }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    Snapshot& operator=(Snapshot&&) = delete;
    ~Snapshot()
    {
        if (m_database != nullptr)
            m_database->rollback();
    }

private:
    explicit Snapshot(store::Database& database) : m_database(&database) { }
    store::Database* m_database;
};

Result<audit::Checkpoint> signedCheckpoint(store::Database& database)
{
    auto last = TRY(audit::lastCheckpoint(database));
    if (!last)
        return fail(ErrorCode::NotFound, "No checkpoint was signed yet.");
    return *std::move(last);
}

Result<std::optional<std::string>> proofOf(store::Database& database, std::uint64_t index)
{
    const auto checkpoint = TRY(audit::checkpointFor(database, index));
    if (!checkpoint)
        return std::nullopt;
    audit::TlogProof proof;
    proof.index = index;
    proof.hashes = TRY(audit::inclusionProof(database, index, checkpoint->size));
    proof.checkpoint = TRY(audit::cosignedNote(database, *checkpoint));
    return audit::tlogProofText(proof);
}

} // namespace

Result<ReadReceipt> readReceipt(store::Database& database, std::string_view id, std::string_view origin)
{
    const Snapshot moment = TRY(Snapshot::of(database));
    auto stored = TRY(audit::findReceipt(database, id, origin));
    ReadReceipt read;
    read.proof = TRY(proofOf(database, stored.leaf.index));
    read.receipt = {std::string(id), std::move(stored.jws), std::move(stored.salt),
        std::move(stored.leaf.privateText).value_or(std::string())};
    return read;
}

Result<std::string> readCheckpoint(store::Database& database)
{
    const Snapshot moment = TRY(Snapshot::of(database));
    const audit::Checkpoint checkpoint = TRY(signedCheckpoint(database));
    return audit::cosignedNote(database, checkpoint);
}

Result<std::string> readTile(store::Database& database, std::string_view path)
{
    const auto tile = audit::parseTilePath(path);
    if (!tile)
        return fail(ErrorCode::NotFound, "There is no such tile.");
    const Snapshot moment = TRY(Snapshot::of(database));
    const audit::Checkpoint checkpoint = TRY(signedCheckpoint(database));
    return audit::readTile(database, *tile, checkpoint.size);
}

} // namespace countersign::authority
