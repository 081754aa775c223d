// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Whose log a database holds, kept beside it: what evidence needs of the keys, and none of their secrets. It can't be
// made up later: once the keys are lost and the database is set aside, nobody can say any more that the log's key was
// the device's, or which key the person had.
#pragma once

#include "core/audit/log_key.h"
#include "core/store/database.h"

#include <optional>

namespace countersign::audit {

/// Nobody answers for it but the signatures in it. In a transaction.
[[nodiscard]] Result<void> keepLogIdentity(store::Database& database, const LogIdentity& identity);
/// As it was kept; nullopt: never. The device's key is the one that signed the statement: one that is, or was, in
/// force. Any connection. Error: StorageCorrupt.
[[nodiscard]] Result<std::optional<LogIdentity>> keptLogIdentity(store::Database& database);

} // namespace countersign::audit
