// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The keys of the device: the one that signs now, and those before it, which stay good for what they signed. Which ones
// there were, the keychain says; from which entry on each counts, the log; at start the two are brought together.
#pragma once

#include "core/audit/device_terms.h"
#include "core/authority/authority.h"

#include <memory>
#include <mutex>

namespace countersign::authority {

struct Context;

struct DeviceKeys {
    crypto::PrivateKey signing;
    audit::DeviceTerms terms; ///< the last is that of `signing`
};

/// As all threads see them.
class DeviceRing {
public:
    explicit DeviceRing(DeviceKeys keys) : m_keys(std::make_shared<const DeviceKeys>(std::move(keys))) { }

    [[nodiscard]] std::shared_ptr<const DeviceKeys> keys() const; ///< any thread
    void set(DeviceKeys keys); ///< the authority's thread

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const DeviceKeys> m_keys;
};

/// As the keychain has them; from which entries on is not known yet. Error: KeychainEmptied where its statements don't
/// lead from the first key to the present one.
[[nodiscard]] Result<DeviceKeys> deviceKeysOf(const keychain::Identity& identity);

/// After the log was checked: takes over from which entries on each key counts, and a key that the log put in force
/// before the keychain had adopted it. Error: KeychainEmptied where the key in force is not in the keychain.
[[nodiscard]] Result<void> alignDevice(Context& context);
/// Puts into the log the changes of keys that it doesn't know, because an old copy of it was put back, or it is new.
/// What is written before names the key that was in force there.
[[nodiscard]] Result<void> catchUpDevice(Context& context);

/// RFC 9421: as AgentApi::signAnswer().
[[nodiscard]] Result<crypto::SignatureFields> signAnswer(const crypto::PrivateKey& device,
    const crypto::HttpMessage& answer, const std::vector<crypto::Component>& components, UnixSeconds now);

// rotate_device.cpp
/// What signs next: made, kept in the keychain, and not in force.
struct BegunRotation {
    keychain::Identity now;
    keychain::NextDevice next;
    DeviceKeeper keeper;
};
/// One at a time. Errors: KeychainLocked (the person's key is sealed), TooLarge, TemporarilyUnavailable, and where
/// nothing may be decided.
[[nodiscard]] Result<BegunRotation> beginRotation(Context& context);
void abandonRotation(Context& context); ///< another may begin; what was staged is used again in this session
/// Writes the entry; in a transaction of its own, after which takeRotation() is due.
[[nodiscard]] Result<void> writeRotation(Context& context);
void takeRotation(Context& context); ///< it is durable: the new key signs

/// The whole of it, with the person's passphrase. Errors: WrongPassphrase, those of
/// beginRotation(), the keychain's. After an error the old key is in force, and it may be tried again. Any thread;
/// `reply` on the reader pool.
void rotateDevice(Authority& authority, crypto::SecretBytes passphrase, Reply<void> reply);

} // namespace countersign::authority
