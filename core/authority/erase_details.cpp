// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person takes private details of an entry away for good: the text beside the leaf with its salt, the body of the
// request, and the copies of it that other rows hold, receipts of other servers among them. The leaf stays, and commits
// to a text that nobody has any more.

#include "core/authority/entry_proof.h"
#include "core/authority/kept_bodies.h"
#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/consent/record.h"

namespace countersign::authority {

namespace {

/// What was asked for, without its arguments.
std::optional<std::string> bareAction(const consent::Request& request)
{
    if (!request.action)
        return std::nullopt;
    return consent::actionJson({request.action->action, request.action->location, {permissions::Value::Members()}});
}

/// Error: InvalidInput while the request waits: the person decides on what it says.
Result<void> eraseRequest(Context& context, const std::string& publicId)
{
    const auto stored = TRY(context.requests.findByPublicId(publicId));
    if (!stored)
        return {};
    if (stored->request.state == consent::RequestState::Waiting)
        return fail(ErrorCode::InvalidInput, "This request still waits for your answer.");
    store::Query query(
        context.database, "UPDATE requests SET binding_message = NULL, asked_because = NULL, action = ? WHERE id = ?");
    return query.bind(bareAction(stored->request)).bind(stored->row).run();
}

/// The text of the screen that the entry's consent was given on.
Result<std::int64_t> eraseScreen(Context& context, std::uint64_t index)
{
    store::Query query(context.database,
        "UPDATE consents SET screen_text = NULL, salt = NULL WHERE leaf_index = ? AND screen_text IS NOT NULL");
    TRY(query.bind(static_cast<std::int64_t>(index)).run());
    return query.changedRows();
}

Result<std::int64_t> eraseText(Context& context, std::uint64_t index)
{
    store::Query query(context.database,
        "UPDATE log_leaves SET private_text = NULL, salt = NULL WHERE idx = ? AND private_text IS NOT NULL");
    TRY(query.bind(static_cast<std::int64_t>(index)).run());
    return query.changedRows();
}

/// What other servers were told about the same action, as it stands beside their receipts.
Result<std::int64_t> eraseForeignTexts(Context& context, std::uint64_t index)
{
    store::Query query(context.database,
        "UPDATE foreign_receipts SET private_text = NULL, salt = NULL"
        " WHERE (action = ? OR idx = ?) AND private_text IS NOT NULL");
    TRY(query.bind(static_cast<std::int64_t>(index)).bind(static_cast<std::int64_t>(index)).run());
    return query.changedRows();
}

/// What the person called another server.
Result<void> eraseServerName(Context& context, std::uint64_t index)
{
    store::Query query(context.database, "UPDATE accepted_servers SET name = '' WHERE leaf_index = ?");
    return query.bind(static_cast<std::int64_t>(index)).run();
}

} // namespace

Result<void> eraseDetails(Context& context, std::uint64_t index)
{
    if (context.has(Trouble::LogBroken) || !context.log)
        return fail(ErrorCode::StorageCorrupt, "The log is broken; nothing is erased, so that it can be looked into.");
    const StoredEntry entry = TRY(readEntry(context.database, index));
    const json::Object claims = TRY(json::parseObject(entry.leaf.bytes));
    if (const auto request = TRY(json::optionalString(claims, "request_id")))
        TRY(eraseRequest(context, *request));
    const std::int64_t texts = TRY(eraseText(context, index));
    const std::int64_t screens = TRY(eraseScreen(context, index));
    const std::int64_t others = TRY(eraseForeignTexts(context, index));
    const std::int64_t bodies = TRY(eraseBody(context, index));
    TRY(eraseServerName(context, index));
    if (texts + screens + others + bodies == 0)
        return fail(ErrorCode::NotFound, "There are no private details of this entry.");
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::DetailsErased;
    leaf.claims["entries"] = json::Array{static_cast<std::int64_t>(index)};
    TRY(appendLeaf(context, leaf));
    return {};
}

} // namespace countersign::authority
