// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/evidence/selection.h"

#include "core/audit/checkpoint.h"
#include "core/audit/leaf.h"
#include "core/audit/leaf_codec.h"
#include "core/audit/receipt.h"
#include "core/audit/rotation.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/consent/request.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/grants/ledger.h"

#include <format>
#include <limits>
#include <utility>

namespace countersign::evidence {

namespace {

using audit::LeafKind;

class Selecting {
public:
    /// `end`: how many entries count at all.
    Selecting(store::Database& database, std::int64_t end) : m_database(database), m_end(end) { }

    Result<void> start(const ReceiptWanted& wanted)
    {
        const auto index = audit::indexOfReceipt(wanted.id);
        const auto claims = index ? TRY(claimsOf(*index)) : std::nullopt;
        const auto id = claims ? TRY(json::optionalString(*claims, "jti")) : std::nullopt;
        if (!id || !crypto::equalInConstantTime(*id, wanted.id))
            return fail(ErrorCode::NotFound, "There is no such receipt.");
        return start(EntryWanted{*index});
    }

    Result<void> start(const EntryWanted& wanted)
    {
        store::Query query(m_database, "SELECT kind FROM log_leaves JOIN receipts USING (idx) WHERE idx = ?");
        query.bind(static_cast<std::int64_t>(wanted.index));
        if (!TRY(query.next()) || !isDecision(query.integer(0)))
            return fail(ErrorCode::NotFound,
                "Entry " + std::to_string(wanted.index) + " is not a decision about an action with a receipt.");
        if (isBeyond(wanted.index))
            return fail(ErrorCode::NotFound,
                "Entry " + std::to_string(wanted.index) + " was not signed before the log ended, after "
                    + std::to_string(m_end) + " entries. Nobody can prove any more that it stood in it.");
        m_selection.subject = {Kind::Action, {}, wanted.index, wanted.index};
        return addSubject(wanted.index);
    }

    Result<void> start(const GrantWanted& wanted)
    {
        const grants::Ledger ledger(m_database);
        std::vector<GrantId> tree = TRY(ledger.descendantsOf(wanted.id));
        tree.push_back(wanted.id);
        m_selection.subject = {Kind::Grant, wanted.id, 0, 0};
        for (const GrantId& grant : tree) {
            store::Query query(m_database, "SELECT idx FROM log_leaves WHERE grant_id = ? AND idx < ? ORDER BY idx");
            query.bind(grant.value).bind(m_end);
            while (TRY(query.next())) {
                TRY(addSubject(static_cast<std::uint64_t>(query.integer(0))));
                m_selection.grants.insert(grant);
            }
        }
        if (m_selection.entries.empty())
            return fail(ErrorCode::NotFound, "There is no such grant.");
        for (const grants::Grant& above : TRY(ledger.chainOf(wanted.id)))
            m_selection.grants.insert(above.id);
        return {};
    }

    Result<void> start(const SpanWanted& wanted)
    {
        store::Query query(
            m_database, "SELECT min(idx), max(idx) FROM log_leaves WHERE at BETWEEN ? AND ? AND idx < ?");
        query.bind(wanted.from.value).bind(wanted.to.value).bind(m_end);
        if (!TRY(query.next()) || query.isNull(0))
            return fail(ErrorCode::NotFound, "Nothing was logged in that time.");
        const auto first = static_cast<std::uint64_t>(query.integer(0));
        const auto last = static_cast<std::uint64_t>(query.integer(1));
        m_selection.subject = {Kind::Span, {}, first, last};
        for (std::uint64_t index = first; index <= last; ++index)
            TRY(addSubject(index));
        return {};
    }

    /// What the subject's entries rest on, and how the device came to the keys that it had and has.
    Result<Selection> finish()
    {
        for (const audit::LoggedRotation& logged : TRY(audit::readRotations(m_database)))
            TRY(add(logged.index));
        for (const GrantId& grant : m_selection.grants)
            TRY(addSourcesOf(grant));
        return std::move(m_selection);
    }

private:
    static bool isDecision(std::int64_t kind)
    {
        return kind == std::to_underlying(LeafKind::ActionPermitted)
            || kind == std::to_underlying(LeafKind::ActionDenied);
    }

    Result<std::optional<json::Object>> claimsOf(std::uint64_t index)
    {
        store::Query query(m_database, "SELECT leaf FROM log_leaves WHERE idx = ?");
        if (!TRY(query.bind(static_cast<std::int64_t>(index)).next()))
            return std::nullopt;
        const std::string leaf = TRY(audit::unpackLeaf(query.blob(0)));
        return TRY(json::parseObject(leaf));
    }

    [[nodiscard]] bool isBeyond(std::uint64_t index) const { return std::cmp_greater_equal(index, m_end); }

    Result<void> add(std::uint64_t index)
    {
        if (isBeyond(index))
            return {};
        m_selection.entries.insert(index);
        if (m_selection.entries.size() > kMaxEntries)
            return fail(ErrorCode::TooLarge,
                std::format(
                    "The evidence would have more than {} entries of the log. Take less of it at once.", kMaxEntries));
        return {};
    }

