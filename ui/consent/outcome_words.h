// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How a request ended, for a person. Expired, denied, withdrawn and blocked are four different things.
#pragma once

#include "core/consent/request.h"

#include <QString>

namespace countersign::ui {

struct OutcomeWords {
    QString title;
    QString body;
};

[[nodiscard]] OutcomeWords outcomeWords(consent::RequestState how);

} // namespace countersign::ui
