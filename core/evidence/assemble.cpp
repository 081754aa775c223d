// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/evidence/assemble.h"

#include "core/audit/checkpoint.h"
#include "core/audit/leaf_codec.h"
#include "core/audit/proofs.h"
#include "core/audit/receipt.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/dpop.h"
#include "core/evidence/selection.h"
#include "core/grants/link.h"

#include <algorithm>
#include <set>

namespace countersign::evidence {

namespace {

/// Counts what the file will hold, before it is all in memory.
class Room {
public:
    Result<void> take(std::size_t bytes)
    {
        m_taken += bytes;
        if (m_taken > kMaxEvidenceBytes)
            return fail(ErrorCode::TooLarge, "The evidence would be larger than 64 MiB. Take less of it at once.");
        return {};
    }

private:
    std::size_t m_taken = 0;
};

class Assembly {
public:
    Assembly(store::Database& database, const audit::LogIdentity& owner, Details details)
        : m_database(database), m_owner(owner), m_details(details)
    {
    }

    Result<Evidence> make(const Selection& selection)
    {
        m_evidence.subject = selection.subject;
        addKey(m_evidence.devices, m_owner.device);
        addKey(m_evidence.persons, m_owner.person);
        m_evidence.logKey = m_owner.verifierKey;
        m_evidence.logKeyStatement = m_owner.statement;
        TRY(addCheckpoint(*selection.entries.rbegin()));
        for (const std::uint64_t index : selection.entries)
            TRY(addEntry(index));
        for (const std::uint64_t index : selection.entries)
            TRY(addConsentOf(index));
        for (const GrantId& grant : selection.grants)
            TRY(addLinkOf(grant));
        return std::move(m_evidence);
    }

private:
    static void addKey(std::vector<crypto::PublicKey>& keys, const crypto::PublicKey& key)
    {
        if (!std::ranges::contains(keys, key))
            keys.push_back(key);
    }

    /// The key of the device that wrote the entry, which may be one that was replaced since.
    Result<void> addDeviceOf(const json::Object& claims)
    {
        const std::string device = TRY(json::requiredString(claims, "device"));
        if (!m_devices.insert(device).second)
            return {};
        store::Query query(m_database, "SELECT jwk FROM device_keys WHERE jkt = ?");
        if (!TRY(query.bind(device).next()))
            return {};
        const json::Object jwk = TRY(json::parseObject(query.text(0)));
        addKey(m_evidence.devices, TRY(crypto::PublicKey::fromJwk(jwk)));
        return {};
    }

    Result<void> addCheckpoint(std::uint64_t last)
    {
        const auto checkpoint = TRY(audit::checkpointFor(m_database, last));
        if (!checkpoint)
            return fail(
                ErrorCode::TemporarilyUnavailable, "The log is not signed up to there yet. Ask again in some seconds.");
        m_size = checkpoint->size;
        m_evidence.checkpoint = TRY(audit::cosignedNote(m_database, *checkpoint));
        return {};
    }

    Result<void> addEntry(std::uint64_t index)
    {
        store::Query query(m_database, "SELECT leaf, private_text, salt FROM log_leaves WHERE idx = ?");
        if (!TRY(query.bind(static_cast<std::int64_t>(index)).next()))
            return fail(ErrorCode::StorageCorrupt, "Entry " + std::to_string(index) + " of the log is missing.");
        Entry entry;
        entry.index = index;
        entry.leaf = TRY(audit::unpackLeaf(query.blob(0)));
        if (m_details != Details::LeftOut && !query.isNull(1))
            entry.disclosure = Opening{query.blob(2), query.blob(1)};
        const json::Object claims = TRY(json::parseObject(*entry.leaf));
        TRY(addDeviceOf(claims));
        TRY(useReceipt(entry));
        TRY(addActing(claims, entry));
        TRY(addUpstream(entry));
        TRY(addBody(entry));
        entry.inclusion = TRY(audit::inclusionProof(m_database, index, m_size));
        TRY(m_room.take(entry.leaf.value_or(std::string()).size() + entry.receipt.value_or(std::string()).size()
            + (entry.disclosure ? entry.disclosure->text.size() : 0)));
        m_evidence.entries.push_back(std::move(entry));
        return {};
    }

