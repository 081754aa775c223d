// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The query of GET /evidence, read strictly: exactly one of `receipt` (its id), `entry` (an index), `grant`, or `from`
// with `to` (Unix time) says what is wanted; `details=none` leaves private details out.
#pragma once

#include "core/base/result.h"
#include "core/evidence/assemble.h"

#include <string_view>

namespace countersign::server {

struct EvidenceQuery {
    evidence::Wanted wanted;
    evidence::Details details = evidence::Details::Included;
};

/// Error: InvalidRequest, naming the parameter.
[[nodiscard]] Result<EvidenceQuery> readEvidenceQuery(std::string_view query);

} // namespace countersign::server
