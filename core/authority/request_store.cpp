// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/request_store.h"

#include "core/authority/action_json.h"
#include "core/authority/evidence_json.h"
#include "core/base/try.h"
#include "core/consent/record.h"
#include "core/crypto/digest.h"
#include "core/permissions/permission_json.h"

#include <utility>

namespace countersign::authority {

namespace {

using consent::Purpose;
using consent::RequestState;
using store::Query;

std::int64_t number(RequestState state)
{
    return std::to_underlying(state);
}

template <typename Id> std::optional<Id> idOf(std::optional<std::string> text)
{
    return text ? std::optional(Id{std::move(*text)}) : std::nullopt;
}

template <typename Id> std::optional<std::string> textOf(const std::optional<Id>& id)
{
    return id ? std::optional(id->value) : std::nullopt;
}

std::optional<UnixSeconds> timeOf(std::optional<std::int64_t> value)
{
    return value ? std::optional(UnixSeconds{*value}) : std::nullopt;
}

// What every look-up selects, in fromRow()'s order.
#define COUNTERSIGN_REQUEST_SELECT                                                                                     \
    "SELECT id, request_id_hash, public_id, client_id, asked, binding_message, scope, dpop_jkt, merge_key, "           \
    "asked_count, evidence, received_at, expires_at, poll_interval, last_poll_ms, state, ended_at, grant_id, "         \
    "fetched_at, purpose, subject_grant, action, asked_because FROM requests "

/// What the person is asked for: a permission, or one action.
Result<void> readSubject(const Query& row, consent::Request& request)
{
    const std::int64_t purpose = row.integer(19);
    if (purpose < 0 || purpose > std::to_underlying(Purpose::Action))
        return fail(ErrorCode::StorageCorrupt, "A request is for something that does not exist.");
    request.purpose = static_cast<Purpose>(purpose);
    request.grant = idOf<GrantId>(row.optionalText(20));
    if (request.purpose == Purpose::Action)
        request.action = TRY(parseAction(row.optionalText(21).value_or(std::string())));
    else
        request.asked = TRY(permissions::parsePermission(row.text(4)));
    if (request.grant.has_value() != (request.purpose != Purpose::Grant))
        return fail(ErrorCode::StorageCorrupt, "A request is about a grant that it does not name.");
    return {};
}

Result<StoredRequest> fromRow(const Query& row)
{
    const std::int64_t state = row.integer(15);
    if (state < 0 || state > number(RequestState::Merged))
        return fail(ErrorCode::StorageCorrupt, "A request is in a state that does not exist.");
    StoredRequest stored;
    stored.row = row.integer(0);
    stored.idHash = row.blob(1);
    stored.request.publicId = row.text(2);
    stored.request.agent.value = row.text(3);
    TRY(readSubject(row, stored.request));
    stored.request.bindingMessage = row.optionalText(5).value_or(std::string());
    stored.request.openid = row.optionalText(6) == "openid";
    stored.request.dpopKey = idOf<Thumbprint>(row.optionalText(7));
    stored.mergeKey = row.blob(8);
    stored.request.timesAsked = static_cast<int>(row.integer(9));
    stored.request.evidence = TRY(parseEvidence(row.optionalText(10).value_or("[]")));
    stored.request.receivedAt.value = row.integer(11);
    stored.request.expiresAt.value = row.integer(12);
    stored.pollInterval = std::chrono::seconds(row.integer(13));
    stored.lastPollMs = row.optionalInteger(14);
    stored.request.state = static_cast<RequestState>(state);
    stored.endedAt = timeOf(row.optionalInteger(16));
    stored.grant = idOf<GrantId>(row.optionalText(17));
    stored.fetchedAt = timeOf(row.optionalInteger(18));
    stored.askedBecause = row.optionalText(22).value_or(std::string());
    return stored;
}

Result<std::optional<StoredRequest>> oneOf(Query& query)
{
    if (!TRY(query.next()))
        return std::nullopt;
    return TRY(fromRow(query));
}

Result<std::vector<StoredRequest>> allOf(Query& query)
{
    std::vector<StoredRequest> requests;
    while (TRY(query.next()))
        requests.push_back(TRY(fromRow(query)));
    return requests;
}

} // namespace

Result<void> RequestStore::add(StoredRequest& stored)
{
    const consent::Request& request = stored.request;
    Query query(*m_database,
        "INSERT INTO requests (request_id_hash, public_id, client_id, asked, binding_message, scope, dpop_jkt, "
        "merge_key, asked_count, evidence, received_at, expires_at, poll_interval, state, purpose, subject_grant, "
        "action, asked_because) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
    query.bindBlob(stored.idHash).bind(request.publicId).bind(request.agent.value);
    query.bind(permissions::permissionJson(request.asked)).bind(request.bindingMessage);
    query.bind(request.openid ? std::optional<std::string>("openid") : std::nullopt);
    query.bind(textOf(request.dpopKey)).bindBlob(stored.mergeKey);
    query.bind(std::int64_t{request.timesAsked}).bind(evidenceJson(request.evidence));
    query.bind(request.receivedAt.value).bind(request.expiresAt.value);
    query.bind(std::int64_t{stored.pollInterval.count()}).bind(number(request.state));
    query.bind(std::int64_t{std::to_underlying(request.purpose)}).bind(textOf(request.grant));
    query.bind(request.action ? std::optional(consent::actionJson(*request.action)) : std::nullopt);
    query.bind(request.action ? std::optional(stored.askedBecause) : std::nullopt);
    if (!TRY(query.next()))
        return fail(ErrorCode::StorageFailed, "A request could not be stored.");
    stored.row = query.integer(0);
    return {};
}

Result<std::optional<StoredRequest>> RequestStore::findByHash(const std::string& idHash) const
{
    Query query(*m_database, COUNTERSIGN_REQUEST_SELECT "WHERE request_id_hash = ?");
    return oneOf(query.bindBlob(idHash));
}

Result<std::optional<StoredRequest>> RequestStore::findByPublicId(const std::string& publicId) const
{
    Query query(*m_database, COUNTERSIGN_REQUEST_SELECT "WHERE public_id = ?");
    return oneOf(query.bind(publicId));
}

Result<std::optional<StoredRequest>> RequestStore::findEqual(const ClientId& agent, const std::string& key) const
{
    Query query(*m_database, COUNTERSIGN_REQUEST_SELECT "WHERE merge_key = ? AND client_id = ? AND state = ?");
    return oneOf(query.bindBlob(key).bind(agent.value).bind(number(RequestState::Waiting)));
}

Result<std::vector<StoredRequest>> RequestStore::waiting() const
{
    Query query(*m_database, COUNTERSIGN_REQUEST_SELECT "WHERE state = ? ORDER BY id");
    return allOf(query.bind(number(RequestState::Waiting)));
}

Result<std::vector<StoredRequest>> RequestStore::waitingAbout(const GrantId& grant) const
{
    Query query(*m_database, COUNTERSIGN_REQUEST_SELECT "WHERE subject_grant = ? AND state = ? ORDER BY id");
    return allOf(query.bind(grant.value).bind(number(RequestState::Waiting)));
}

Result<std::set<GrantId>> RequestStore::grantsAskedAbout() const
{
    Query query(*m_database, "SELECT subject_grant FROM requests WHERE state = ? AND subject_grant IS NOT NULL");
    query.bind(number(RequestState::Waiting));
    std::set<GrantId> grants;
    while (TRY(query.next()))
        grants.insert(GrantId{query.text(0)});
    return grants;
}

Result<int> RequestStore::countWaitingOf(std::optional<uid_t> uid) const
{
    Query query(*m_database,
        "SELECT count(*) FROM requests r JOIN agents a ON a.client_id = r.client_id WHERE r.state = ? AND a.uid IS ?");
    query.bind(number(RequestState::Waiting)).bind(uid ? std::optional(static_cast<std::int64_t>(*uid)) : std::nullopt);
    TRY(query.next());
    return static_cast<int>(query.integer(0));
}

Result<std::vector<StoredRequest>> RequestStore::dueAt(UnixSeconds now) const
{
    Query query(*m_database, COUNTERSIGN_REQUEST_SELECT "WHERE state = ? AND expires_at <= ? ORDER BY id");
    return allOf(query.bind(number(RequestState::Waiting)).bind(now.value));
}

Result<std::optional<UnixSeconds>> RequestStore::nextEnd() const
{
    Query query(*m_database, "SELECT min(expires_at) FROM requests WHERE state = ?");
    query.bind(number(RequestState::Waiting));
    TRY(query.next());
    return timeOf(query.optionalInteger(0));
}

Result<int> RequestStore::endUnusable(UnixSeconds now)
{
    Query query(*m_database,
        "SELECT r.id, r.public_id, a.id FROM requests r LEFT JOIN agents a ON a.client_id = r.client_id "
        "WHERE r.state = ?");
    query.bind(number(RequestState::Waiting));
    std::vector<std::int64_t> unusable;
    while (TRY(query.next())) {
        if (query.isNull(2) || !findByPublicId(query.text(1)))
            unusable.push_back(query.integer(0));
    }
    for (const std::int64_t row : unusable)
        TRY(end(row, RequestState::Cancelled, now));
    return static_cast<int>(unusable.size());
}

Result<void> RequestStore::replace(const StoredRequest& old, StoredRequest& newer, UnixSeconds now)
{
    newer.request.publicId = old.request.publicId;
    newer.request.timesAsked = old.request.timesAsked + 1;
    Query rename(*m_database, "UPDATE requests SET public_id = ?, state = ?, ended_at = ? WHERE id = ?");
    rename.bind(crypto::randomId()).bind(number(RequestState::Merged)).bind(now.value);
    TRY(rename.bind(old.row).run());
    TRY(add(newer));
    Query point(*m_database, "UPDATE requests SET merged_into = ? WHERE id = ?");
    return point.bind(newer.row).bind(old.row).run();
}

Result<void> RequestStore::askedAgain(std::int64_t row)
{
    Query query(*m_database, "UPDATE requests SET asked_count = asked_count + 1 WHERE id = ?");
    return query.bind(row).run();
}

Result<void> RequestStore::end(std::int64_t row, RequestState state, UnixSeconds now)
{
    Query query(*m_database, "UPDATE requests SET state = ?, ended_at = ? WHERE id = ?");
    return query.bind(number(state)).bind(now.value).bind(row).run();
}

Result<void> RequestStore::approve(std::int64_t row, const GrantId& grant, UnixSeconds now)
{
    Query query(*m_database, "UPDATE requests SET state = ?, ended_at = ?, grant_id = ? WHERE id = ?");
    return query.bind(number(RequestState::Approved)).bind(now.value).bind(grant.value).bind(row).run();
}

Result<void> RequestStore::setPolled(std::int64_t row, std::int64_t atMs, std::chrono::seconds interval)
{
    Query query(*m_database, "UPDATE requests SET last_poll_ms = ?, poll_interval = ? WHERE id = ?");
    return query.bind(atMs).bind(std::int64_t{interval.count()}).bind(row).run();
}

Result<void> RequestStore::setFetched(std::int64_t row, UnixSeconds at)
{
    Query query(*m_database, "UPDATE requests SET fetched_at = ? WHERE id = ?");
    return query.bind(at.value).bind(row).run();
}

} // namespace countersign::authority