    /// The receipt in the place of the leaf, where there is one.
    Result<void> useReceipt(Entry& entry)
    {
        auto receipt = audit::readReceipt(m_database, entry.index, m_owner.origin);
        if (!receipt && receipt.error().code == ErrorCode::NotFound)
            return {};
        TRY(receipt);
        entry.receipt = std::move(receipt->jws);
        entry.leaf.reset();
        return {};
    }

    /// The token that was shown, and the key that proved it.
    Result<void> addActing(const json::Object& claims, const Entry& entry)
    {
        const auto digest = TRY(json::optionalString(claims, "token"));
        if (!digest)
            return {};
        if (m_tokens.insert(*digest).second) {
            store::Query query(m_database, "SELECT token FROM tokens_used WHERE hash = ?");
            const std::string hash = TRY(crypto::fromBase64url(*digest));
            if (TRY(query.bindBlob(hash).next())) {
                m_evidence.tokens.push_back(query.text(0));
                TRY(m_room.take(m_evidence.tokens.back().size()));
            }
        }
        if (!entry.disclosure)
            return {};
        const json::Object details = TRY(json::parseObject(entry.disclosure->text));
        if (const auto proof = TRY(json::optionalString(details, "dpop")))
            addKey(m_evidence.agents, TRY(crypto::dpopKey(*proof)));
        return {};
    }

    Result<void> addUpstream(Entry& entry)
    {
        store::Query query(
            m_database, "SELECT jws, key, salt, private_text FROM foreign_receipts WHERE idx = ? ORDER BY leaf_hash");
        query.bind(static_cast<std::int64_t>(entry.index));
        while (TRY(query.next())) {
            ForeignReceipt foreign{query.text(0), "{\"keys\":[" + query.text(1) + "]}", std::nullopt};
            if (m_details != Details::LeftOut && !query.isNull(3))
                foreign.disclosure = Opening{query.blob(2), query.blob(3)};
            TRY(m_room.take(foreign.receipt.size() + foreign.keys.size()
                + (foreign.disclosure ? foreign.disclosure->text.size() : 0)));
            entry.upstream.push_back(std::move(foreign));
        }
        return {};
    }

    Result<void> addBody(Entry& entry)
    {
        if (m_details != Details::WithBodies || !entry.disclosure)
            return {};
        store::Query query(m_database, "SELECT body FROM bodies WHERE idx = ?");
        if (!TRY(query.bind(static_cast<std::int64_t>(entry.index)).next()))
            return {};
        entry.body = query.blob(0);
        return m_room.take(entry.body->size() * 4 / 3);
    }

    Result<void> addConsentOf(std::uint64_t index)
    {
        store::Query query(m_database, "SELECT record, screen_text, salt FROM consents WHERE leaf_index = ?");
        if (!TRY(query.bind(static_cast<std::int64_t>(index)).next()))
            return {};
        Consent consent{query.text(0), std::nullopt};
        if (m_details != Details::LeftOut && !query.isNull(1))
            consent.screen = Opening{query.blob(2), query.text(1)};
        TRY(m_room.take(consent.record.size() + (consent.screen ? consent.screen->text.size() : 0)));
        m_evidence.consents.push_back(std::move(consent));
        return {};
    }

    Result<void> addLinkOf(const GrantId& grant)
    {
        store::Query query(m_database, "SELECT jws FROM links WHERE grant_id = ?");
        if (!TRY(query.bind(grant.value).next()))
            return {};
        m_evidence.links.push_back(query.text(0));
        return m_room.take(m_evidence.links.back().size());
    }

    store::Database& m_database;
    const audit::LogIdentity& m_owner;
    Details m_details;
    Evidence m_evidence;
    std::uint64_t m_size = 0;
    std::set<std::string> m_devices;
    std::set<std::string> m_tokens;
    Room m_room;
};

} // namespace

Result<Evidence> assemble(
    store::Database& database, const audit::LogIdentity& owner, const Wanted& wanted, Details details, Unsigned entries)
{
    TRY(database.begin()); // all of one moment
    auto selection = select(database, wanted, entries);
    auto evidence = selection ? Assembly(database, owner, details).make(*selection)
                              : Result<Evidence>(std::unexpected(selection.error()));
    database.rollback();
    return evidence;
}

} // namespace countersign::evidence
