// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The query of GET /evidence, read strictly: exactly one of `receipt` (its id), `entry` (an index), `grant`, or `from`
// with `to` (Unix time) says what is wanted; `details=none` leaves private details out, `details=bodies` adds the
// bodies of requests that are kept, `form=html` asks for the page.
#pragma once

#include "core/base/result.h"
#include "core/evidence/export.h"

#include <string_view>

namespace countersign::server {

struct EvidenceQuery {
    evidence::Wanted wanted;
    evidence::ExportOptions options;
};

/// Error: InvalidRequest, naming the parameter.
[[nodiscard]] Result<EvidenceQuery> readEvidenceQuery(std::string_view query);

} // namespace countersign::server
