// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/store/migrations.h"

#include "core/store/later_migrations.h"

#include "core/store/database.h"

#include <array>

namespace countersign::store {

namespace {

// Conventions. Times (…_at, …_until, at) are Unix seconds unless the name ends in _ms. `state`, `kind`, `end_reason`
// and other enums are the integers or names of the C++ enum that is named beside them. Ids are text as they go over the
// wire; whoever holds a secret (auth_req_id, token, service secret) is known here by SHA-256 only. References are
// checked at commit, so that the order of inserts inside a transaction is free.
constexpr auto kVersion1 = std::to_array<const char*>({
    // Settings of the data itself: one name, one value. The schema's version stands in PRAGMA user_version.
    R"(CREATE TABLE meta (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID)",

    R"(CREATE TABLE agents (
        id INTEGER PRIMARY KEY,
        client_id TEXT NOT NULL UNIQUE,      -- RFC 7591
        name TEXT NOT NULL,                  -- client_name: the agent's own claim
        jwk TEXT NOT NULL,                   -- its registered public key, a JWK
        jkt TEXT NOT NULL,                   -- that key's thumbprint (RFC 7638)
        registered_at INTEGER NOT NULL,
        uid INTEGER,                         -- the peer that registered it; NULL: unknown
        executable TEXT,                     -- its program as last seen; NULL: unknown
        blocked INTEGER NOT NULL DEFAULT 0,  -- 1: the person blocked it
        unanswered INTEGER NOT NULL DEFAULT 0,      -- requests in a row that ran out without an answer
        cool_down_until INTEGER NOT NULL DEFAULT 0, -- no request before that; 0: none
        refused INTEGER NOT NULL DEFAULT 0          -- requests that were turned away since the person last looked
    ) STRICT)",
    "CREATE INDEX agents_by_jkt ON agents (jkt)",
    "CREATE INDEX agents_by_uid ON agents (uid)",

