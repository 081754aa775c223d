// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Sealing bytes under a passphrase: Argon2id, then QCA's HKDF-SHA-256 and AES-256-GCM. QCA's GCM has no associated
// data, so the header (version, cost, salt, nonce, purpose) is bound through HKDF's info; nothing that was decrypted
// is used before the tag was checked. Any thread.
// (RFC 9106 Argon2id, RFC 5869 HKDF, NIST SP 800-38D GCM)
#pragma once

#include "core/base/result.h"
#include "core/crypto/argon2.h"
#include "core/crypto/secret_bytes.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::keychain {

inline constexpr std::size_t kMinPassphraseCharacters = 8; ///< code points
inline constexpr std::size_t kMaxSealedBytes = 64 * 1024; ///< of plaintext
inline constexpr std::uint32_t kMaxSealMemoryKib = 1024 * 1024;
inline constexpr std::uint32_t kMaxSealPasses = 16;
inline constexpr std::uint32_t kMaxSealLanes = 16;

/// What Argon2id makes of a passphrase, for one salt and cost. Making it takes a fifth of a second, by design; sealing
/// with it does not, so what is sealed again and again keeps it. Each box still gets a key and nonce of its own (HKDF
/// with a fresh salt).
class SealKey {
public:
    /// For new boxes. Error: InvalidInput for a passphrase that is too short or a cost over the limits.
    [[nodiscard]] static Result<SealKey> make(
        const crypto::SecretBytes& passphrase, const crypto::Argon2Cost& cost = {});
    /// For a box that exists. Error: InvalidInput (not a sealed box).
    [[nodiscard]] static Result<SealKey> forBox(std::string_view box, const crypto::SecretBytes& passphrase);

    [[nodiscard]] Result<std::string> seal(const crypto::SecretBytes& plaintext, std::string_view purpose) const;
    [[nodiscard]] Result<crypto::SecretBytes> unseal(std::string_view box, std::string_view purpose) const;

private:
    SealKey(std::string salt, const crypto::Argon2Cost& cost, crypto::SecretBytes key);

    std::string m_salt;
    crypto::Argon2Cost m_cost;
    crypto::SecretBytes m_key;
};

/// `purpose` says what is sealed ("person-key", "sealed-file"); it must be the same when unsealing.
[[nodiscard]] Result<std::string> seal(const crypto::SecretBytes& plaintext, const crypto::SecretBytes& passphrase,
    std::string_view purpose, const crypto::Argon2Cost& cost = {});
/// Errors: WrongPassphrase (or an altered box: the two can't be told apart), InvalidInput (not a sealed box).
/// The passphrase's length is not checked here.
[[nodiscard]] Result<crypto::SecretBytes> unseal(
    std::string_view box, const crypto::SecretBytes& passphrase, std::string_view purpose);

} // namespace countersign::keychain
