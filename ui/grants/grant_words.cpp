// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grant_words.h"

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
    default:
        return GrantWords::tr("held");
    }
}
} // namespace

QString grantStateWords(grants::GrantState state, EndReason reason)
{
    switch (state) {
    case grants::GrantState::Live:
        return GrantWords::tr("live");
    case grants::GrantState::Held:
        return heldWords(reason);
    case grants::GrantState::Expired:
        return GrantWords::tr("expired");
    case grants::GrantState::Revoked:
        return revokedWords(reason);
    }
    return {};
}

} // namespace countersign::ui
