// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/log.h"

#include "core/audit/leaf_codec.h"
#include "core/audit/log_nodes.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/digest.h"
#include "core/crypto/signed_note.h"

#include <utility>
#include <vector>

namespace countersign::audit {

namespace {

constexpr std::string_view kOriginPrefix = "countersign/";
constexpr std::size_t kSaltBytes = 16;
constexpr std::optional<std::int64_t> kNull;

std::unexpected<Error> contradiction(const std::string& what)
{
    return fail(ErrorCode::StorageCorrupt, "The log contradicts itself: " + what + ".");
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

/// What the log adds to the claims of a draft.
json::Object addedClaims(const LeafDraft& draft, const LogOwner& owner, UnixSeconds now,
    const std::optional<Commitment>& commitment, const std::optional<ChainEnd>& before)
{
    json::Object added{{"type", leafKindName(draft.kind)}, {"iat", now.value}, {"person", owner.person.value},
        {"device", owner.device.value}};
    if (!draft.agent.isEmpty())
        added["client_id"] = draft.agent.value;
    if (commitment)
        added["text_commitment"] = commitment->text;
    if (draft.grant.isEmpty())
        return added;
    added["grant_id"] = draft.grant.value;
    added["seq"] = before ? before->seq + 1 : 0;
    if (before)
        added["prev"] = crypto::base64url(before->hash);
    if (endsGrant(draft.kind))
        added["closing"] = true;
    return added;
}

Result<std::string> leafBytes(const LeafDraft& draft, const LogOwner& owner, UnixSeconds now,
    const std::optional<Commitment>& commitment, const std::optional<ChainEnd>& before)
{
    json::Object claims = draft.claims;
    for (const auto& [name, value] : addedClaims(draft, owner, now, commitment, before)) {
        const auto [member, inserted] = claims.emplace(name, value);
        if (!inserted && member->value() != value)
            return fail(ErrorCode::Internal, "A log entry's “" + std::string(name) + "” is not what the log knows.");
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

Result<void> insertLeaf(store::Database& database, const Appended& leaf, const LeafDraft& draft, UnixSeconds now,
    const std::optional<Commitment>& commitment)
{
    store::Query query(database,
        "INSERT INTO log_leaves (idx, kind, at, client_id, grant_id, private_text, salt, leaf)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(static_cast<std::int64_t>(leaf.index)).bind(static_cast<std::int64_t>(draft.kind)).bind(now.value);
    query.bind(idOrNull(draft.agent.value)).bind(idOrNull(draft.grant.value));
    if (commitment)
        query.bindBlob(*draft.privateText).bindBlob(commitment->salt);
    else
        query.bind(kNull).bind(kNull);
    return query.bindBlob(packLeaf(leaf.bytes)).run();
}

} // namespace

std::string originOf(const Thumbprint& device)
{
    return std::string(kOriginPrefix) + device.value;
}

Thumbprint deviceOf(std::string_view origin)
{
    return {std::string(origin.starts_with(kOriginPrefix) ? origin.substr(kOriginPrefix.size()) : std::string_view())};
}

Log::Log(store::Database& database, LogOwner owner, crypto::PrivateKey key)
    : m_database(&database), m_owner(std::move(owner)), m_key(std::move(key))
{
    if (m_owner.origin.empty())
        m_owner.origin = originOf(m_owner.device);
}

Result<Log> Log::open(store::Database& database, LogOwner owner, crypto::PrivateKey key)
{
    Log log(database, std::move(owner), std::move(key));
    TRY(log.reload());
    const auto last = TRY(lastCheckpoint(database));
    if (!last)
        return log;
    const Checkpoint& checkpoint = *last;
    if (checkpoint.size > log.size())
        return contradiction("it has " + std::to_string(log.size()) + " entries, but " + std::to_string(checkpoint.size)
            + " were signed");
    if (checkpoint.size == log.size() && checkpoint.root != log.root())
        return contradiction("its entries are not those that were signed");
    const auto head = openCheckpoint(checkpoint.note, log.origin(), log.m_key.publicKey());
    if (!head || head->size != checkpoint.size || head->root != checkpoint.root)
        return contradiction("its last checkpoint was not signed by this device's log key");
    return log;
}

Result<void> Log::reload()
{
    m_grants.forget();
    if (TRY(areNodesDue(*m_database)))
        TRY(writeDueNodes(*m_database));
    store::Query leaves(*m_database, "SELECT coalesce(max(idx) + 1, 0) FROM log_leaves");
    TRY(leaves.next());
    m_tree = TRY(readFrontier(*m_database, static_cast<std::uint64_t>(leaves.integer(0))));
    return {};
}

Result<std::optional<ChainEnd>> Log::chainEndOf(const LeafDraft& draft)
{
    if (draft.grant.isEmpty())
        return std::nullopt;
    return m_grants.endOf(*m_database, draft.grant);
}

Result<Appended> Log::append(const LeafDraft& draft, UnixSeconds now)
{
    if (!m_database->inTransaction())
        return fail(ErrorCode::Internal, "A log entry needs a transaction.");
    const auto commitment = commitmentTo(draft.privateText);
    const auto before = TRY(chainEndOf(draft));
    Appended leaf;
    leaf.index = m_tree.size();
    leaf.bytes = TRY(leafBytes(draft, m_owner, now, commitment, before));
    leaf.leafHash = crypto::leafHash(leaf.bytes);
    leaf.salt = commitment ? commitment->salt : std::string();
    TRY(insertLeaf(*m_database, leaf, draft, now, commitment));

    crypto::MerkleFrontier tree = m_tree;
    const auto completed = tree.append(leaf.leafHash);
    TRY(addNodes(*m_database, tree.size(), completed));
    m_tree = std::move(tree);
    if (!draft.grant.isEmpty())
        m_grants.setEnd(draft.grant, {.seq = before ? before->seq + 1 : 0, .hash = leaf.leafHash});
    return leaf;
}

Result<Checkpoint> Log::writeCheckpoint()
{
    auto last = TRY(lastCheckpoint(*m_database));
    if (last && last->size == size())
        return std::move(*last);

    Checkpoint checkpoint{.size = size(), .root = root(), .note = {}};
    checkpoint.note =
        TRY(crypto::signNote(treeHeadText({origin(), checkpoint.size, checkpoint.root}), origin(), m_key));

    store::Query query(*m_database,
        "INSERT INTO log_checkpoints (size, root, note, at)"
        " VALUES (?, ?, ?, coalesce((SELECT at FROM log_leaves WHERE idx = ?), 0))");
    query.bind(static_cast<std::int64_t>(checkpoint.size)).bindBlob(checkpoint.root).bind(checkpoint.note);
    query.bind(static_cast<std::int64_t>(checkpoint.size) - 1);
    TRY(query.run());
    return checkpoint;
}

} // namespace countersign::audit
