// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check.h"

#include "core/audit/check_devices.h"
#include "core/audit/check_grounds.h"
#include "core/audit/check_leaf.h"
#include "core/audit/check_receipts.h"
#include "core/audit/check_surroundings.h"
#include "core/audit/check_tree.h"
#include "core/audit/leaf_codec.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/merkle.h"
#include "core/crypto/signed_note.h"

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace countersign::audit {

namespace {

std::unexpected<Error> corrupt(std::string what)
{
    return fail(ErrorCode::StorageCorrupt, std::move(what));
}

constexpr std::string_view kOneEntry = "entry ";
constexpr std::string_view kSomeEntries = "one of the entries ";

std::string entry(std::uint64_t index)
{
    return std::string(kOneEntry) + std::to_string(index) + ": ";
}

std::string nameOf(const CheckTree::Node& node)
{
    return "node " + std::to_string(node.index) + " of level " + std::to_string(node.level) + " of the tree: ";
}

Result<std::uint64_t> number(store::Database& database, const char* sql)
{
    store::Query query(database, sql);
    TRY(query.next());
    return static_cast<std::uint64_t>(query.integer(0));
}

class Check {
public:
    Check(store::Database& database, const CheckExpectation& expected, const CheckOptions& options)
        : m_database(database)
        , m_expected(expected)
        , m_options(options)
        , m_leaves(database,
              // As blobs: a text would be made UTF-16 and back again.
              "SELECT idx, kind, at, CAST(client_id AS BLOB), CAST(grant_id AS BLOB), private_text, salt, leaf"
              " FROM log_leaves ORDER BY idx")
        , m_checkpoints(database, "SELECT size, root, note FROM log_checkpoints WHERE size >= ? ORDER BY size")
        , m_node(database, "SELECT hash FROM log_nodes WHERE level = ? AND idx = ?")
        , m_devices(expected.origin, expected.person)
    {
    }

    Result<CheckReport> run()
    {
        TRY(prepare());
        TRY(compareWithSigned());
        while (TRY(m_leaves.next())) {
            if (m_count % kProgressStep == 0)
                TRY(tellProgress());
            const auto nodes = TRY(takeLeaf());
            TRY(compareWithSigned());
            for (const CheckTree::Node& node : nodes)
                TRY(compareNode(node));
        }
        return conclude();
    }

private:
    enum class Nodes : std::uint8_t { Stored, Due }; ///< Due: an older database, which has none yet

    Result<void> prepare()
    {
        const bool isTail = m_options.scope == CheckScope::Tail;
        m_total = TRY(number(m_database, "SELECT coalesce(max(idx) + 1, 0) FROM log_leaves"));
        m_tail = isTail ? TRY(number(m_database, "SELECT coalesce(max(size), 0) FROM log_checkpoints")) : 0;
        m_nodes = TRY(number(m_database, "SELECT count(*) FROM meta WHERE key = 'log_nodes'")) > 0 ? Nodes::Due
                                                                                                   : Nodes::Stored;
        m_receipts = TRY(ReceiptCheck::start(m_database, m_expected.origin, m_tail));
        m_checkpoints.bind(static_cast<std::int64_t>(m_tail));
        return nextCheckpoint();
    }

    Result<void> tellProgress() const
    {
        if (m_options.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The check was cancelled.");
        if (m_options.progress)
            m_options.progress(m_count, m_total);
        return {};
    }

    Result<std::vector<CheckTree::Node>> takeLeaf()
    {
        if (m_leaves.integer(0) != static_cast<std::int64_t>(m_count))
            return corrupt(entry(m_count) + "it is missing");
        auto bytes = unpackLeaf(m_leaves.blob(7));
        if (!bytes)
            return corrupt(entry(m_count) + "it can't be unpacked");
        LeafRow row;
        row.kind = m_leaves.integer(1);
        row.leaf = {.index = m_count,
            .kind = static_cast<LeafKind>(row.kind), // compared in full before anybody sees it
            .at = {m_leaves.integer(2)},
            .agent = {m_leaves.blob(3)},
            .grant = {m_leaves.blob(4)},
            .bytes = std::move(*bytes),
            .privateText = m_leaves.isNull(5) ? std::nullopt : std::optional(m_leaves.blob(5))};
        row.salt = m_leaves.blob(6);
        std::string hash = crypto::leafHash(row.leaf.bytes);
        if (const auto good = checkRow(row, hash); !good)
            return good.error().code == ErrorCode::StorageCorrupt ? corrupt(entry(m_count) + good.error().message)
                                                                  : std::unexpected(good.error());
        ++m_count;
        if (m_options.visit)
            m_options.visit(row.leaf);
        return m_tree.add(std::move(hash));
    }

    Result<void> checkRow(const LeafRow& row, const std::string& hash)
    {
        const LeafClaims claims = TRY(checkLeaf(row));
        TRY(m_devices.take(claims, row.leaf));
        TRY(m_grants.take(claims, row.leaf.kind, hash));
        if (m_count < m_tail)
            return {};
        TRY(checkPrivateText(claims, row));
        return m_receipts->take(row.leaf, claims, hash);
    }

    Result<void> nextCheckpoint()
    {
        const bool more = TRY(m_checkpoints.next());
        m_nextCheckpoint = more ? std::optional(static_cast<std::uint64_t>(m_checkpoints.integer(0))) : std::nullopt;
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
        return std::string(kSomeEntries) + std::to_string(m_provenCount) + " to " + std::to_string(m_count - 1) + ": ";
    }

    Result<void> compareNode(const CheckTree::Node& node)
    {
        m_node.bind(node.level).bind(static_cast<std::int64_t>(node.index));
        if (!TRY(m_node.next()))
            return m_nodes == Nodes::Due ? Result<void>() : corrupt(nameOf(node) + "it is missing");
        if (m_node.blob(0) == node.hash)
            return {};
        // Where no signature says that the entries are right, they may be what is wrong.
        return corrupt(m_provenCount == m_count
                ? nameOf(node) + "it is not what the entries make"
                : suspects() + "not what " + nameOf(node) + "was made from, or that node is wrong");
    }

    Result<void> compareNodeCounts()
    {
        store::Query last(m_database, "SELECT level, max(idx) FROM log_nodes GROUP BY level");
        while (TRY(last.next())) {
            const std::int64_t level = last.integer(0);
            const bool exists = level > 0 && level <= CheckTree::kLevels;
            const std::uint64_t made = exists ? m_count >> static_cast<unsigned>(CheckTree::kLevelHeight * level) : 0;
            if (last.integer(1) >= static_cast<std::int64_t>(made))
                return corrupt(entry(m_count) + "it is missing; there is a node of level " + std::to_string(level)
                    + " that the entries don't make");
        }
        return {};
    }

    Result<CheckReport> conclude()
    {
        if (m_nextCheckpoint)
            return corrupt(
                entry(m_count) + "it is missing; " + std::to_string(*m_nextCheckpoint) + " entries were signed");
        TRY(compareNodeCounts());
        if (!m_expected.device.isEmpty() && !m_devices.knows(m_expected.device.value))
            return corrupt(entry(m_count) + "it is missing; with it the device got the key that it has now");
        TRY(m_receipts->finish());
        if (m_options.scope == CheckScope::Whole) {
            TRY(checkGrounds(m_database, {m_expected.person, m_expected.personKey}, m_options.stop));
            TRY(checkSurroundings(m_database, m_options.stop));
        }
        TRY(tellProgress());
        return CheckReport{
            .leaves = m_count, .root = m_tree.root(), .olderThanAnchor = m_count < m_expected.anchorSize};
    }

    store::Database& m_database;
    const CheckExpectation& m_expected;
    const CheckOptions& m_options;
    store::Query m_leaves;
    store::Query m_checkpoints;
    store::Query m_node;
    std::optional<ReceiptCheck> m_receipts;
    CheckTree m_tree;
    DeviceOrder m_devices;
    GrantOrder m_grants;
    Nodes m_nodes = Nodes::Stored;
    std::uint64_t m_total = 0;
    std::uint64_t m_tail = 0; ///< from this entry on everything is looked at
    std::uint64_t m_count = 0;
    std::uint64_t m_provenCount = 0;
    std::optional<std::uint64_t> m_nextCheckpoint;
};

/// Where the tail's check finds something wrong, the whole one says where it begins.
Result<CheckReport> checkNow(store::Database& database, const CheckExpectation& expected, const CheckOptions& options)
{
    auto report = Check(database, expected, options).run();
    if (report || report.error().code != ErrorCode::StorageCorrupt || options.scope == CheckScope::Whole)
        return report;
    auto whole = Check(database, expected, {.progress = options.progress, .stop = options.stop}).run();
    return whole ? report : whole;
}

} // namespace

Result<CheckReport> checkLog(store::Database& database, const CheckExpectation& expected, const CheckOptions& options)
{
    // All of one moment, while the log grows on.
    if (database.inTransaction())
        return checkNow(database, expected, options);
    TRY(database.begin());
    auto report = checkNow(database, expected, options);
    database.rollback();
    return report;
}

std::optional<std::uint64_t> firstSuspect(std::string_view message)
{
    for (const std::string_view before : {kOneEntry, kSomeEntries}) {
        std::uint64_t index = 0;
        if (message.starts_with(before)
            && std::from_chars(message.begin() + before.size(), message.end(), index).ec == std::errc())
            return index;
    }
    return std::nullopt;
}

} // namespace countersign::audit
