// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Whether the agent that a grant names is more than a name. Who delegates may name any registered agent beside any key
// in a link. Nothing can be done under that name which the link does not permit; but until the named agent itself came
// with that key and exchanged the link, a person must not read the name as if it was known.
#pragma once

#include "core/authority/person_api.h"
#include "core/store/database.h"

namespace countersign::authority {

/// Shown for what is no grant, and for the person's own grants. Any read connection.
[[nodiscard]] Result<Naming> namingOf(store::Database& database, const GrantId& grant);

/// "“night-shift”", or that somebody says it is that; `name`: safe to show, empty: none or unknown.
[[nodiscard]] QString namedAs(const QString& name, Naming naming);

} // namespace countersign::authority
