// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a new passphrase must be.
#pragma once

#include <QString>

namespace countersign::ui {

class PassphraseEdit;

/// What is wrong with a passphrase typed twice, as a sentence; empty: nothing.
[[nodiscard]] QString passphraseProblem(const PassphraseEdit& first, const PassphraseEdit& second);

} // namespace countersign::ui