    // What Block covers beyond the one registration: a key or a program. One of the two is set.
    R"(CREATE TABLE blocks (
        id INTEGER PRIMARY KEY,
        jkt TEXT UNIQUE,
        executable TEXT UNIQUE,
        at INTEGER NOT NULL,
        CHECK (jkt IS NOT NULL OR executable IS NOT NULL)
    ) STRICT)",

    // Delegation requests (CIBA), waiting and done.
    R"(CREATE TABLE requests (
        id INTEGER PRIMARY KEY,
        request_id_hash BLOB NOT NULL UNIQUE, -- SHA-256 of the auth_req_id
        public_id TEXT NOT NULL UNIQUE,       -- what screens and the log call it
        client_id TEXT NOT NULL,
        asked TEXT NOT NULL,                  -- authorization_details as JSON
        binding_message TEXT,
        scope TEXT,
        dpop_jkt TEXT,
        merge_key BLOB,                       -- SHA-256 of what must be byte-equal to merge
        merged_into INTEGER REFERENCES requests (id) DEFERRABLE INITIALLY DEFERRED, -- the newer request that took its place
        asked_count INTEGER NOT NULL DEFAULT 1,
        evidence TEXT,                        -- the process chain as JSON
        facts TEXT,                           -- what the screen showed beside the request, as JSON
        received_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        poll_interval INTEGER NOT NULL,       -- seconds; grows with slow_down
        last_poll_ms INTEGER,                 -- milliseconds; NULL: not polled yet
        state INTEGER NOT NULL,               -- consent::RequestState
        ended_at INTEGER,
        grant_id TEXT,                        -- what came of it
        fetched_at INTEGER                    -- when its tokens were handed out first
    ) STRICT)",
    "CREATE INDEX requests_by_state ON requests (state, expires_at)",
    "CREATE INDEX requests_by_client ON requests (client_id, state)",
    "CREATE INDEX requests_by_merge_key ON requests (merge_key) WHERE merge_key IS NOT NULL",
    "CREATE INDEX requests_by_merged_into ON requests (merged_into) WHERE merged_into IS NOT NULL",

    R"(CREATE TABLE grants (
        id INTEGER PRIMARY KEY,
        grant_id TEXT NOT NULL UNIQUE,
        client_id TEXT NOT NULL,
        request INTEGER REFERENCES requests (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
        permission TEXT NOT NULL,             -- authorization_details as JSON: what was granted
        bound_jkt TEXT,                       -- the key that tokens are bound to; NULL: not known yet
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state INTEGER NOT NULL,               -- grants::GrantState
        ended_at INTEGER,
        end_reason TEXT,                      -- why it ended, a name that the log uses too
        last_used_at INTEGER
    ) STRICT)",
    "CREATE INDEX grants_by_state ON grants (state, expires_at)",
    "CREATE INDEX grants_by_client ON grants (client_id, state)",
    "CREATE INDEX grants_by_request ON grants (request) WHERE request IS NOT NULL",

    // The person's signature under a grant. A grant without a valid one does not exist, whatever its row says.
    R"(CREATE TABLE consents (
        id INTEGER PRIMARY KEY,
        grant_id TEXT NOT NULL UNIQUE REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        record TEXT NOT NULL,                 -- JWS, typ consent+jwt
        digest BLOB NOT NULL,                 -- SHA-256 of the record
        screen_text TEXT,                     -- what the person read; NULL: erased
        salt BLOB,                            -- of the text's commitment in the record
        locale TEXT NOT NULL,
        renderer INTEGER NOT NULL,            -- version of the code that wrote the text
        leaf_index INTEGER NOT NULL           -- the log's entry
    ) STRICT)",

    R"(CREATE TABLE tokens (
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,                -- grants::TokenKind
        token_hash BLOB NOT NULL UNIQUE,      -- SHA-256 of the token
        jti TEXT,                             -- of an access token
        grant_id TEXT NOT NULL REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        issued_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state INTEGER NOT NULL,               -- grants::TokenState
        successor INTEGER REFERENCES tokens (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED -- of a rotated refresh token
    ) STRICT)",
    "CREATE INDEX tokens_by_grant ON tokens (grant_id, kind, state)",
    "CREATE INDEX tokens_by_expiry ON tokens (expires_at)",
    "CREATE INDEX tokens_by_successor ON tokens (successor) WHERE successor IS NOT NULL",

    // What a grant has used up, by name.
    R"(CREATE TABLE counters (
        grant_id TEXT NOT NULL REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        name TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (grant_id, name)
    ) STRICT, WITHOUT ROWID)",

    // One-time ids of signed forms (DPoP, client assertions), until they would be refused as too old anyway.
    R"(CREATE TABLE used_proofs (
        owner TEXT NOT NULL,                  -- the key's thumbprint, or the client, whose id it is
        jti TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (owner, jti)
    ) STRICT, WITHOUT ROWID)",
    "CREATE INDEX used_proofs_by_expiry ON used_proofs (expires_at)",

    // Verifiers that may introspect.
    R"(CREATE TABLE services (
        id INTEGER PRIMARY KEY,
        service_id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        location TEXT NOT NULL,
        secret_hash BLOB NOT NULL,            -- SHA-256 of the service secret
        added_at INTEGER NOT NULL,
        removed_at INTEGER                    -- NULL: in use
    ) STRICT)",

    // The log (RFC 6962). The columns beside `leaf` repeat what stands in it, to be found by; audit/check holds them to
    // it.
    R"(CREATE TABLE log_leaves (
        idx INTEGER PRIMARY KEY,              -- from 0, without gaps
        kind INTEGER NOT NULL,                -- audit::LeafKind
        at INTEGER NOT NULL,
        client_id TEXT,
        grant_id TEXT,
        private_text BLOB,                    -- stands in the leaf as a commitment; NULL: none, or erased
        salt BLOB,                            -- of that commitment; erased with the text
        leaf BLOB NOT NULL
    ) STRICT)",
    // Each holds all that a filter looks at, so that a page of the timeline reads only the leaves that it shows.
    "CREATE INDEX log_leaves_in_order ON log_leaves (idx, kind, at)",
    "CREATE INDEX log_leaves_by_client ON log_leaves (client_id, idx, kind, at, grant_id) WHERE client_id IS NOT NULL",
    "CREATE INDEX log_leaves_by_grant ON log_leaves (grant_id, idx, kind, at, client_id) WHERE grant_id IS NOT NULL",
    // Against mistakes of our own: only a private text may be taken out again.
    R"(CREATE TRIGGER log_leaves_stay BEFORE UPDATE OF idx, kind, at, client_id, grant_id, leaf ON log_leaves
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END)",
    R"(CREATE TRIGGER log_leaves_are_kept BEFORE DELETE ON log_leaves
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END)",

    // The tree's right edge: the roots of its perfect subtrees, largest first, 32 bytes each.
    R"(CREATE TABLE log_tree (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        size INTEGER NOT NULL,
        roots BLOB NOT NULL
    ) STRICT)",
    R"(CREATE TABLE log_checkpoints (
        size INTEGER PRIMARY KEY,
        root BLOB NOT NULL,                   -- 32 bytes
        note TEXT NOT NULL,                   -- C2SP signed note
        at INTEGER NOT NULL                   -- the time of the newest leaf in it
    ) STRICT)",
});

