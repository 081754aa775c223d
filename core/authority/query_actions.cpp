// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Dry runs (AuthZEN): what would be decided now.

#include "core/authority/action_chain.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

using Outcome = decision::Verdict::Outcome;

Result<ActionAnswer> answerUnder(const Context& context, const GrantId& grant, const permissions::ActionRequest& action)
{
    const ActionChain chain = TRY(actionChain(context, grant, action));
    return ActionAnswer{TRY(decideOn(context, chain, action)).verdict, grant, std::nullopt, std::nullopt, std::nullopt};
}

/// Permit before Ask before a denial that has something to do with the action.
int rank(const ActionAnswer& answer)
{
    switch (answer.verdict.outcome) {
    case Outcome::Permit:
        return 0;
    case Outcome::Ask:
        return 1;
    case Outcome::Deny:
        break;
    }
    const bool elsewhere =
        answer.verdict.reason == permissions::Reason::Location || answer.verdict.reason == permissions::Reason::Action;
    return elsewhere ? 3 : 2;
}

ActionAnswer noGrant()
{
    ActionAnswer answer;
    answer.verdict.sentence = "No grant of this agent permits this.";
    return answer;
}

Result<ActionAnswer> answerTo(const Context& context, const ActionQuery& query)
{
    if (query.grant) {
        const auto grant = TRY(context.ledger.find(*query.grant));
        if (!grant || grant->agent != query.agent)
            return noGrant();
        return answerUnder(context, grant->id, query.request);
    }
    std::optional<ActionAnswer> best;
    for (const GrantId& id : TRY(context.ledger.notEndedOf(query.agent))) {
        ActionAnswer answer = TRY(answerUnder(context, id, query.request));
        if (!best || rank(answer) < rank(*best))
            best = std::move(answer);
        if (rank(*best) == 0)
            break;
    }
    return best ? *std::move(best) : noGrant();
}

} // namespace

Result<std::vector<ActionAnswer>> queryActions(Context& context, const std::vector<ActionQuery>& queries)
{
    TRY(mayExtend(context));
    std::vector<ActionAnswer> answers;
    for (const ActionQuery& query : queries)
        answers.push_back(TRY(answerTo(context, query)));
    return answers;
}

} // namespace countersign::authority
