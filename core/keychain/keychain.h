// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Where keys rest: the desktop's keychain (KWallet, Secret Service) or a sealed file. One interface, blocking calls;
// KeychainThread runs it on a thread of its own.
#pragma once

#include "core/base/result.h"
#include "core/crypto/secret_bytes.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::keychain {

/// Which keychain: decided once, at first start, recorded, and never changed by the program itself.
enum class Backend : std::uint8_t { KWallet, SecretService, SealedFile };

[[nodiscard]] std::string_view backendName(Backend backend); ///< "kwallet", "secret-service", "sealed-file"
[[nodiscard]] std::optional<Backend> backendFromName(std::string_view name);
[[nodiscard]] std::string_view backendTitle(Backend backend); ///< as a person knows it: "KWallet", "the keyring", …

inline constexpr std::size_t kMaxEntryNameBytes = 64;
inline constexpr std::size_t kMaxEntryBytes = 16 * 1024; ///< secure memory is small

/// Names are [a-z0-9-]+, at most kMaxEntryNameBytes (else InvalidInput); values at most kMaxEntryBytes (else TooLarge).
[[nodiscard]] Result<void> checkEntry(std::string_view name, std::size_t size);

/// Entries of ours, by name (checkEntry). Used from one thread, the one it was opened on; that
/// thread has an event loop.
/// Errors: KeychainMissing, KeychainLocked, KeychainDenied, KeychainEmptied, WrongPassphrase, each with the text that
/// tells the person how to recover. read() shows no window: a keychain that was locked meanwhile is KeychainLocked, and
/// opening it again is what asks the person. write() may ask only for a keychain that does not exist yet.
class Keychain {
public:
    Keychain() = default;
    Keychain(const Keychain&) = delete;
    Keychain& operator=(const Keychain&) = delete;
    virtual ~Keychain() = default;

    [[nodiscard]] virtual Backend backend() const = 0;
    /// nullopt: the keychain is open and has no such entry. Never made up from an error.
    [[nodiscard]] virtual Result<std::optional<crypto::SecretBytes>> read(std::string_view name) = 0;
    /// Returns once the entry is on disk and reads back equal.
    [[nodiscard]] virtual Result<void> write(std::string_view name, const crypto::SecretBytes& secret) = 0;
};

} // namespace countersign::keychain
