// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check_leaf.h"

#include "core/crypto/bytes.h"
#include "core/crypto/commitment.h"

namespace countersign::audit {

namespace {

std::unexpected<Error> corrupt(std::string what)
{
    return fail(ErrorCode::StorageCorrupt, std::move(what));
}

} // namespace

Result<LeafClaims> checkLeaf(const LeafRow& row)
{
    if (row.leaf.bytes.size() > kMaxLeafBytes)
        return corrupt("it is too long");
    auto claims = readCanonicalLeaf(row.leaf.bytes);
    if (!claims)
        return corrupt("it is " + claims.error().message);
    const auto kind = leafKindFromName(claims->type);
    if (!kind || static_cast<std::int64_t>(*kind) != row.kind)
        return corrupt("filed under another kind than it says");
    if (claims->issuedAt != row.leaf.at.value)
        return corrupt("filed under another time than it says");
    if (claims->clientId != row.leaf.agent.value)
        return corrupt("filed under another “client_id” than it says");
    if (claims->grantId != row.leaf.grant.value)
        return corrupt("filed under another “grant_id” than it says");
    return claims;
}

Result<void> checkPrivateText(const LeafClaims& claims, const LeafRow& row)
{
    if (!row.leaf.privateText)
        return {}; // none, or erased
    if (claims.textCommitment.empty())
        return corrupt("it has a private text that it does not speak of");
    if (!crypto::opensCommitment(claims.textCommitment, row.salt, *row.leaf.privateText))
        return corrupt("its private text is not the one that it was made with");
    return {};
}

Result<void> GrantOrder::take(const LeafClaims& claims, LeafKind kind, std::string_view hash)
{
    if (claims.grantId.empty())
        return {};
    Grant& grant = m_grants[std::string(claims.grantId)];
    if (claims.seq) {
        if (*claims.seq != grant.leaves)
            return corrupt("it says that it is number " + std::to_string(*claims.seq)
                + " of its grant, but it is number " + std::to_string(grant.leaves));
        if (claims.prev != (grant.leaves == 0 ? std::string() : crypto::base64url(grant.lastHash)))
            return corrupt("it does not follow the entry before it of its grant");
        if (claims.closing != endsGrant(kind))
            return corrupt("it should end its grant and doesn't, or the other way round");
        if (grant.ended == Grant::Ended::Yes && !mayFollowEnd(kind))
            return corrupt("its grant had ended before");
        grant.numbered = Grant::Numbered::Yes;
    } else if (grant.numbered == Grant::Numbered::Yes) {
        return corrupt("it has no number among the entries of its grant");
    }
    ++grant.leaves;
    grant.lastHash = hash;
    if (endsGrant(kind))
        grant.ended = Grant::Ended::Yes;
    return {};
}

} // namespace countersign::audit
