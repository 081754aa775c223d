// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Whether 32 bytes are a point that can be an Ed25519 public key (RFC 8032 section 5.1.3). OpenSSL takes any bytes.
#pragma once

#include <string_view>

namespace countersign::crypto {

/// Canonically encoded, on the curve, and not of small order: under a key of small order one signature fits many
/// messages, and a receipt signed with it would prove nothing.
[[nodiscard]] bool isEd25519Point(std::string_view raw32);

} // namespace countersign::crypto