// Grants make trees, what they use up is counted, and the person can be asked for one action.
constexpr auto kVersion2 = std::to_array<const char*>({
    // What the person calls an agent.
    "ALTER TABLE agents ADD COLUMN own_name TEXT",
    "CREATE UNIQUE INDEX agents_by_own_name ON agents (own_name) WHERE own_name IS NOT NULL",

    "ALTER TABLE requests ADD COLUMN purpose INTEGER NOT NULL DEFAULT 0", // consent::Purpose
    "ALTER TABLE requests ADD COLUMN subject_grant TEXT", // the grant to replace, or to act under
    "ALTER TABLE requests ADD COLUMN action TEXT", // the one action that is asked for, as canonical JSON
    "ALTER TABLE requests ADD COLUMN asked_because TEXT", // why the person is asked about it
    "CREATE INDEX requests_by_subject ON requests (subject_grant, state) WHERE subject_grant IS NOT NULL",

    "ALTER TABLE grants ADD COLUMN parent_id TEXT REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE grants ADD COLUMN depth INTEGER NOT NULL DEFAULT 0", // links between it and the person's decision
    "ALTER TABLE grants ADD COLUMN pairing TEXT NOT NULL DEFAULT ''", // Grant::pairing: numbers with commas between
    "CREATE INDEX grants_by_parent ON grants (parent_id) WHERE parent_id IS NOT NULL",

    // The delegation under each grant that is no root.
    R"(CREATE TABLE links (
        hash TEXT NOT NULL PRIMARY KEY,       -- grants::SignedLink::hash
        grant_id TEXT NOT NULL UNIQUE REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        jws TEXT NOT NULL,                    -- typ delegation+jwt
        exchanged_at INTEGER,                 -- when it was used up for a token; NULL: not yet
        leaf_index INTEGER NOT NULL           -- the log's entry of its first sight
    ) STRICT, WITHOUT ROWID)",

    // A grant may have several: its consent, then amendments and approvals of single actions.
    "ALTER TABLE consents RENAME TO consents_1",
    R"(CREATE TABLE consents (
        id INTEGER PRIMARY KEY,
        grant_id TEXT NOT NULL REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        seq INTEGER NOT NULL,                 -- 0: what made the grant; from 1 without gaps: what came later
        purpose INTEGER NOT NULL,             -- consent::Purpose
        record TEXT NOT NULL,                 -- JWS, typ consent+jwt
        digest BLOB NOT NULL,                 -- SHA-256 of the record
        screen_text TEXT,                     -- what the person read; NULL: erased
        salt BLOB,                            -- of the text's commitment in the record
        locale TEXT NOT NULL,
        renderer INTEGER NOT NULL,            -- version of the code that wrote the text
        leaf_index INTEGER NOT NULL,          -- the log's entry
        UNIQUE (grant_id, seq)
    ) STRICT)",
    R"(INSERT INTO consents
        (id, grant_id, seq, purpose, record, digest, screen_text, salt, locale, renderer, leaf_index)
        SELECT id, grant_id, 0, 0, record, digest, screen_text, salt, locale, renderer, leaf_index FROM consents_1)",
    "DROP TABLE consents_1",

    // What each detail of a grant has used up (grants::Uses). Money in millionths, days since 1970-01-01.
    "DROP TABLE counters", // was never written
    R"(CREATE TABLE uses (
        grant_id TEXT NOT NULL REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        detail INTEGER NOT NULL,
        uses INTEGER NOT NULL,
        total INTEGER NOT NULL,
        day INTEGER NOT NULL,                 -- the last one on which money was spent
        on_day INTEGER NOT NULL,              -- what was spent on it
        PRIMARY KEY (grant_id, detail)
    ) STRICT, WITHOUT ROWID)",
    R"(CREATE TABLE use_times (
        id INTEGER PRIMARY KEY,
        grant_id TEXT NOT NULL REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        detail INTEGER NOT NULL,
        at_ms INTEGER NOT NULL                -- milliseconds
    ) STRICT)",
    "CREATE INDEX use_times_by_grant ON use_times (grant_id, detail, at_ms)",
    R"(CREATE TABLE seen_values (
        grant_id TEXT NOT NULL REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        detail INTEGER NOT NULL,
        key TEXT NOT NULL,                    -- grants::Uses::seenDigests()
        PRIMARY KEY (grant_id, detail, key)
    ) STRICT, WITHOUT ROWID)",

    // One action that the person approved, good once.
    R"(CREATE TABLE approvals (
        id INTEGER PRIMARY KEY,
        grant_id TEXT NOT NULL REFERENCES grants (grant_id) DEFERRABLE INITIALLY DEFERRED,
        action_digest TEXT NOT NULL,          -- consent::actionDigest()
        request_id TEXT NOT NULL UNIQUE,      -- public_id of the request that was approved
        expires_at INTEGER NOT NULL,
        used_at INTEGER                       -- NULL: not used yet
    ) STRICT)",
    "CREATE INDEX approvals_by_grant ON approvals (grant_id, action_digest)",
    "CREATE INDEX approvals_by_expiry ON approvals (expires_at)",

    // Places of the status list, each taken until its token's end, also when the grant is gone before.
    R"(CREATE TABLE statuses (
        idx INTEGER PRIMARY KEY,
        token_hash BLOB NOT NULL UNIQUE,      -- SHA-256 of the access token
        grant_id TEXT NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT)",
    "CREATE INDEX statuses_by_grant ON statuses (grant_id)",
    "CREATE INDEX statuses_by_expiry ON statuses (expires_at)",
});

