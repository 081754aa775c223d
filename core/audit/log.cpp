// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/log.h"

#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/digest.h"
#include "core/crypto/signed_note.h"

#include <utility>
#include <vector>

namespace countersign::audit {

namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::optional<std::int64_t> kNull;

std::unexpected<Error> contradiction(const std::string& what)
{
    return fail(ErrorCode::StorageCorrupt, "The log contradicts itself: " + what + ".");
}

// C2SP tlog-checkpoint: origin, size, root, a line each.
std::string checkpointText(const std::string& origin, std::uint64_t size, std::string_view root)
{
    return origin + '\n' + std::to_string(size) + '\n' + crypto::base64(root) + '\n';
}

Result<void> addClaim(json::Object& claims, std::string_view name, json::Value value)
{
    const auto [member, inserted] = claims.emplace(name, value);
    if (!inserted && member->value() != value)
        return fail(ErrorCode::Internal, "A log entry's “" + std::string(name) + "” is not what the log knows.");
    return {};
}

struct Commitment {
    std::string salt;
    std::string text; ///< base64url
};

std::optional<Commitment> commitmentTo(const std::optional<std::string>& text)
{
    if (!text)
        return std::nullopt;
    std::string salt = crypto::randomBytes(kSaltBytes);
    std::string commitment = crypto::sha256Base64url(salt + *text);
    return Commitment{.salt = std::move(salt), .text = std::move(commitment)};
}

Result<std::string> leafBytes(
    const LeafDraft& draft, const LogOwner& owner, UnixSeconds now, const std::optional<Commitment>& commitment)
{
    std::vector<std::pair<std::string_view, json::Value>> added{
        {"type", json::Value(leafKindName(draft.kind))},
        {"iat", json::Value(now.value)},
        {"person", json::Value(owner.person.value)},
        {"device", json::Value(owner.device.value)},
    };
    if (!draft.agent.isEmpty())
        added.emplace_back("client_id", json::Value(draft.agent.value));
    if (!draft.grant.isEmpty())
        added.emplace_back("grant_id", json::Value(draft.grant.value));
    if (commitment)
        added.emplace_back("text_commitment", json::Value(commitment->text));

    json::Object claims = draft.claims;
    for (auto& [name, value] : added) {
        if (auto done = addClaim(claims, name, std::move(value)); !done)
            return std::unexpected(done.error());
    }
    auto bytes = crypto::canonicalJson(json::Value(std::move(claims)));
    if (bytes && bytes->size() > kMaxLeafBytes)
        return fail(ErrorCode::TooLarge,
            "A log entry of " + std::to_string(bytes->size()) + " bytes is over the limit of "
                + std::to_string(kMaxLeafBytes) + ".");
    return bytes;
}

std::optional<std::string> idOrNull(const std::string& id)
{
    return id.empty() ? std::nullopt : std::optional(id);
}

} // namespace

Log::Log(store::Database& database, LogOwner owner, crypto::PrivateKey key)
    : m_database(&database), m_owner(std::move(owner)), m_key(std::move(key))
{
}

Result<Log> Log::open(store::Database& database, LogOwner owner, crypto::PrivateKey key)
{
    Log log(database, std::move(owner), std::move(key));
    if (auto done = log.reload(); !done)
        return std::unexpected(done.error());
    const auto last = log.lastCheckpoint();
    if (!last)
        return std::unexpected(last.error());
    if (!*last)
        return log;
    const Checkpoint& checkpoint = **last;
    if (checkpoint.size > log.size())
        return contradiction("it has " + std::to_string(log.size()) + " entries, but " + std::to_string(checkpoint.size)
            + " were signed");
    if (checkpoint.size == log.size() && checkpoint.root != log.root())
        return contradiction("its entries are not those that were signed");
    const auto text = crypto::openNote(checkpoint.note, log.origin(), log.m_key.publicKey());
    if (!text || *text != checkpointText(log.origin(), checkpoint.size, checkpoint.root))
        return contradiction("its last checkpoint was not signed by this device's log key");
    return log;
}

