// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person's file about trust, trust.json beside the other settings:
//
//     {"issuers": [{"issuer": "https://issuer.example", "issuerKeysUrl": "…", "maxScreeningAgeHours": 24, "nearby":
//     false}],
//      "registries": [{"name": "acme", "url": "https://registry.example", …}],
//      "program": {"name": "chain", "path": "/usr/bin/resolver", "arguments": []},
//      "ownerSites": true,
//      "levelCaps": {"EUR": {"L1": {"perAction": "10.00", "perDay": "50.00"}, …}}}
//
// Every member may be missing. issuerKeysUrl is {issuer}/.well-known/agent-trust-keys where it is not named; "nearby"
// allows an address within the person's own machine or network. A level that a currency does not name may spend nothing
// in it. Strict: an unknown member is an error.
#pragma once

#include "core/agents/trust_settings.h"
#include "core/base/result.h"

#include <string_view>

namespace countersign::agents {

inline constexpr std::size_t kMaxTrustSettingsBytes = 64 * 1024;
inline constexpr std::string_view kIssuerKeysPath = "/.well-known/agent-trust-keys";

/// Error: InvalidInput naming the member.
[[nodiscard]] Result<TrustSettings> readTrustSettings(std::string_view json);

} // namespace countersign::agents