// Receipts, proofs of the log, and what other servers proved.
constexpr auto kVersion3 = std::to_array<const char*>({
    // The tree's inner nodes that are kept: roots of complete subtrees of 256^level leaves, level 1 and up. Written
    // once, when the last leaf of the subtree is. The rest of the tree is computed from these and the leaves.
    R"(CREATE TABLE log_nodes (
        level INTEGER NOT NULL,
        idx INTEGER NOT NULL,                 -- the subtree's place among those of its level, from 0
        hash BLOB NOT NULL,                   -- 32 bytes
        PRIMARY KEY (level, idx)
    ) STRICT, WITHOUT ROWID)",
    // Those of a log that is older than this table are computed when it is opened first.
    "INSERT INTO meta (key, value) SELECT 'log_nodes', 'due' WHERE (SELECT max(idx) FROM log_leaves) >= 255",
    "DROP TABLE log_tree",
    R"(CREATE TRIGGER log_nodes_stay BEFORE UPDATE ON log_nodes
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END)",
    R"(CREATE TRIGGER log_nodes_are_kept BEFORE DELETE ON log_nodes
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END)",

    // Public device keys that receipts were ever signed with.
    R"(CREATE TABLE device_keys (
        id INTEGER PRIMARY KEY,
        jkt TEXT NOT NULL UNIQUE,             -- RFC 7638
        jwk TEXT NOT NULL
    ) STRICT)",
    // Of a receipt only the signature is kept; its header and payload are made from the leaf again.
    R"(CREATE TABLE receipts (
        idx INTEGER PRIMARY KEY,              -- the leaf
        key INTEGER NOT NULL REFERENCES device_keys (id) DEFERRABLE INITIALLY DEFERRED,
        signature BLOB NOT NULL               -- ES256, 64 bytes
    ) STRICT)",

    // What witnesses signed under a checkpoint (C2SP tlog-cosignature).
    R"(CREATE TABLE cosignatures (
        size INTEGER NOT NULL,                -- of the checkpoint
        witness TEXT NOT NULL,                -- its name
        line TEXT NOT NULL,                   -- the note's signature line, without the newline
        PRIMARY KEY (size, witness)
    ) STRICT, WITHOUT ROWID)",

    // A signature that comes again finds the answer that it got.
    "ALTER TABLE used_proofs ADD COLUMN leaf_index INTEGER", // NULL: none

    // Receipts of other servers.
    R"(CREATE TABLE foreign_receipts (
        hash TEXT NOT NULL PRIMARY KEY,       -- base64url SHA-256 of the JWS
        idx INTEGER NOT NULL,                 -- the leaf that took it in
        jws TEXT NOT NULL,
        keys TEXT NOT NULL                    -- the other server's JWK set
    ) STRICT, WITHOUT ROWID)",

    // Texts of access tokens under which signed actions were decided, for evidence.
    R"(CREATE TABLE tokens_used (
        hash BLOB NOT NULL PRIMARY KEY,       -- SHA-256
        token TEXT NOT NULL
    ) STRICT, WITHOUT ROWID)",
});

// What others say of agents, and agents that the person forgot.
constexpr auto kVersion4 = std::to_array<const char*>({
    "ALTER TABLE agents ADD COLUMN forgotten_at INTEGER", // NULL: not. Its key may introduce itself again, as another
    // What is said of an agent, and what level the person gave it, stands in the log and is read from there.
    "CREATE INDEX log_leaves_of_trust ON log_leaves (client_id, kind, idx) WHERE kind IN (34, 35)",
    R"(CREATE TABLE agent_tokens (
        client_id TEXT NOT NULL PRIMARY KEY,
        token TEXT,                           -- the agent trust token that it showed last; NULL: none
        proven_at INTEGER,                    -- when it last showed that the key is its own; NULL: not yet
        newest TEXT NOT NULL DEFAULT '{}'     -- by issuer, the newest iat that was accepted; a JSON object
    ) STRICT, WITHOUT ROWID)",
});

} // namespace

std::span<const char* const> migrationTo(int version)
{
    switch (version) {
    case 1:
        return kVersion1;
    case 2:
        return kVersion2;
    case 3:
        return kVersion3;
    case 4:
        return kVersion4;
    default:
        return laterMigrationTo(version);
    }
}

} // namespace countersign::store
