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

/// The tree of RFC 6962 section 2.1, computed for itself: full subtrees wait on a stack until a twin of their height
/// comes.
class Tree {
public:
    void add(std::string_view leaf)
    {
        Subtree last{.height = 0, .hash = crypto::leafHash(leaf)};
        while (!m_stack.empty() && m_stack.back().height == last.height) {
            last = {.height = last.height + 1, .hash = crypto::nodeHash(m_stack.back().hash, last.hash)};
            m_stack.pop_back();
        }
        m_stack.push_back(std::move(last));
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

    [[nodiscard]] std::string edge() const
    {
        std::string joined;
        for (const Subtree& subtree : m_stack)
            joined += subtree.hash;
        return joined;
    }

private:
    struct Subtree {
        int height;
        std::string hash;
    };
    std::vector<Subtree> m_stack;
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
        : m_expected(expected)
        , m_leaves(database,
              "SELECT idx, kind, at, client_id, grant_id, private_text, salt, leaf FROM log_leaves ORDER BY idx")
        , m_checkpoints(database, "SELECT size, root, note FROM log_checkpoints ORDER BY size")
        , m_edge(database, "SELECT size, roots FROM log_tree")
    {
    }

    Result<CheckReport> run(const std::function<void(const Leaf&)>& visit)
    {
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
        m_tree.add(leaf.bytes);
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

    Result<CheckReport> conclude()
    {
        if (m_nextCheckpoint)
            return corrupt(
                entry(m_count) + "it is missing; " + std::to_string(*m_nextCheckpoint) + " entries were signed");
        const auto stored = m_edge.next();
        if (!stored)
            return std::unexpected(stored.error());
        const std::int64_t size = *stored ? m_edge.integer(0) : 0;
        if (size != static_cast<std::int64_t>(m_count))
            return corrupt(entry(m_count) + "it is "
                + (size < 0 || std::cmp_less(size, m_count) ? "not counted" : "missing") + "; the tree counts "
                + std::to_string(size) + " entries");
        if (*stored && m_edge.blob(1) != m_tree.edge())
            return corrupt(suspects() + "not what the stored tree was made from");
        return CheckReport{
            .leaves = m_count, .root = m_tree.root(), .olderThanAnchor = m_count < m_expected.anchorSize};
    }

    const CheckExpectation& m_expected;
    store::Query m_leaves;
    store::Query m_checkpoints;
    store::Query m_edge;
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
