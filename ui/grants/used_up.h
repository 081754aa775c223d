// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What to tell somebody who lowers a limit to what is used up already, or below it.
#pragma once

#include "core/authority/person_api.h"

#include <QStringList>

namespace countersign::ui {

/// A sentence for each limit that `edit` lowers so far that it leaves nothing. `edit` is of the details in force.
[[nodiscard]] QStringList usedUpBy(const authority::GrantRow& grant, const consent::Edit& edit);

} // namespace countersign::ui
