// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Sealing bytes under a passphrase: Argon2id, then QCA's HKDF-SHA-256 and AES-256-GCM. QCA's GCM has no associated
// data, so the header (version, cost, salt, nonce, purpose) is bound through HKDF's info; nothing that was decrypted
// is used before the tag was checked.
#pragma once

#include "core/base/result.h"
#include "core/crypto/argon2.h"
#include "core/crypto/secret_bytes.h"

#include <string>
#include <string_view>

namespace countersign::keychain {

inline constexpr std::size_t kMinPassphraseCharacters = 8;

/// `purpose` says what is sealed ("person-key", "sealed-file"); it must be the same when unsealing.
[[nodiscard]] Result<std::string> seal(const crypto::SecretBytes& plaintext, const crypto::SecretBytes& passphrase,
    std::string_view purpose, const crypto::Argon2Cost& cost = {});
/// Errors: WrongPassphrase (or an altered box: the two can't be told apart), InvalidInput (not a sealed box).
[[nodiscard]] Result<crypto::SecretBytes> unseal(std::string_view box, const crypto::SecretBytes& passphrase, std::string_view purpose);

} // namespace countersign::keychain
