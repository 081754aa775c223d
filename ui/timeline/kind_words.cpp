// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/kind_words.h"

#include <QCoreApplication>

namespace countersign::ui {

namespace {
struct Kinds {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::Kinds)
};
} // namespace

std::vector<KindGroup> kindGroups()
{
    using enum audit::LeafKind;
    return {
        {Kinds::tr("Everything"), {}},
        {Kinds::tr("Decisions"),
            {ConsentGiven, GrantNarrowed, ActionApproved, RequestDenied, RequestBlocked, AgentBlocked, AgentUnblocked,
                TrustAssigned}},
        {Kinds::tr("Actions"),
            {ActionPermitted, ActionDenied, ActionAsked, ActionApproved, ActionOutcome, ReceiptImported}},
        {Kinds::tr("Requests"), {RequestReceived, RequestRefused, RequestMerged, RequestExpired, RequestCancelled}},
        {Kinds::tr("Grants"),
            {ConsentGiven, GrantDelegated, GrantNarrowed, GrantHeld, GrantResumed, GrantExpired, GrantRevoked}},
        {Kinds::tr("Tokens"), {KeyBound, TokenIssued, LinkExchanged}},
        {Kinds::tr("Agents and services"),
            {AgentRegistered, AgentNamed, AgentBlocked, AgentUnblocked, AgentForgotten, TrustReported, TrustAssigned,
                ServiceAdded, ServiceRemoved, CatalogueImported, ServerAccepted, ServerForgotten}},
        {Kinds::tr("The log itself"), {LogStarted, LogRecovered, KeyRotated, DetailsErased, StateRejected}},
    };
}

} // namespace countersign::ui
