// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Writing to the log from use cases: every entry names who it is about in the same way.
#pragma once

#include "core/audit/leaf.h"
#include "core/authority/context.h"
#include "core/consent/request.h"

namespace countersign::authority {

/// An entry about an agent; `agent` {client_id, jkt} stands in its claims.
[[nodiscard]] audit::LeafDraft draftAbout(audit::LeafKind kind, const agents::Agent& agent);
[[nodiscard]] audit::LeafDraft draftAbout(audit::LeafKind kind, const grants::Grant& grant);
[[nodiscard]] audit::LeafDraft draftAbout(audit::LeafKind kind, const grants::Descendant& grant);
/// The same, with `request_id` and, where the agent gave a reason, its words as the private text.
[[nodiscard]] audit::LeafDraft draftAbout(
    audit::LeafKind kind, const agents::Agent& agent, const consent::Request& request);

/// Where the log is broken beyond continuing nothing is written, which only revoking gets as far as.
/// Error: StorageRolledBack before the person confirmed that an old copy was put back.
[[nodiscard]] Result<audit::Appended> appendLeaf(Context& context, const audit::LeafDraft& draft);

/// Signs the log as it is now, in the same transaction: what gives authority counts at a start only where it is signed
/// (LogState). After the entries that do.
[[nodiscard]] Result<void> signLog(Context& context);

/// Appends a leaf with a `jti` (audit::newReceiptId for the log's present size) and signs its receipt.
struct Receipted {
    audit::Appended leaf;
    IssuedReceipt receipt;
};
[[nodiscard]] Result<Receipted> appendWithReceipt(Context& context, const audit::LeafDraft& draft);

} // namespace countersign::authority
