// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/argon2.h"

#include <gcrypt.h>

#include <array>
#include <memory>
#include <type_traits>

namespace countersign::crypto {

namespace {
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMinSaltBytes = 16;
// The cost is read from files: what a changed one can make us spend is bounded.
constexpr std::uint32_t kMaxMemoryKib = 1024 * 1024;
constexpr std::uint32_t kMaxPasses = 64;
constexpr std::uint32_t kMaxLanes = 16;
constexpr std::uint32_t kMinMemoryKibPerLane = 8; // RFC 9106 section 3.1

void initializeGcrypt()
{
    // libsecret uses libgcrypt too, and whoever comes first sets it up.
    static const bool done = [] {
        if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) == 0) {
            gcry_check_version(nullptr);
            gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        }
        return true;
    }();
    static_cast<void>(done);
}

struct Closer {
    void operator()(gcry_kdf_hd_t derivation) const { gcry_kdf_close(derivation); }
};
using Derivation = std::unique_ptr<std::remove_pointer_t<gcry_kdf_hd_t>, Closer>;

bool isWithinBounds(const Argon2Cost& cost)
{
    return cost.passes >= 1 && cost.passes <= kMaxPasses && cost.lanes >= 1 && cost.lanes <= kMaxLanes
        && cost.memoryKib <= kMaxMemoryKib && cost.memoryKib >= kMinMemoryKibPerLane * cost.lanes;
}

std::unexpected<Error> noKey()
{
    return fail(ErrorCode::Internal, "No key could be made from the passphrase: there may be too little memory.");
}
} // namespace

Result<SecretBytes> argon2id(const SecretBytes& passphrase, std::string_view salt, const Argon2Cost& cost)
{
    if (passphrase.isEmpty())
        return fail(ErrorCode::InvalidInput, "The passphrase is empty.");
    if (salt.size() < kMinSaltBytes)
        return fail(ErrorCode::InvalidInput, "The salt of the passphrase is too short.");
    if (!isWithinBounds(cost))
        return fail(ErrorCode::InvalidInput, "The cost of the passphrase is out of bounds.");

    initializeGcrypt();
    const std::array<unsigned long, 4> parameters{kKeyBytes, cost.passes, cost.memoryKib, cost.lanes};
    gcry_kdf_hd_t opened = nullptr;
    if (gcry_kdf_open(&opened, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, parameters.data(), parameters.size(),
            passphrase.view().data(), passphrase.size(), salt.data(), salt.size(), nullptr, 0, nullptr, 0)
        != 0)
        return noKey();
    const Derivation derivation(opened);
    SecretBytes key(kKeyBytes);
    if (gcry_kdf_compute(derivation.get(), nullptr) != 0
        || gcry_kdf_final(derivation.get(), key.size(), key.data()) != 0)
        return noKey();
    return key;
}

} // namespace countersign::crypto
