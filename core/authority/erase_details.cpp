// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person takes private details of an entry away for good: the text beside the leaf with its salt, the body of the
// request, and the copies of it that other rows hold: receipts of other servers, and the entries of the same request
// (what was asked, each time it was asked again, the screen on which the person said yes, the action that followed).
// The leaves stay, and commit to texts that nobody has any more.

#include "core/audit/leaf_codec.h"
#include "core/authority/entry_proof.h"
#include "core/authority/kept_bodies.h"
#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/consent/record.h"

#include <set>
#include <utility>

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

/// The request that an entry belongs to: an action names the one that the person said yes to.
Result<std::optional<std::string>> requestOf(const json::Object& claims)
{
    if (auto own = TRY(json::optionalString(claims, "request_id")))
        return own;
    return json::optionalString(claims, "approval");
}

/// Of a leaf as it is stored; nullopt: it can't be read.
std::optional<json::Object> claimsIn(std::string_view stored)
{
    const auto leaf = audit::unpackLeaf(stored);
    auto claims = leaf ? json::parseObject(*leaf) : std::unexpected(leaf.error());
    return claims ? std::optional(*std::move(claims)) : std::nullopt;
}

/// The entries about one request, and until when the person's yes to it is good.
struct AboutRequest {
    std::set<std::uint64_t> entries;
    std::optional<UnixSeconds> approvedUntil; ///< of one action
};

Result<AboutRequest> entriesAbout(Context& context, const ClientId& agent, const std::string& request)
{
    using enum audit::LeafKind;
    AboutRequest about;
    store::Query query(context.database,
        "SELECT idx, kind, leaf FROM log_leaves WHERE client_id = ? AND kind IN (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(agent.value);
    for (const audit::LeafKind kind : {RequestReceived, RequestMerged, RequestDenied, RequestExpired, RequestCancelled,
             RequestBlocked, ConsentGiven, ActionAsked, ActionApproved})
        query.bind(std::int64_t{std::to_underlying(kind)});
    while (TRY(query.next())) {
        const auto claims = claimsIn(query.blob(2));
        if (!claims || TRY(requestOf(*claims)) != request)
            continue;
        about.entries.insert(static_cast<std::uint64_t>(query.integer(0)));
        if (query.integer(1) == std::to_underlying(ActionApproved))
            about.approvedUntil = UnixSeconds{TRY(json::requiredInteger(*claims, "exp"))};
    }
    return about;
}

/// What the agent did on the person's yes to it. Of all that it did only what came in that time is read.
Result<void> addActions(Context& context, const ClientId& agent, const std::string& request, AboutRequest& about)
{
    if (!about.approvedUntil)
        return {};
    store::Query query(context.database,
        "SELECT idx, leaf FROM log_leaves WHERE client_id = ? AND idx > ? AND kind IN (?, ?) AND at <= ?");
    query.bind(agent.value).bind(static_cast<std::int64_t>(*about.entries.begin()));
    query.bind(std::int64_t{std::to_underlying(audit::LeafKind::ActionPermitted)});
    query.bind(std::int64_t{std::to_underlying(audit::LeafKind::ActionDenied)});
    query.bind(about.approvedUntil->value);
    while (TRY(query.next())) {
        const auto claims = claimsIn(query.blob(1));
        if (claims && TRY(requestOf(*claims)) == request)
            about.entries.insert(static_cast<std::uint64_t>(query.integer(0)));
    }
    return {};
}

Result<std::int64_t> eraseOne(Context& context, std::uint64_t index)
{
    const std::int64_t texts = TRY(eraseText(context, index));
    const std::int64_t screens = TRY(eraseScreen(context, index));
    const std::int64_t others = TRY(eraseForeignTexts(context, index));
    const std::int64_t bodies = TRY(eraseBody(context, index));
    TRY(eraseServerName(context, index));
    return texts + screens + others + bodies;
}

} // namespace

Result<void> eraseDetails(Context& context, std::uint64_t index)
{
    if (context.has(Trouble::LogBroken) || !context.log)
        return fail(ErrorCode::StorageCorrupt, "The log is broken; nothing is erased, so that it can be looked into.");
    const StoredEntry entry = TRY(readEntry(context.database, index));
    const json::Object claims = TRY(json::parseObject(entry.leaf.bytes));
    std::set<std::uint64_t> entries{index};
    if (const auto request = TRY(requestOf(claims))) {
        TRY(eraseRequest(context, *request));
        AboutRequest about = TRY(entriesAbout(context, entry.leaf.agent, *request));
        TRY(addActions(context, entry.leaf.agent, *request, about));
        entries.merge(about.entries);
    }
    json::Array erased;
    for (const std::uint64_t one : entries) {
        if (TRY(eraseOne(context, one)) > 0)
            erased.emplace_back(static_cast<std::int64_t>(one));
    }
    if (erased.empty())
        return fail(ErrorCode::NotFound, "There are no private details of this entry.");
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::DetailsErased;
    leaf.claims["entries"] = std::move(erased);
    TRY(appendLeaf(context, leaf));
    return signLog(context);
}

} // namespace countersign::authority