Result<void> Log::reload()
{
    store::Query leaves(*m_database, "SELECT coalesce(max(idx) + 1, 0) FROM log_leaves");
    const auto counted = leaves.next();
    if (!counted)
        return std::unexpected(counted.error());
    const auto count = static_cast<std::uint64_t>(leaves.integer(0));

    store::Query edge(*m_database, "SELECT size, roots FROM log_tree");
    const auto stored = edge.next();
    if (!stored)
        return std::unexpected(stored.error());
    const std::uint64_t size = *stored ? static_cast<std::uint64_t>(edge.integer(0)) : 0;
    if (size != count)
        return contradiction(
            "it has " + std::to_string(count) + " entries, but its tree counts " + std::to_string(size));

    const std::string joined = *stored ? edge.blob(1) : std::string();
    std::vector<std::string> roots;
    for (std::size_t at = 0; at < joined.size(); at += crypto::kSha256Bytes)
        roots.push_back(joined.substr(at, crypto::kSha256Bytes));
    auto tree = crypto::MerkleFrontier::restore(size, std::move(roots));
    if (!tree)
        return contradiction("its tree has another shape than its size");
    m_tree = std::move(*tree);
    return {};
}

Result<std::uint64_t> Log::append(const LeafDraft& draft, UnixSeconds now)
{
    if (!m_database->inTransaction())
        return fail(ErrorCode::Internal, "A log entry needs a transaction.");
    const auto commitment = commitmentTo(draft.privateText);
    const auto bytes = leafBytes(draft, m_owner, now, commitment);
    if (!bytes)
        return std::unexpected(bytes.error());

    crypto::MerkleFrontier tree = m_tree;
    tree.append(crypto::leafHash(*bytes));
    std::string roots;
    for (const std::string& root : tree.roots())
        roots += root;

    const std::uint64_t index = m_tree.size();
    store::Query leaf(*m_database,
        "INSERT INTO log_leaves (idx, kind, at, client_id, grant_id, private_text, salt, leaf)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    leaf.bind(static_cast<std::int64_t>(index)).bind(static_cast<std::int64_t>(draft.kind)).bind(now.value);
    leaf.bind(idOrNull(draft.agent.value)).bind(idOrNull(draft.grant.value));
    if (commitment)
        leaf.bindBlob(*draft.privateText).bindBlob(commitment->salt);
    else
        leaf.bind(kNull).bind(kNull);
    leaf.bindBlob(*bytes);
    if (auto done = leaf.run(); !done)
        return std::unexpected(done.error());

    store::Query edge(*m_database,
        "INSERT INTO log_tree (id, size, roots) VALUES (1, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET size = excluded.size, roots = excluded.roots");
    edge.bind(static_cast<std::int64_t>(tree.size())).bindBlob(roots);
    if (auto done = edge.run(); !done)
        return std::unexpected(done.error());
    m_tree = std::move(tree);
    return index;
}

std::string Log::origin() const
{
    return "countersign/" + m_owner.device.value;
}

Result<std::optional<Checkpoint>> Log::lastCheckpoint() const
{
    store::Query query(*m_database, "SELECT size, root, note FROM log_checkpoints ORDER BY size DESC LIMIT 1");
    const auto found = query.next();
    if (!found)
        return std::unexpected(found.error());
    if (!*found)
        return std::nullopt;
    return Checkpoint{
        .size = static_cast<std::uint64_t>(query.integer(0)), .root = query.blob(1), .note = query.text(2)};
}

Result<Checkpoint> Log::writeCheckpoint()
{
    auto last = lastCheckpoint();
    if (!last)
        return std::unexpected(last.error());
    if (*last && (*last)->size == size())
        return std::move(**last);

    Checkpoint checkpoint{.size = size(), .root = root(), .note = {}};
    auto note = crypto::signNote(checkpointText(origin(), checkpoint.size, checkpoint.root), origin(), m_key);
    if (!note)
        return std::unexpected(note.error());
    checkpoint.note = std::move(*note);

    store::Query query(*m_database,
        "INSERT INTO log_checkpoints (size, root, note, at)"
        " VALUES (?, ?, ?, coalesce((SELECT at FROM log_leaves WHERE idx = ?), 0))");
    query.bind(static_cast<std::int64_t>(checkpoint.size)).bindBlob(checkpoint.root).bind(checkpoint.note);
    query.bind(static_cast<std::int64_t>(checkpoint.size) - 1);
    if (auto done = query.run(); !done)
        return std::unexpected(done.error());
    return checkpoint;
}

} // namespace countersign::audit