    /// One that the file is about: with the grants of its chain, the person's yes to it, and its outcome.
    Result<void> addSubject(std::uint64_t index)
    {
        TRY(add(index));
        const auto claims = TRY(claimsOf(index));
        if (!claims)
            return fail(ErrorCode::StorageCorrupt, "Entry " + std::to_string(index) + " of the log is missing.");
        TRY(addDecisionOf(*claims));
        if (!claims->contains("chain"))
            return {};
        const std::vector<std::string> chain = TRY(json::requiredStrings(*claims, "chain"));
        for (const std::string& grant : chain)
            m_selection.grants.insert(GrantId{grant});
        if (const auto approval = TRY(json::optionalString(*claims, "approval")); approval && !chain.empty())
            TRY(addApproval(GrantId{chain.back()}, *approval));
        if (const auto id = TRY(json::optionalString(*claims, "jti")))
            TRY(addOutcomeOf(*id));
        return addUpstreamOf(index);
    }

    /// An outcome, or what other servers decided, needs the decision that it is about.
    Result<void> addDecisionOf(const json::Object& claims)
    {
        const json::Value* receipt = claims.if_contains("receipt");
        if (receipt == nullptr || !receipt->is_object() || !(claims.contains("outcome") || claims.contains("upstream")))
            return {};
        const auto index = static_cast<std::uint64_t>(TRY(json::requiredInteger(receipt->get_object(), "index")));
        return m_selection.entries.contains(index) ? Result<void>() : addSubject(index);
    }

    Result<void> addOutcomeOf(const std::string& receipt)
    {
        store::Query query(m_database, "SELECT leaf_index FROM used_proofs WHERE owner = 'outcome' AND jti = ?");
        if (TRY(query.bind(receipt).next()))
            TRY(add(static_cast<std::uint64_t>(query.integer(0))));
        return {};
    }

    Result<void> addUpstreamOf(std::uint64_t decision)
    {
        store::Query query(m_database, "SELECT DISTINCT idx FROM foreign_receipts WHERE action = ?");
        query.bind(static_cast<std::int64_t>(decision));
        while (TRY(query.next()))
            TRY(add(static_cast<std::uint64_t>(query.integer(0))));
        return {};
    }

    /// The consent record says which request it answers.
    Result<void> addApproval(const GrantId& grant, const std::string& requestId)
    {
        store::Query query(
            m_database, "SELECT record, leaf_index FROM consents WHERE grant_id = ? AND purpose = ? ORDER BY seq");
        query.bind(grant.value).bind(std::int64_t{std::to_underlying(consent::Purpose::Action)});
        while (TRY(query.next())) {
            const crypto::Jws record = TRY(crypto::parseJws(query.text(0)));
            const auto claims = TRY(json::parseObject(record.payload));
            if (TRY(json::optionalString(claims, "request_id")) == requestId)
                return add(static_cast<std::uint64_t>(query.integer(1)));
        }
        return {};
    }

    /// The entries of the consent and its amendments, or of the link; and where the person let it go on after the clock
    /// had been set back, which explains times that are out of order.
    Result<void> addSourcesOf(const GrantId& grant)
    {
        store::Query consents(m_database, "SELECT leaf_index FROM consents WHERE grant_id = ? AND purpose <> ?");
        consents.bind(grant.value).bind(std::int64_t{std::to_underlying(consent::Purpose::Action)});
        while (TRY(consents.next()))
            TRY(add(static_cast<std::uint64_t>(consents.integer(0))));
        store::Query link(m_database, "SELECT leaf_index FROM links WHERE grant_id = ?");
        if (TRY(link.bind(grant.value).next()))
            TRY(add(static_cast<std::uint64_t>(link.integer(0))));
        return addResumed(grant);
    }

    /// The last one before what the file is about; of what lies in it all are there, or wanted.
    Result<void> addResumed(const GrantId& grant)
    {
        const bool isWhole = m_selection.subject.kind == Kind::Grant;
        store::Query query(m_database,
            "SELECT idx FROM log_leaves WHERE grant_id = ? AND kind = ? AND idx < ? ORDER BY idx DESC LIMIT ?");
        query.bind(grant.value).bind(std::int64_t{std::to_underlying(LeafKind::GrantResumed)});
        query.bind(
            isWhole ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(m_selection.subject.first));
        query.bind(std::int64_t{isWhole ? -1 : 1}); // no limit
        while (TRY(query.next()))
            TRY(add(static_cast<std::uint64_t>(query.integer(0))));
        return {};
    }

    store::Database& m_database;
    std::int64_t m_end;
    Selection m_selection;
};

Result<std::int64_t> endOf(store::Database& database, Unsigned entries)
{
    if (entries == Unsigned::Awaited)
        return std::numeric_limits<std::int64_t>::max();
    const auto last = TRY(audit::lastCheckpoint(database));
    return last ? static_cast<std::int64_t>(last->size) : 0;
}

} // namespace

Result<Selection> select(store::Database& database, const Wanted& wanted, Unsigned entries)
{
    Selecting selecting(database, TRY(endOf(database, entries)));
    TRY(std::visit([&](const auto& what) { return selecting.start(what); }, wanted));
    return selecting.finish();
}

} // namespace countersign::evidence
