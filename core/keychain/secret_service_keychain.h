// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The Secret Service (GNOME Keyring, KeePassXC and others) through libsecret: items of schema
// org.countersign.Countersign with the attribute "name", made in the default collection.
// (freedesktop.org Secret Service API, version 0.2)
#pragma once

#include "core/base/result.h"
#include "core/keychain/keychain.h"

#include <memory>

namespace countersign::keychain {

[[nodiscard]] bool secretServiceAnswers();
/// Shows the desktop's unlock window when the default collection is locked, and blocks until the person answered.
[[nodiscard]] Result<std::unique_ptr<Keychain>> openSecretService();

} // namespace countersign::keychain
