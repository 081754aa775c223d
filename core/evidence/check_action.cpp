// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Whether the decision was right, as far as it can be told without the counts of what was done before.

#include "core/base/try.h"
#include "core/evidence/action_details.h"
#include "core/evidence/case.h"

#include <algorithm>
#include <array>

namespace countersign::evidence {

namespace {

using consent::Purpose;
using permissions::ActionRequest;
using permissions::AgentDelegation;
using permissions::Permission;
using permissions::Reason;

bool permits(const Permission& permission, const ActionRequest& request, UnixSeconds at)
{
    return std::ranges::any_of(permission.details,
        [&](const AgentDelegation& detail) { return permissions::match(detail, request, at).has_value(); });
}

bool refusesFor(const Permission& permission, const ActionRequest& request, UnixSeconds at, std::string_view reason)
{
    return std::ranges::any_of(permission.details, [&](const AgentDelegation& detail) {
        const auto matched = permissions::match(detail, request, at);
        return !matched && permissions::reasonName(matched.error().reason) == reason;
    });
}

/// Reasons that follow from the grant, the request and the time alone.
bool isStateless(std::string_view reason)
{
    constexpr auto kStateless = std::to_array(
        {Reason::Location, Reason::Action, Reason::NotYet, Reason::Expired, Reason::OutsideWindow, Reason::Constraint,
            Reason::UnnamedArgument, Reason::AmountUnreadable, Reason::Currency, Reason::PerAction});
    return std::ranges::contains(kStateless, reason, permissions::reasonName);
}

Result<void> checkPermitted(const VerifiedAction& verified, const ActionRequest& request, UnixSeconds at)
{
    if (!permits(verified.ofToken, request, at))
        return fail(ErrorCode::BadSignature, "the access token does not permit what was permitted");
    for (const Permission& permission : verified.permissions) {
        if (!permits(permission, request, at))
            return fail(ErrorCode::BadSignature, "the grant, or one above it, does not permit what was permitted");
    }
    return {};
}

Result<void> checkDenied(const VerifiedAction& verified, const ActionRequest& request, const ActionEntry& action)
{
    if (std::ranges::any_of(verified.permissions, [&](const Permission& permission) {
            return refusesFor(permission, request, action.opened->at, action.reason);
        }))
        return {};
    return fail(ErrorCode::BadSignature, "no grant of its chain refuses it for the reason that is given");
}

/// Whether some detail permits it without asking the person. What was seen before is not known here.
bool permitsUnasked(const Permission& permission, const ActionRequest& request, UnixSeconds at)
{
    return std::ranges::any_of(permission.details, [&](const AgentDelegation& detail) {
        const auto matched = permissions::match(detail, request, at);
        const permissions::StepUp& stepUp = detail.stepUp;
        return matched && stepUp.everyAction == permissions::StepUp::EveryAction::No
            && !(stepUp.above && matched->amount && *matched->amount > *stepUp.above);
    });
}

bool isApproval(const OpenedConsent& consent, const ActionEntry& action, const std::string& approval)
{
    return consent.record.purpose == Purpose::Action && consent.record.requestId == approval
        && consent.record.grant == action.opened->grant && consent.logged < action.opened->entry->index;
}

/// Nothing: there was none and none was needed.
Result<bool> checkApproval(const Case& file, const ActionEntry& action, const VerifiedAction& verified)
{
    const std::string approval = textClaim(action.opened->claims, "approval");
    const auto request = TRY(requestOf(action));
    if (approval.empty()) {
        const bool asked = request && std::ranges::any_of(verified.permissions, [&](const Permission& permission) {
            return !permitsUnasked(permission, *request, action.opened->at);
        });
        if (asked)
            return fail(ErrorCode::BadSignature, "the person had to be asked and was not");
        return false;
    }
    const auto found = std::ranges::find_if(
        file.consents, [&](const OpenedConsent& each) { return isApproval(each, action, approval); });
    if (found == file.consents.end())
        return fail(ErrorCode::BadSignature, "what the person signed for this one action is missing");
    if (request && consent::actionDigest(*request) != found->record.actionDigest)
        return fail(ErrorCode::BadSignature, "the person approved another action, or other arguments");
    if (action.opened->at > found->record.expiresAt)
        return fail(ErrorCode::BadSignature, "the person's approval had run out");
    return true;
}

} // namespace

Result<Finding> checkPermissions(Case& file)
{
    std::size_t checked = 0;
    std::size_t counting = 0;
    for (std::size_t i = 0; i < file.actions.size(); ++i) {
        const ActionEntry& action = file.actions[i];
        const auto request = requestOf(action);
        if (!request)
            return wrongAt(*action.opened, request.error().message);
        if (!*request || file.verified[i].permissions.empty())
            continue;
        if (!action.permitted && !isStateless(action.reason)) {
            ++counting;
            continue;
        }
        const auto right = action.permitted ? checkPermitted(file.verified[i], **request, action.opened->at)
                                            : checkDenied(file.verified[i], **request, action);
        if (!right)
            return wrongAt(*action.opened, right.error().message);
        ++checked;
    }
    const std::string rest = counting == 0
        ? std::string()
        : ' ' + counted(counting, "refusal depends", "refusals depend") + " on more than the grant and the request.";
    if (checked == 0)
        return skipped("No decision can be repeated from what is here." + rest);
    return passed(counted(checked, "decision follows", "decisions follow")
        + " from the grants and the request. Sums and counts over time are the device's word." + rest);
}

Result<Finding> checkApprovals(Case& file)
{
    std::size_t approved = 0;
    for (std::size_t i = 0; i < file.actions.size(); ++i) {
        const ActionEntry& action = file.actions[i];
        if (!action.permitted)
            continue;
        const auto checked = checkApproval(file, action, file.verified[i]);
        if (!checked)
            return wrongAt(*action.opened, checked.error().message);
        approved += *checked ? 1 : 0;
    }
    if (approved == 0)
        return skipped("No action here needed a yes of its own.");
    return passed(
        "The person said yes to " + counted(approved, "action", "actions") + " with exactly these arguments.");
}

} // namespace countersign::evidence
