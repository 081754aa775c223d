// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/outcome_words.h"

#include <QCoreApplication>

namespace countersign::ui {

namespace {
struct Outcome {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::Outcome)
};
} // namespace

OutcomeWords outcomeWords(consent::RequestState how)
{
    using enum consent::RequestState;
    switch (how) {
    case Waiting:
        break;
    case Approved:
        return {Outcome::tr("Approved."),
            Outcome::tr("The agent may start now. You find it under Grants, where you can revoke it.")};
    case Denied:
        return {Outcome::tr("Denied."), Outcome::tr("The agent is told that you said no.")};
    case Expired:
        return {Outcome::tr("This request has expired."),
            Outcome::tr("Its time ran out before anybody decided. Nothing was granted; the agent may ask again.")};
    case Cancelled:
        return {Outcome::tr("The agent withdrew this request."), Outcome::tr("Nothing was granted.")};
    case Blocked:
        return {
            Outcome::tr("This agent is blocked."), Outcome::tr("Its requests and grants ended. Nothing was granted.")};
    case Merged:
        return {Outcome::tr("This request is part of another one now."),
            Outcome::tr("The agent asked for the same again; decide on the newer one.")};
    }
    return {};
}

} // namespace countersign::ui
