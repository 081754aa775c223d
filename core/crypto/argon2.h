// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Argon2id (RFC 9106) through libgcrypt: a key from a passphrase. OpenSSL's takes its working memory (64 MiB) out of
// the secure heap, which would need more locked memory than a desktop grants; libgcrypt wipes ordinary memory instead.
#pragma once

#include "core/base/result.h"
#include "core/crypto/secret_bytes.h"

#include <cstdint>
#include <string_view>

namespace countersign::crypto {

struct Argon2Cost {
    std::uint32_t memoryKib = 64 * 1024;
    std::uint32_t passes = 3;
    std::uint32_t lanes = 1;

    bool operator==(const Argon2Cost&) const = default;
};

/// 32 bytes. `salt`: at least 16 bytes.
[[nodiscard]] Result<SecretBytes> argon2id(
    const SecretBytes& passphrase, std::string_view salt, const Argon2Cost& cost);

} // namespace countersign::crypto
