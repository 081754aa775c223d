// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/reason_words.h"

#include <QCoreApplication>

namespace countersign::authority {

namespace {
QString translate(const char* text)
{
    return QCoreApplication::translate("timeline", text);
}
} // namespace

QString because(const std::string& reason)
{
    if (reason == "revoked_by_person")
        return translate("by you");
    if (reason == "revoked_by_agent")
        return translate("by the agent itself");
    if (reason == "stopped_everything")
        return translate("because you stopped everything");
    if (reason == "agent_blocked")
        return translate("because you blocked the agent");
    if (reason == "clock_moved")
        return translate("because the computer's clock was changed");
    if (reason == "refresh_token_reused")
        return translate("because a token was used that had been replaced");
    if (reason == "database_rolled_back")
        return translate("because an old copy of the data was put back");
    if (reason == "paused_by_person")
        return translate("by you");
    if (reason == "used_up")
        return translate("because all of it was used up");
    if (reason == "replaced")
        return translate("because you allowed another in its place");
    if (reason == "ancestor_held")
        return translate("because the one that it comes from was held");
    if (reason == "ancestor_ended")
        return translate("because the one that it comes from has ended");
    if (reason == "ancestor_narrowed")
        return translate("because too little was left of the one that it comes from");
    if (reason == "operations_changed")
        return translate("because a service changed what it covers");
    if (reason == "waiting_for_evidence")
        return translate("until the agent shows what the service demands");
    if (reason == "screening_hit")
        return translate("because a sanctions screening of the agent had a hit");
    return QString::fromStdString(reason);
}

QString goesOnWhen(grants::EndReason held)
{
    using grants::EndReason;
    switch (held) {
    case EndReason::ClockMoved:
        return translate("The computer's clock was changed: it goes on when you have confirmed the clock.");
    case EndReason::RefreshTokenReused:
        return translate(
            "A token was used that had been replaced, so a copy may be in other hands: it goes on when you "
            "resume it.");
    case EndReason::PausedByPerson:
        return translate("You paused it: it goes on when you resume it.");
    case EndReason::AncestorHeld:
        return translate("The grant that it comes from is held: it goes on with that one.");
    case EndReason::AncestorNarrowed:
        return translate(
            "What is left of the grant that it comes from can't be told as this grant: it goes on when you "
            "resume it, if it fits then.");
    case EndReason::OperationsChanged:
        return translate("A service changed what it covers: it goes on when you have looked and resume it.");
    case EndReason::WaitingForEvidence:
        return translate("An agent does not show what a service demands: it goes on by itself once the agent does.");
    default:
        return {};
    }
}

QString deniedBecause(const std::string& reason)
{
    if (reason == "location" || reason == "action")
        return translate("it has no permission for that");
    if (reason == "not_yet" || reason == "outside_window")
        return translate("it is not allowed at this time");
    if (reason == "expired" || reason == "not_live")
        return translate("its permission is not in force");
    if (reason == "constraint" || reason == "unnamed_argument")
        return translate("an argument was not as allowed");
    if (reason == "amount_unreadable" || reason == "currency")
        return translate("the amount of money was not clear");
    if (reason == "per_action")
        return translate("that is too much money at once");
    if (reason == "per_day")
        return translate("that is too much money for one day");
    if (reason == "total")
        return translate("that is more money than it may spend in all");
    if (reason == "uses")
        return translate("it has done so as often as it may");
    if (reason == "rate")
        return translate("it does so too often");
    if (reason == "ancestor_narrowed")
        return translate("nothing is left of the permission that this comes from");
    if (reason == "signature_required")
        return translate("it did not sign what it sent");
    if (reason == "invalid_signature")
        return translate("its signature was not right");
    if (reason == "arguments")
        return translate("what it sent was not clear");
    if (reason == "waiting_for_evidence")
        return translate("it does not show what the service demands");
    if (reason == "screening_hit")
        return translate("a sanctions screening had a hit");
    if (reason == "service_limit" || reason == "level_cap")
        return translate("that is more than an agent like this may spend there");
    return translate("you would have to be asked");
}

} // namespace countersign::authority
