// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the person's settings say, as the authority takes it. Read anew at each call.
#pragma once

#include "core/agents/trust_settings_json.h"
#include "core/authority/authority.h"
#include "core/authority/witnessing.h"
#include "core/base/result.h"

#include <memory>

namespace countersign::desktop {

[[nodiscard]] authority::KeepBodies bodiesAsSet();
/// With the witness that the settings name; none: nullptr.
[[nodiscard]] std::unique_ptr<authority::Witnessing> witnessingAsSet(authority::Authority& authority);
/// Whom the person's file names; no file: nobody. Error: InvalidInput.
[[nodiscard]] Result<agents::TrustSettings> trustAsSet();

} // namespace countersign::desktop
