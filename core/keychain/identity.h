// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The three keys that make this desktop: the device's (ES256: tokens, receipts), the log's (Ed25519: checkpoints), and
// the person's (ES256: consents), which is sealed a second time under the person's own passphrase.
// They are made once, at first start, and live in the keychain only; the device's can be replaced (device_rotation.h).
// A keychain that was used before and has lost them is an error (KeychainEmptied), never a reason to make new ones:
// that would fork the audit log.
//
// A first start that was cut off can be repeated without forking anything: the entry "identity", which names the three
// keys by thumbprint, is written last, and no key is handed out before it is on disk. Keys without it, with no log
// anchor and a data folder that knows of no keys have signed nothing, and createIdentity() replaces them. The data
// folder must therefore record "keys were made" after createIdentity() or loadIdentity() returned them, not before.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/keychain/keychain.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::keychain {

/// Whether the data folder knows of keys that were made before.
enum class History : std::uint8_t { FirstStart, KeysWereMade };

/// A key of the device that is made and does not count yet (core/keychain/device_rotation.h).
struct NextDevice {
    crypto::PrivateKey key;
    std::string statement; ///< what both keys and the person say of the change
};

struct Identity {
    crypto::PrivateKey device;
    crypto::PrivateKey log;
    crypto::PublicKey person;
    std::string sealedPersonKey; ///< for unsealPersonKey(); names the public key too
    std::vector<std::string> rotations = {}; ///< the statement of each key of the device after the first, oldest first
    std::optional<NextDevice> next = {}; ///< the one that was staged last, where the keychain has it whole
    std::optional<Thumbprint> replaces = {}; ///< of lost keys; set until settleSuccessor()
};

/// Makes and stores the keys. `passphrase`: the person's own (InvalidInput when it is too short; nothing is stored
/// then). Fails with KeychainDenied when there are keys already that may have signed something.
[[nodiscard]] Result<Identity> createIdentity(Keychain& keychain, const crypto::SecretBytes& passphrase);
/// Loads them. nullopt only for History::FirstStart and a keychain without any of them, or with keys of a first start
/// that was cut off (see above). Some but not all of them is KeychainEmptied, as is one that can't be read.
/// (A keychain that has them all at a first start is used: the data folder was lost, not the keys.)
[[nodiscard]] Result<std::optional<Identity>> loadIdentity(Keychain& keychain, History history);

/// The device's key that came first: the log bears its name. Error: KeychainEmptied.
[[nodiscard]] Result<Thumbprint> firstDevice(const Identity& identity);

// The recovery ceremony (core/authority/recovery.h), once the person has decided that keys are lost for good.
/// Makes keys that stand by to follow those of the device `lost` (its first key); they must sign nothing before
/// settleSuccessor(). May be repeated until then. What the keychain still has of the old ones stays in it, as
/// "old-<now>-<entry>". Errors: KeychainDenied when it has whole keys of another device; InvalidInput (passphrase).
[[nodiscard]] Result<Identity> createSuccessor(
    Keychain& keychain, const crypto::SecretBytes& passphrase, const Thumbprint& lost, UnixSeconds now);
/// They are the keys from now on. Again does nothing.
[[nodiscard]] Result<void> settleSuccessor(Keychain& keychain);

/// The person's key in secure memory, for this session. Errors: WrongPassphrase; KeychainDenied when the sealed key is
/// not the one that it says it is.
[[nodiscard]] Result<crypto::PrivateKey> unsealPersonKey(
    const std::string& sealedPersonKey, const crypto::SecretBytes& passphrase);

/// What the keychain remembers of the log, so that an old copy of the database shows.
struct LogAnchor {
    std::uint64_t treeSize = 0;
    std::string root; ///< 32 bytes

    bool operator==(const LogAnchor&) const = default;
};

/// nullopt: none was written yet. One that can't be read is KeychainEmptied.
[[nodiscard]] Result<std::optional<LogAnchor>> readAnchor(Keychain& keychain);
[[nodiscard]] Result<void> writeAnchor(Keychain& keychain, const LogAnchor& anchor);

} // namespace countersign::keychain
