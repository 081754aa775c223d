// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"

namespace countersign::authority {

Result<void> nameAgent(Context& context, const ClientId& agent, const QString& name)
{
    TRY(mayExtend(context));
    const auto known = TRY(context.registry.find(agent));
    if (!known)
        return fail(ErrorCode::NotFound, "There is no such agent.");
    // One form of each letter, so that two names that look the same are the same.
    const std::string plain = name.normalized(QString::NormalizationForm_C).simplified().toStdString();
    if (plain.size() > agents::kMaxOwnNameBytes || !isPlainText(plain))
        return fail(ErrorCode::InvalidInput, "Give the agent a short name in plain text.");
    if (plain == known->agent.ownName)
        return {};
    TRY(context.registry.setOwnName(agent, plain));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::AgentNamed, known->agent);
    leaf.privateText = plain;
    TRY(appendLeaf(context, leaf));
    TRY(signLog(context));
    return touchGrantsOf(context, agent);
}

} // namespace countersign::authority
