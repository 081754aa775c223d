// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A new key of the device. Both keys and the person sign the same words, "this key comes after that one, in this log":
// three JWS, `typ: device-rotation+jwt`, ES256, claims `iat`, `origin` of the log, and the thumbprints `old`, `new` and
// `person`. The old key's says that it hands over, the new one's that it is there, the person's that a person wanted
// it, so that who only has the old key can't put another in its place. They stand in the leaf `key_rotated`, in its
// member `rotation` {old, new, person: JWK; by_old, by_new, by_person: JWS}; that leaf is the last that names the old
// key as its device. The log keeps the name that it has of its first device. Pure, but for readRotations().
#pragma once

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::audit {

inline constexpr std::string_view kRotationType = "device-rotation+jwt";
inline constexpr std::string_view kRotationClaim = "rotation"; ///< of the leaf

struct Rotation {
    std::string origin; ///< of the log
    crypto::PublicKey before;
    crypto::PublicKey after;
    crypto::PublicKey person;
    UnixSeconds at; ///< when it was signed
};

/// The member `rotation`.
[[nodiscard]] Result<json::Object> signRotation(std::string_view origin, const crypto::PrivateKey& before,
    const crypto::PrivateKey& after, const crypto::PrivateKey& person, UnixSeconds now);
/// That all three signed, and the same. Whether `before` was in force is the caller's. Errors: InvalidInput,
/// BadSignature.
[[nodiscard]] Result<Rotation> readRotation(const json::Object& rotation);
/// Of a leaf `key_rotated`: also that it is written by the key that hands over, in the log of that person.
[[nodiscard]] Result<Rotation> rotationOfLeaf(const json::Object& claims);

struct LoggedRotation {
    std::uint64_t index = 0;
    UnixSeconds at; ///< of the entry
    Rotation rotation;
};
/// All of a log, in order. Error: StorageCorrupt, naming the entry.
[[nodiscard]] Result<std::vector<LoggedRotation>> readRotations(store::Database& database);

} // namespace countersign::audit
