// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is asked of the authority, each as a use case in the running transaction.

#include "core/authority/authority.h"
#include "core/authority/changes.h"
#include "core/authority/use_cases.h"

namespace countersign::authority {

void Authority::registerAgent(RegisterAgent command, Reply<agents::Agent> reply)
{
    submit(Work<agents::Agent>(
               [command = std::move(command)](Context& context) { return authority::registerAgent(context, command); }),
        std::move(reply));
}

void Authority::requestDelegation(DelegationRequest command, Reply<AcceptedRequest> reply)
{
    submit(Work<AcceptedRequest>([command = std::move(command)](
                                     Context& context) { return authority::requestDelegation(context, command); }),
        std::move(reply));
}

void Authority::poll(PollRequest command, Reply<TokenSet> reply)
{
    submit(Work<TokenSet>([command = std::move(command)](Context& context) { return pollRequest(context, command); }),
        std::move(reply));
}

void Authority::refresh(RefreshTokens command, Reply<TokenSet> reply)
{
    submit(Work<TokenSet>([command = std::move(command)](Context& context) { return refreshTokens(context, command); }),
        std::move(reply));
}

void Authority::revokeToken(RevokeToken command, Reply<void> reply)
{
    submitRevocation(
        [command = std::move(command)](Context& context) { return authority::revokeToken(context, command); },
        std::move(reply));
}

void Authority::exchange(ExchangeLink command, Reply<TokenSet> reply)
{
    submit(Work<TokenSet>([command = std::move(command)](Context& context) { return exchangeLink(context, command); }),
        std::move(reply));
}

void Authority::query(std::vector<ActionQuery> queries, Reply<std::vector<ActionAnswer>> reply)
{
    submit(Work<std::vector<ActionAnswer>>(
               [queries = std::move(queries)](Context& context) { return queryActions(context, queries); }),
        std::move(reply));
}

void Authority::perform(PerformAction command, Reply<ActionAnswer> reply)
{
    submit(Work<ActionAnswer>(
               [command = std::move(command)](Context& context) { return performAction(context, command); }),
        aside(std::move(reply)));
}

void Authority::reportOutcome(ReportOutcome command, Reply<OutcomeAnswer> reply)
{
    submit(Work<OutcomeAnswer>(
               [command = std::move(command)](Context& context) { return authority::reportOutcome(context, command); }),
        aside(std::move(reply)));
}

void Authority::consume(std::vector<UsedProof> proofs, Reply<void> reply)
{
    submit(Work<void>([proofs = std::move(proofs)](Context& context) { return useProofs(context, proofs); }),
        std::move(reply));
}

void Authority::listGrants(Reply<std::vector<GrantRow>> reply)
{
    submit(Work<std::vector<GrantRow>>([](Context& context) { return allGrantRows(context); }), std::move(reply));
}

void Authority::status(Reply<DeskStatus> reply)
{
    submit(Work<DeskStatus>([](Context& context) { return statusOf(context); }), std::move(reply));
}

void Authority::revokeGrant(GrantId grant, Reply<void> reply)
{
    submitRevocation([grant = std::move(grant)](Context& context) { return authority::revokeGrant(context, grant); },
        std::move(reply));
}

void Authority::stopEverything(Reply<void> reply)
{
    submitRevocation([](Context& context) { return authority::stopEverything(context); }, std::move(reply));
}

void Authority::importReceipts(PersonImport command, Reply<ImportedReceipts> reply)
{
    submit(Work<ImportedReceipts>(
               [command = std::move(command)](Context& context) { return importForPerson(context, command); }),
        std::move(reply));
}

} // namespace countersign::authority
