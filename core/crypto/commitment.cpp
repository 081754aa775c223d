// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/commitment.h"

#include "core/crypto/digest.h"

namespace countersign::crypto {

bool opensCommitment(std::string_view commitment, std::string_view salt, std::string_view text)
{
    return salt.size() == kCommitmentSaltBytes && sha256Base64url(std::string(salt).append(text)) == commitment;
}

} // namespace countersign::crypto
