// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Replacing the device's key, as far as the keychain goes. The log says which key is in force; the keychain has it
// before the log says so, and lets go of the old one only after:
//   1. stageDevice(): the next key has its own entries, "device-key-2" and "rotation-2" (what both keys and the person
//      say of it: core/audit/rotation.h; here it is only kept), and is on disk. It counts for nothing yet.
//   2. The log takes the entry that puts it in force, and commits.
//   3. adoptDevice(): the entry "identity" names it, in one write; then the old private key is overwritten.
// Cut off before 2 the staged key signed nothing, and the next attempt replaces it; between 2 and 3 the next start
// finds it through the log and does 3. The statements of all rotations stay, so that a database that was put back, or
// lost, can be told again. On the keychain's thread.
#pragma once

#include "core/base/result.h"
#include "core/keychain/identity.h"

#include <cstddef>

namespace countersign::keychain {

/// Of the life of one log. The sealed file holds some 40 statements of 1.4 KB in its 64 KiB.
inline constexpr std::size_t kMaxRotations = 24;

/// Stores the key that is to follow `now.device`; adopts `now` first where that was cut off. Errors: TooLarge (over
/// kMaxRotations), the keychain's. After an error it may be stored or not.
[[nodiscard]] Result<void> stageDevice(Keychain& keychain, const Identity& now, const NextDevice& next);
/// The log says that `now.device`, which was staged, is in force. Again does nothing.
[[nodiscard]] Result<void> adoptDevice(Keychain& keychain, const Identity& now);

} // namespace countersign::keychain
