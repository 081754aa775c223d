// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grant_words.h"

#include "core/permissions/words.h"

#include <QCoreApplication>

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
    case EndReason::ScreeningHit:
        return GrantWords::tr("ended: sanctions hit");
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
    case EndReason::OperationsChanged:
        return GrantWords::tr("held: the service changed what it covers");
    case EndReason::WaitingForEvidence:
        return GrantWords::tr("held: waiting for evidence");
    default:
        return GrantWords::tr("held");
    }
}

QString figures(const MeterLeft& rest, const QLocale& locale)
{
    using Kind = authority::Meter::Kind;
    const authority::Meter& meter = rest.meter;
    if (meter.kind == Kind::Uses)
        return GrantWords::tr("%1 of %2 uses")
            .arg(locale.toString(static_cast<qlonglong>(rest.left)),
                locale.toString(static_cast<qlonglong>(meter.limit)));
    const QString left = permissions::amountLabel(Amount::ofMillionths(rest.left), locale);
    const QString limit = permissions::moneyLabel(Amount::ofMillionths(meter.limit), meter.currency, locale);
    return meter.kind == Kind::PerDay ? GrantWords::tr("%1 of %2 today").arg(left, limit)
                                      : GrantWords::tr("%1 of %2").arg(left, limit);
}
} // namespace

QString agentWords(const authority::GrantRow& row)
{
    const QString claimed = row.agentName.isEmpty() ? GrantWords::tr("unnamed agent") : row.agentName;
    //: %1: what the person calls an agent, %2: what it calls itself
    const QString name = row.ownName.isEmpty() ? claimed : GrantWords::tr("%1 (%2)").arg(row.ownName, claimed);
    //: %1: the name of an agent, under which another one handed something on to a key that is not known
    return row.naming == authority::Naming::Claimed ? GrantWords::tr("says it is %1").arg(name) : name;
}

QString meterWords(const MeterLeft& meter, const QLocale& locale)
{
    const QString words = figures(meter, locale);
    //: %1: "197.50 of 500.00 EUR", %2: the agent above, whose own limit leaves no more than that
    return meter.by.isEmpty() ? words : GrantWords::tr("%1: %2 has no more left").arg(words, meter.by);
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
