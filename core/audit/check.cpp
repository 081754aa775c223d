// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check.h"

#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/digest.h"
#include "core/crypto/merkle.h"
#include "core/crypto/signed_note.h"

#include <utility>
#include <vector>

namespace countersign::audit {

namespace {

std::unexpected<Error> corrupt(const std::string& what)
{
    return fail(ErrorCode::StorageCorrupt, what);
}

std::string entry(std::uint64_t index)
{
    return "entry " + std::to_string(index) + ": ";
}

constexpr int kLevelHeight = 8; // stored are the roots of subtrees of 2^8, 2^16 … leaves
constexpr int kMaxLevel = 7;

struct Node {
    int level = 0;
    std::uint64_t index = 0;
    std::string hash;
};

/// The tree of RFC 6962 section 2.1, computed for itself: full subtrees wait on a stack until a twin of their height
/// comes.
class Tree {
public:
    /// Returns what is to be stored now that this leaf is in.
    std::vector<Node> add(std::string_view leaf)
    {
        std::vector<Node> stored;
        Subtree last{.height = 0, .hash = crypto::leafHash(leaf)};
        while (!m_stack.empty() && m_stack.back().height == last.height) {
            last = {.height = last.height + 1, .hash = crypto::nodeHash(m_stack.back().hash, last.hash)};
            m_stack.pop_back();
            if (last.height % kLevelHeight == 0)
                stored.push_back(
                    {.level = last.height / kLevelHeight, .index = m_size >> last.height, .hash = last.hash});
        }
        m_stack.push_back(std::move(last));
        ++m_size;
        return stored;
    }

    [[nodiscard]] std::string root() const
    {
        if (m_stack.empty())
            return crypto::sha256("");
        std::string right = m_stack.back().hash;
        for (auto left = m_stack.rbegin() + 1; left != m_stack.rend(); ++left)
            right = crypto::nodeHash(left->hash, right);
        return right;
    }

private:
    struct Subtree {
        int height;
        std::string hash;
    };
    std::vector<Subtree> m_stack;
    std::uint64_t m_size = 0;
};

Result<std::optional<std::string>> textMember(const json::Object& claims, std::string_view name)
{
    return json::optionalString(claims, name);
}

/// The columns beside a leaf repeat what stands in it.
Result<void> compareColumn(const json::Object& claims, std::string_view name, const std::string& column)
{
    const auto claim = textMember(claims, name);
    if (!claim || claim->value_or("") != column)
        return corrupt("filed under another “" + std::string(name) + "” than it says");
    return {};
}

Result<void> checkPrivateText(const json::Object& claims, const Leaf& leaf, const std::string& salt)
{
    if (!leaf.privateText)
        return {}; // none, or erased
    const auto commitment = textMember(claims, "text_commitment");
    if (!commitment || !*commitment)
        return corrupt("it has a private text that it does not speak of");
    if (**commitment != crypto::sha256Base64url(salt + *leaf.privateText))
        return corrupt("its private text is not the one that it was made with");
    return {};
}

Result<void> checkLeaf(const Leaf& leaf, std::int64_t kindColumn, const std::string& salt)
{
    const auto claims = json::parseObject(leaf.bytes, {.maxDepth = json::kMaxDepth, .maxBytes = kMaxLeafBytes});
    if (!claims)
        return corrupt("it can't be read (" + claims.error().message + ")");
    const auto canonical = crypto::canonicalJson(*claims);
    if (!canonical || *canonical != leaf.bytes)
        return corrupt("it is not in canonical form");
    const auto type = json::requiredString(*claims, "type");
    const auto kind = type ? leafKindFromName(*type) : std::nullopt;
    if (!kind || static_cast<std::int64_t>(*kind) != kindColumn)
        return corrupt("filed under another kind than it says");
    const auto issuedAt = json::requiredInteger(*claims, "iat");
    if (!issuedAt || *issuedAt != leaf.at.value)
        return corrupt("filed under another time than it says");
    if (auto same = compareColumn(*claims, "client_id", leaf.agent.value); !same)
        return same;
    if (auto same = compareColumn(*claims, "grant_id", leaf.grant.value); !same)
        return same;
    return checkPrivateText(*claims, leaf, salt);
}

class Check {
public:
    Check(store::Database& database, const CheckExpectation& expected)
        : m_database(database)
        , m_expected(expected)
        , m_leaves(database,
              "SELECT idx, kind, at, client_id, grant_id, private_text, salt, leaf FROM log_leaves ORDER BY idx")
        , m_checkpoints(database, "SELECT size, root, note FROM log_checkpoints ORDER BY size")
        , m_node(database, "SELECT hash FROM log_nodes WHERE level = ? AND idx = ?")
        , m_lastNode(database, "SELECT coalesce(max(idx) + 1, 0) FROM log_nodes WHERE level = ?")
    {
    }

