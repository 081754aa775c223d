// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The keychain's entries, as identity.h tells of them. Only for the identity_*.cpp and device_rotation.cpp beside it.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/keychain/keychain.h"

#include <optional>
#include <string>
#include <string_view>

namespace countersign::keychain {

inline constexpr std::string_view kLogEntry = "log-key"; // PKCS #8
inline constexpr std::string_view kPersonEntry = "person-key"; // {"public": JWK, "sealed": base64url of a box}
inline constexpr std::string_view kIdentityEntry = "identity"; // Marker; what makes the others count
inline constexpr std::string_view kAnchorEntry = "log-anchor"; // {"tree_size", "root": base64url}

/// PKCS #8. The first is "device-key", the one after it "device-key-2".
[[nodiscard]] std::string deviceEntry(std::size_t generation);
/// What was said when the key of this generation came: "rotation-2" is the first.
[[nodiscard]] std::string rotationEntry(std::size_t generation);

/// Names the keys that belong together.
struct Marker {
    Thumbprint device;
    Thumbprint log;
    Thumbprint person;
    std::size_t generation = 1; ///< of the device's key
    std::optional<Thumbprint> replaces; ///< set while these keys only stand by to follow lost ones

    bool operator==(const Marker&) const = default;
};

[[nodiscard]] crypto::SecretBytes markerText(const Marker& marker);
/// nullopt: there is none. Error: KeychainEmptied where it can't be read.
[[nodiscard]] Result<std::optional<Marker>> readMarker(Keychain& keychain);

[[nodiscard]] std::unexpected<Error> emptied(const Keychain& keychain, std::string_view what);
[[nodiscard]] std::unexpected<Error> unreadable(const Keychain& keychain, std::string_view entry);
/// The value of an entry that must be there. Error: KeychainEmptied.
[[nodiscard]] Result<crypto::SecretBytes> mustRead(Keychain& keychain, std::string_view entry);
[[nodiscard]] Result<crypto::PrivateKey> readKey(Keychain& keychain, std::string_view entry, crypto::KeyType type);
[[nodiscard]] Result<void> writeKey(Keychain& keychain, std::string_view entry, const crypto::PrivateKey& key);

} // namespace countersign::keychain
