// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/evidence/action_details.h"

#include "core/base/try.h"

namespace countersign::evidence {

Result<std::optional<ActionDetails>> detailsOf(const ActionEntry& action)
{
    const auto& disclosure = action.opened->entry->disclosure;
    if (!disclosure)
        return std::nullopt;
    const json::Object object = TRY(json::parseObject(disclosure->text));
    ActionDetails details;
    details.query = textClaim(object, "query");
    details.dpop = textClaim(object, "dpop");
    details.signatureInput = textClaim(object, "signature_input");
    details.signature = textClaim(object, "signature");
    if (const json::Value* fields = object.if_contains("fields"); fields != nullptr && fields->is_object()) {
        for (const auto& [name, value] : fields->get_object())
            details.fields.emplace_back(std::string(name), textClaim(fields->get_object(), name));
    }
    return details;
}

Result<std::optional<permissions::ActionRequest>> requestOf(const ActionEntry& action)
{
    const auto& disclosure = action.opened->entry->disclosure;
    if (!disclosure)
        return std::nullopt;
    const permissions::Value details = TRY(permissions::parseValue(disclosure->text));
    const permissions::Value* arguments = details.member("arguments");
    if (arguments == nullptr || arguments->members() == nullptr)
        return fail(ErrorCode::InvalidInput, "its arguments can't be read");
    using Proof = permissions::ActionRequest::Proof;
    const bool isSigned = !textClaim(action.request, "signature_digest").empty();
    return permissions::ActionRequest{TRY(permissions::Action::parse(textClaim(action.request, "action"))),
        TRY(permissions::Location::parse(textClaim(action.request, "location"))), *arguments,
        isSigned ? Proof::Signature : Proof::Possession};
}

} // namespace countersign::evidence
