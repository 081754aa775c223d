// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"

#include "core/audit/receipt.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {
json::Object agentClaim(const ClientId& id, const Thumbprint& key)
{
    return {{"client_id", id.value}, {"jkt", key.value}};
}
} // namespace

audit::LeafDraft draftAbout(audit::LeafKind kind, const agents::Agent& agent)
{
    audit::LeafDraft draft;
    draft.kind = kind;
    draft.agent = agent.id;
    draft.claims["agent"] = agentClaim(agent.id, agent.key);
    return draft;
}

audit::LeafDraft draftAbout(audit::LeafKind kind, const grants::Grant& grant)
{
    audit::LeafDraft draft;
    draft.kind = kind;
    draft.agent = grant.agent;
    draft.grant = grant.id;
    draft.claims["agent"] = agentClaim(grant.agent, grant.agentKey);
    return draft;
}

audit::LeafDraft draftAbout(audit::LeafKind kind, const grants::Descendant& grant)
{
    audit::LeafDraft draft;
    draft.kind = kind;
    draft.agent = grant.agent;
    draft.grant = grant.id;
    draft.claims["agent"] = agentClaim(grant.agent, grant.agentKey);
    return draft;
}

audit::LeafDraft draftAbout(audit::LeafKind kind, const agents::Agent& agent, const consent::Request& request)
{
    audit::LeafDraft draft = draftAbout(kind, agent);
    draft.claims["request_id"] = request.publicId;
    if (!request.bindingMessage.empty())
        draft.privateText = request.bindingMessage;
    return draft;
}

Result<audit::Appended> appendLeaf(Context& context, const audit::LeafDraft& draft)
{
    if (context.has(Trouble::DatabaseRolledBack))
        return fail(ErrorCode::StorageRolledBack, "An old copy of the data was put back; confirm this first.");
    if (!context.log)
        return audit::Appended();
    return context.log->append(draft, context.now());
}

Result<void> signLog(Context& context)
{
    if (context.log)
        TRY(context.log->writeCheckpoint());
    return {};
}

Result<Receipted> appendWithReceipt(Context& context, const audit::LeafDraft& draft)
{
    if (!context.log)
        return fail(ErrorCode::Internal, "A receipt needs a log.");
    const std::string id = TRY(json::requiredString(draft.claims, "jti"));
    audit::Appended leaf = TRY(appendLeaf(context, draft));
    std::string jws =
        TRY(audit::writeReceipt(context.database, leaf, context.log->origin(), context.options.identity.device));
    IssuedReceipt receipt{id, std::move(jws), leaf.salt, draft.privateText.value_or(std::string())};
    return Receipted{std::move(leaf), std::move(receipt)};
}

} // namespace countersign::authority