    Result<CheckReport> run(const std::function<void(const Leaf&)>& visit)
    {
        if (auto done = findNodes(); !done)
            return std::unexpected(done.error());
        if (auto done = nextCheckpoint(); !done)
            return std::unexpected(done.error());
        if (auto done = compareWithSigned(); !done)
            return std::unexpected(done.error());
        for (;;) {
            const auto more = m_leaves.next();
            if (!more)
                return std::unexpected(more.error());
            if (!*more)
                break;
            if (auto done = takeLeaf(visit); !done)
                return std::unexpected(done.error());
            if (auto done = compareWithSigned(); !done)
                return std::unexpected(done.error());
        }
        return conclude();
    }

private:
    Result<void> takeLeaf(const std::function<void(const Leaf&)>& visit)
    {
        if (m_leaves.integer(0) != static_cast<std::int64_t>(m_count))
            return corrupt(entry(m_count) + "it is missing");
        const std::int64_t kind = m_leaves.integer(1);
        const Leaf leaf{.index = m_count,
            .kind = static_cast<LeafKind>(kind), // compared in full below, before anybody sees it
            .at = {m_leaves.integer(2)},
            .agent = {m_leaves.optionalText(3).value_or("")},
            .grant = {m_leaves.optionalText(4).value_or("")},
            .bytes = m_leaves.blob(7),
            .privateText = m_leaves.isNull(5) ? std::nullopt : std::optional(m_leaves.blob(5))};
        if (auto good = checkLeaf(leaf, kind, m_leaves.blob(6)); !good)
            return corrupt(entry(m_count) + good.error().message);
        for (const Node& node : m_tree.add(leaf.bytes)) {
            if (auto same = compareNode(node); !same)
                return same;
        }
        ++m_count;
        if (visit)
            visit(leaf);
        return {};
    }

    Result<void> nextCheckpoint()
    {
        const auto more = m_checkpoints.next();
        if (!more)
            return std::unexpected(more.error());
        m_nextCheckpoint = *more ? std::optional(static_cast<std::uint64_t>(m_checkpoints.integer(0))) : std::nullopt;
        return {};
    }

    /// What was signed, and what the keychain remembers, of the first m_count entries.
    Result<void> compareWithSigned()
    {
        if (m_expected.anchorSize == m_count && m_count > 0 && m_expected.anchorRoot != m_tree.root())
            return corrupt(suspects() + "not what the keychain remembers");
        if (m_nextCheckpoint != m_count)
            return {};
        const std::string name = "the checkpoint of " + std::to_string(m_count) + " entries: ";
        const auto text = crypto::openNote(m_checkpoints.text(2), m_expected.origin, m_expected.key);
        if (!text)
            return corrupt(name + "its signature is not by this log's key");
        const std::string root = m_checkpoints.blob(1);
        if (*text != m_expected.origin + "\n" + std::to_string(m_count) + "\n" + crypto::base64(root) + "\n")
            return corrupt(name + "it is filed under another size or root than was signed");
        if (root != m_tree.root())
            return corrupt(suspects() + "not what the checkpoint of " + std::to_string(m_count) + " entries signed");
        m_provenCount = m_count;
        return nextCheckpoint();
    }

    /// Among which entries the first bad one is: those since the last signature that was right.
    [[nodiscard]] std::string suspects() const
    {
        if (m_count - m_provenCount <= 1)
            return entry(m_provenCount);
        return "one of the entries " + std::to_string(m_provenCount) + " to " + std::to_string(m_count - 1) + ": ";
    }

    Result<void> compareNode(const Node& node)
    {
        if (m_nodes == Nodes::Due)
            return {};
        m_node.bind(node.level).bind(static_cast<std::int64_t>(node.index));
        const auto stored = m_node.next();
        if (!stored)
            return std::unexpected(stored.error());
        const std::string name =
            "node " + std::to_string(node.index) + " of level " + std::to_string(node.level) + " of the tree: ";
        if (!*stored)
            return corrupt(name + "it is missing");
        if (m_node.blob(0) != node.hash)
            return corrupt(name + "not what the entries make it");
        return {};
    }

    Result<void> compareNodeCounts()
    {
        for (int level = 1; level <= kMaxLevel; ++level) {
            m_lastNode.bind(level);
            if (const auto stored = m_lastNode.next(); !stored)
                return std::unexpected(stored.error());
            if (m_lastNode.integer(0) > static_cast<std::int64_t>(m_count >> (kLevelHeight * level)))
                return corrupt(entry(m_count) + "it is missing; the tree has more nodes at level "
                    + std::to_string(level) + " than the entries make");
        }
        return {};
    }

    Result<void> findNodes()
    {
        const auto due = store::Query(m_database, "SELECT 1 FROM meta WHERE key = 'log_nodes'").next();
        if (!due)
            return std::unexpected(due.error());
        m_nodes = *due ? Nodes::Due : Nodes::Stored;
        return {};
    }

    Result<CheckReport> conclude()
    {
        if (m_nextCheckpoint)
            return corrupt(
                entry(m_count) + "it is missing; " + std::to_string(*m_nextCheckpoint) + " entries were signed");
        if (auto done = compareNodeCounts(); !done)
            return std::unexpected(done.error());
        return CheckReport{
            .leaves = m_count, .root = m_tree.root(), .olderThanAnchor = m_count < m_expected.anchorSize};
    }

    enum class Nodes : std::uint8_t { Stored, Due }; ///< Due: an older database, which has none yet

    store::Database& m_database;
    const CheckExpectation& m_expected;
    store::Query m_leaves;
    store::Query m_checkpoints;
    store::Query m_node;
    store::Query m_lastNode;
    Nodes m_nodes = Nodes::Stored;
    Tree m_tree;
    std::uint64_t m_count = 0;
    std::uint64_t m_provenCount = 0;
    std::optional<std::uint64_t> m_nextCheckpoint;
};

} // namespace

Result<CheckReport> checkLog(
    store::Database& database, const CheckExpectation& expected, const std::function<void(const Leaf&)>& visit)
{
    // All of one moment, while the log grows on.
    if (database.inTransaction())
        return Check(database, expected).run(visit);
    if (auto begun = database.begin(); !begun)
        return std::unexpected(begun.error());
    auto report = Check(database, expected).run(visit);
    database.rollback();
    return report;
}

} // namespace countersign::audit
