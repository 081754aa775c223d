// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/store/later_migrations.h"

#include "core/store/database.h"

#include <array>

namespace countersign::store {

namespace {

// What other servers decided about the same action, and bodies of requests for as long as the person keeps them.
constexpr auto kVersion5 = std::to_array<const char*>({
    "DROP TABLE foreign_receipts", // was never written
    // A receipt's name is its leaf's hash: of one receipt there are several JWS (an ECDSA signature has a twin).
    R"(CREATE TABLE foreign_receipts (
        leaf_hash BLOB NOT NULL,              -- in the other server's log, 32 bytes
        idx INTEGER NOT NULL,                 -- our leaf that took it in
        action INTEGER NOT NULL,              -- the leaf of our decision about the same action
        jws TEXT NOT NULL,
        key TEXT NOT NULL,                    -- the other server's public key that signed it, a JWK
        salt BLOB, private_text BLOB,         -- its private details; NULL: not given, or erased
        PRIMARY KEY (leaf_hash, action)) STRICT)",
    "CREATE INDEX foreign_receipts_by_action ON foreign_receipts (action)",
    "CREATE INDEX foreign_receipts_by_leaf ON foreign_receipts (idx)",
    // Device keys of other servers that the person knows.
    R"(CREATE TABLE accepted_servers (
        jkt TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, -- RFC 7638; what the person calls the server
        leaf_index INTEGER NOT NULL) STRICT, WITHOUT ROWID)", // the log's entry
    R"(CREATE TABLE bodies (
        idx INTEGER PRIMARY KEY,              -- the leaf of the decision
        at INTEGER NOT NULL,                  -- its time
        body BLOB NOT NULL) STRICT)", // the request's content as it was received
    "CREATE INDEX bodies_by_time ON bodies (at)",
});

// What services offer: which document holds for a service, and which bytes that is, stands in the log.
constexpr auto kVersion6 = std::to_array<const char*>({
    "CREATE INDEX log_leaves_of_services ON log_leaves (idx, kind) WHERE kind IN (5, 39)",
    // Older ones stay while a grant was given for them.
    R"(CREATE TABLE catalogues (
        idx INTEGER PRIMARY KEY,              -- the log's entry of the import
        service_id TEXT NOT NULL REFERENCES services (service_id) DEFERRABLE INITIALLY DEFERRED,
        digest BLOB NOT NULL,                 -- SHA-256 of the catalogue, as the entry has it
        catalogue TEXT NOT NULL               -- services::catalogueJson
    ) STRICT)",
    // What was offered when the person allowed something there, or looked last.
    R"(CREATE TABLE grant_catalogues (
        grant_id TEXT NOT NULL,
        service_id TEXT NOT NULL REFERENCES services (service_id) DEFERRABLE INITIALLY DEFERRED,
        catalogue INTEGER NOT NULL REFERENCES catalogues (idx) DEFERRABLE INITIALLY DEFERRED,
        PRIMARY KEY (grant_id, service_id)
    ) STRICT, WITHOUT ROWID)",
    "CREATE INDEX grant_catalogues_by_catalogue ON grant_catalogues (catalogue)",
});

} // namespace

std::span<const char* const> laterMigrationTo(int version)
{
    static_assert(kSchemaVersion == 6);
    switch (version) {
    case 5:
        return kVersion5;
    case 6:
        return kVersion6;
    default:
        return {};
    }
}

} // namespace countersign::store
