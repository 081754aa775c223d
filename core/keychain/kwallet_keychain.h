// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// KWallet (KDE Frameworks 6): entries in the folder "Countersign" of the person's local wallet.
// KWallet knows a program by QCoreApplication::applicationName(), and so does a person who allows or denies it.
#pragma once

#include "core/base/result.h"
#include "core/keychain/keychain.h"

#include <memory>

namespace countersign::keychain {

[[nodiscard]] bool kwalletAnswers();
/// Shows KWallet's window when the wallet is closed, and blocks until the person answered.
[[nodiscard]] Result<std::unique_ptr<Keychain>> openKWallet();

} // namespace countersign::keychain
