// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An entry of the log with its claims, parsed once for all who follow the log.
#pragma once

#include "core/audit/leaf.h"
#include "core/base/json.h"

namespace countersign::authority {

struct ParsedLeaf {
    const audit::Leaf& leaf;
    const json::Object& claims;
};

} // namespace countersign::authority
