// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One file, <folder>/keychain.sealed (0600), where no keychain program runs: all entries together in one box (seal.h,
// purpose "sealed-file"), sealed anew at each write, followed by the box's SHA-256, which only tells damage from a
// wrong passphrase. Argon2id's key is kept in secure memory while the file is open; each write has a fresh HKDF salt
// and nonce. The file is replaced atomically and durably, and never when it is not what we last read or wrote.
#pragma once

#include "core/base/result.h"
#include "core/keychain/open_keychain.h"

#include <memory>

namespace countersign::keychain {

inline constexpr int kMaxPassphraseTries = 3;

/// Asks for the passphrase when the file exists. Errors: StorageInUse (another process has it open), KeychainDenied,
/// KeychainEmptied (the file is damaged), WrongPassphrase after kMaxPassphraseTries.
[[nodiscard]] Result<std::unique_ptr<Keychain>> openSealedFile(const OpenOptions& options);

} // namespace countersign::keychain
