// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Evidence from the running program, for whoever may read everything: the control socket and the desktop.
#pragma once

#include "core/authority/authority.h"
#include "core/evidence/assemble.h"

#include <string>

namespace countersign::evidence {

/// The text of an evidence file. Any thread; replies on the reader pool. `authority` outlives the reply. Errors: those
/// of assemble().
void exportEvidence(
    authority::Authority& authority, Wanted wanted, ExportOptions options, authority::Reply<std::string> reply);

} // namespace countersign::evidence
