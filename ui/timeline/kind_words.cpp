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
        {Kinds::tr("Decisions"), {ConsentGiven, RequestDenied, RequestBlocked, AgentBlocked, AgentUnblocked}},
        {Kinds::tr("Requests"), {RequestReceived, RequestRefused, RequestMerged, RequestExpired, RequestCancelled}},
        {Kinds::tr("Grants"), {ConsentGiven, GrantHeld, GrantResumed, GrantExpired, GrantRevoked}},
        {Kinds::tr("Tokens"), {KeyBound, TokenIssued}},
        {Kinds::tr("Agents and services"),
            {AgentRegistered, AgentBlocked, AgentUnblocked, ServiceAdded, ServiceRemoved}},
        {Kinds::tr("The log itself"), {LogStarted, StateRejected}},
    };
}

} // namespace countersign::ui
