// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Words about the operations that services offer, and about what changed there. What comes from outside is made safe to
// show.
#pragma once

#include "core/services/changes.h"

#include <QString>

namespace countersign::ui {

/// "new", "gone", "does or takes something else", "⚠ demands less".
[[nodiscard]] QString changeWords(const services::OperationChange& change);
/// One line: "payments.create: does or takes something else (POST /payments)".
[[nodiscard]] QString changeSentence(const services::OperationChange& change);
[[nodiscard]] QString requestWords(const services::Operation& operation); ///< "POST /payments"
/// "trust level L2 or higher", "nothing"
[[nodiscard]] QString demandWords(const services::Requirements& demands);
/// The same, and what was demanded before where that is different.
[[nodiscard]] QString demandWords(const services::OperationChange& change);

} // namespace countersign::ui
