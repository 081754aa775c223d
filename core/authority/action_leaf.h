// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log, and with it the receipt, says of a decision about an action. What is private about it stands in a JSON
// text beside the leaf: `arguments`, `query`, `fields` {name: value}, `dpop`, `signature_input` and `signature` as they
// were received, and of a denial `sentence` and `member`; each only where there is one.
#pragma once

#include "core/audit/leaf.h"
#include "core/authority/action_chain.h"
#include "core/authority/agent_api.h"

#include <string>

namespace countersign::authority {

/// The leaf of a decision under `grant`, but for the decision: it names the request, and how it is bound to the agent.
[[nodiscard]] audit::LeafDraft actionLeaf(const Context& context, audit::LeafKind kind, const PerformAction& command,
    const grants::Grant& grant, const decision::Verdict& verdict);
/// The same under a whole chain; ActionPermitted where the verdict is one, with its debits, else ActionDenied. Where
/// services demand something, or evidence is why it is refused, `evidence` says what counted of the agent of each hop.
[[nodiscard]] Result<audit::LeafDraft> decisionLeaf(
    const Context& context, const PerformAction& command, const ActionChain& chain, const decision::Verdict& verdict);

/// How the private text of a decision about these arguments begins.
[[nodiscard]] std::string argumentsText(const permissions::Value& arguments);

} // namespace countersign::authority
