// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/device_rotation.h"

#include "core/base/try.h"
#include "core/keychain/identity_entries.h"

#include <utility>

namespace countersign::keychain {

namespace {
constexpr std::string_view kRetired = "retired"; // in the place of a private key that nothing is signed with any more
} // namespace

Result<void> stageDevice(Keychain& keychain, const Identity& now, const NextDevice& next)
{
    if (now.rotations.size() >= kMaxRotations) {
        return fail(ErrorCode::TooLarge,
            "This device's key was replaced " + std::to_string(kMaxRotations) + " times, the most that one log takes.");
    }
    TRY(adoptDevice(keychain, now));
    const std::size_t generation = now.rotations.size() + 2;
    TRY(writeKey(keychain, deviceEntry(generation), next.key));
    return keychain.write(rotationEntry(generation), crypto::SecretBytes(next.statement));
}

Result<void> adoptDevice(Keychain& keychain, const Identity& now)
{
    auto marker = TRY(readMarker(keychain));
    if (!marker) {
        return emptied(keychain, "the keys that Countersign made are not in it any more");
    }
    const std::size_t generation = now.rotations.size() + 1;
    const bool isOurs = marker->log == now.log.publicKey().thumbprint() && marker->person == now.person.thumbprint();
    if (isOurs && marker->generation > generation) {
        return {}; // the one after it was adopted already
    }
    const Marker named{now.device.publicKey().thumbprint(), now.log.publicKey().thumbprint(), now.person.thumbprint(),
        generation, marker->replaces};
    if (*marker != named) {
        if (!isOurs || marker->generation + 1 != generation) {
            return emptied(keychain, "its keys are not those that Countersign runs with");
        }
        TRY(keychain.write(kIdentityEntry, markerText(named)));
    }
    if (generation == 1) {
        return {};
    }
    const std::string old = deviceEntry(generation - 1);
    const auto value = TRY(keychain.read(old));
    return value && value->view() != kRetired ? keychain.write(old, crypto::SecretBytes(kRetired)) : Result<void>();
}

} // namespace countersign::keychain
