// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The append-only log: RFC 6962 tree over the leaves, checkpoints (C2SP tlog-checkpoint, signed note, Ed25519) with the
// origin "countersign/<thumbprint of the first device key>". Used on the authority thread, inside its transactions.
#pragma once

#include "core/audit/checkpoint.h"
#include "core/audit/grant_chains.h"
#include "core/audit/leaf.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/crypto/merkle.h"
#include "core/store/database.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace countersign::audit {

inline constexpr std::chrono::seconds kCheckpointInterval{10}; ///< at most so long after something was added

struct LogOwner {
    Thumbprint device; ///< whose key writes
    Thumbprint person;
    std::string origin = {}; ///< empty: the log is this device's first, and bears its name
};

/// What a log is called all its life: "countersign/<thumbprint of its first device key>".
[[nodiscard]] std::string originOf(const Thumbprint& device);
/// The first device key of a log of that name; empty: it is the name of none.
[[nodiscard]] Thumbprint deviceOf(std::string_view origin);

/// A leaf that was written: what a receipt of it says.
struct Appended {
    std::uint64_t index = 0;
    std::string leafHash; ///< 32 bytes
    std::string bytes; ///< the canonical JSON
    std::string salt; ///< of the private text; empty: there is no text
};

class Log {
public:
    /// Continues the log of a database; in one that is older than the stored nodes, computes them first. Error:
    /// StorageCorrupt when what is stored of the tree contradicts itself.
    [[nodiscard]] static Result<Log> open(store::Database& database, LogOwner owner, crypto::PrivateKey key);

    /// Writes one leaf, and the nodes that it completes, in the running transaction. Where the transaction is rolled
    /// back, call reload().
    [[nodiscard]] Result<Appended> append(const LeafDraft& draft, UnixSeconds now);
    [[nodiscard]] Result<void> reload();

    [[nodiscard]] std::uint64_t size() const { return m_tree.size(); }
    [[nodiscard]] std::string root() const { return m_tree.root(); }
    [[nodiscard]] const std::string& origin() const { return m_owner.origin; }
    /// From the next entry on another key of the device writes.
    void setDevice(Thumbprint device) { m_owner.device = std::move(device); }

    /// Signs the present tree and stores the checkpoint (in the running transaction). Nothing to do when nothing was
    /// added since the last one, which is returned then.
    [[nodiscard]] Result<Checkpoint> writeCheckpoint();

private:
    Log(store::Database& database, LogOwner owner, crypto::PrivateKey key);
    [[nodiscard]] Result<std::optional<ChainEnd>> chainEndOf(const LeafDraft& draft);

    store::Database* m_database;
    LogOwner m_owner;
    crypto::PrivateKey m_key;
    crypto::MerkleFrontier m_tree;
    GrantChains m_grants;
};

} // namespace countersign::audit
