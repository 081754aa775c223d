// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grant_words.h"

#include "core/permissions/words.h"

#include <QCoreApplication>

#include <algorithm>

namespace countersign::ui {

namespace {
struct GrantWords {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::GrantWords)
};

using grants::EndReason;

QString revokedWords(EndReason reason)
{
    switch (reason) {
    case EndReason::RevokedByAgent:
        return GrantWords::tr("given back by the agent");
    case EndReason::StoppedEverything:
        return GrantWords::tr("stopped by you, with everything");
    case EndReason::AgentBlocked:
        return GrantWords::tr("ended: the agent is blocked");
    case EndReason::Replaced:
        return GrantWords::tr("replaced by a later one");
    case EndReason::AncestorEnded:
        return GrantWords::tr("ended with the one above");
    case EndReason::DatabaseRolledBack:
        return GrantWords::tr("ended: an old database was put back");
    default:
        return GrantWords::tr("revoked by you");
    }
}

QString heldWords(EndReason reason)
{
    switch (reason) {
    case EndReason::ClockMoved:
        return GrantWords::tr("held: the clock was changed");
    case EndReason::RefreshTokenReused:
        return GrantWords::tr("held: its token was used twice");
    case EndReason::PausedByPerson:
        return GrantWords::tr("paused by you");
    case EndReason::AncestorHeld:
        return GrantWords::tr("held with the one above");
    case EndReason::AncestorNarrowed:
        return GrantWords::tr("held: nothing above permits it any more");
    default:
        return GrantWords::tr("held");
    }
}

/// A limit that was lowered below what is used up already leaves nothing.
std::int64_t leftOf(const authority::Meter& meter)
{
    return std::max<std::int64_t>(meter.limit - meter.used, 0);
}
} // namespace

QString agentWords(const authority::GrantRow& row)
{
    const QString claimed = row.agentName.isEmpty() ? GrantWords::tr("unnamed agent") : row.agentName;
    //: %1: what the person calls an agent, %2: what it calls itself
    return row.ownName.isEmpty() ? claimed : GrantWords::tr("%1 (%2)").arg(row.ownName, claimed);
}

QString meterWords(const authority::Meter& meter, const QLocale& locale)
{
    using Kind = authority::Meter::Kind;
    const std::int64_t left = leftOf(meter);
    if (meter.kind == Kind::Uses)
        return GrantWords::tr("%1 of %2 uses")
            .arg(locale.toString(static_cast<qlonglong>(left)), locale.toString(static_cast<qlonglong>(meter.limit)));
    const QString rest = permissions::amountLabel(Amount::ofMillionths(left), locale);
    const QString limit = permissions::moneyLabel(Amount::ofMillionths(meter.limit), meter.currency, locale);
    return meter.kind == Kind::PerDay ? GrantWords::tr("%1 of %2 today").arg(rest, limit)
                                      : GrantWords::tr("%1 of %2").arg(rest, limit);
}

double meterLeft(const authority::Meter& meter)
{
    return meter.limit <= 0 ? 0 : static_cast<double>(leftOf(meter)) / static_cast<double>(meter.limit);
}

QString grantStateWords(grants::GrantState state, EndReason reason)
{
    switch (state) {
    case grants::GrantState::Live:
        return GrantWords::tr("live");
    case grants::GrantState::Held:
        return heldWords(reason);
    case grants::GrantState::Expired:
        return reason == EndReason::UsedUp       ? GrantWords::tr("used up")
            : reason == EndReason::AncestorEnded ? GrantWords::tr("ended with the one above")
                                                 : GrantWords::tr("expired");
    case grants::GrantState::Revoked:
        return revokedWords(reason);
    }
    return {};
}

} // namespace countersign::ui
