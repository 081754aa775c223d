// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/approval_store.h"

#include "core/base/try.h"

namespace countersign::authority {

namespace {

using store::Query;

Approval fromRow(const Query& row)
{
    return {GrantId{row.text(0)}, row.text(1), row.text(2), UnixSeconds{row.integer(3)}};
}

} // namespace

Result<void> ApprovalStore::add(const Approval& approval)
{
    Query query(
        *m_database, "INSERT INTO approvals (grant_id, action_digest, request_id, expires_at) VALUES (?, ?, ?, ?)");
    query.bind(approval.grant.value).bind(approval.actionDigest).bind(approval.requestId);
    return query.bind(approval.expiresAt.value).run();
}

Result<std::vector<Approval>> ApprovalStore::matching(
    const GrantId& grant, const std::string& actionDigest, UnixSeconds now) const
{
    Query query(*m_database,
        "SELECT grant_id, action_digest, request_id, expires_at FROM approvals "
        "WHERE grant_id = ? AND action_digest = ? AND used_at IS NULL AND expires_at > ? ORDER BY id");
    query.bind(grant.value).bind(actionDigest).bind(now.value);
    std::vector<Approval> approvals;
    while (TRY(query.next()))
        approvals.push_back(fromRow(query));
    return approvals;
}

Result<std::vector<Approval>> ApprovalStore::unused() const
{
    Query query(*m_database,
        "SELECT grant_id, action_digest, request_id, expires_at FROM approvals WHERE used_at IS NULL ORDER BY id");
    std::vector<Approval> approvals;
    while (TRY(query.next()))
        approvals.push_back(fromRow(query));
    return approvals;
}

Result<void> ApprovalStore::use(const std::string& requestId, UnixSeconds at)
{
    Query query(*m_database, "UPDATE approvals SET used_at = ? WHERE request_id = ?");
    return query.bind(at.value).bind(requestId).run();
}

Result<void> ApprovalStore::remove(const std::string& requestId)
{
    Query query(*m_database, "DELETE FROM approvals WHERE request_id = ?");
    return query.bind(requestId).run();
}

} // namespace countersign::authority
