// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The steps of migrations.h from version 5 on.
#pragma once

#include <span>

namespace countersign::store {

[[nodiscard]] std::span<const char* const> laterMigrationTo(int version); ///< empty: there is none

} // namespace countersign::store
