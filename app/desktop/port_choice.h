// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The port, chosen once per user: the issuer's name holds it, so it never moves by itself.
#pragma once

#include <cstdint>

namespace countersign::desktop {

inline constexpr int kPortsTried = 50;

/// The first port from `preferred` on that nobody uses on 127.0.0.1; `preferred` when none is free.
[[nodiscard]] std::uint16_t chooseFreePort(std::uint16_t preferred);

} // namespace countersign::desktop
