// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Evidence from a log that nobody goes on with: what was set aside when keys were lost (authority/recovery.h), or a
// copy of a data folder. No key is needed, nothing runs on it, and nothing in it is changed: a private copy is read,
// which also brings an old database up to date.
#pragma once

#include "core/evidence/assemble.h"

#include <QString>

#include <cstdint>
#include <string>

namespace countersign::evidence {

struct FromArchive {
    std::string text; ///< of the evidence file, or its page
    Thumbprint device; ///< of the log's device, whose word the file stands on
    std::uint64_t unsignedEntries = 0; ///< at the end of the log: nobody signs them any more, so they are left out
};

/// `folder`: the archive's. What it gives is verified before it is handed out. Blocks; any thread. Errors: those of
/// assemble(); StorageInUse where Countersign runs on it; StorageCorrupt where what is in it does not fit together;
/// NotSupported where it does not say whose log it is (older versions did not keep that).
[[nodiscard]] Result<FromArchive> exportFromArchive(
    const QString& folder, const Wanted& wanted, const ExportOptions& options, UnixSeconds now);

} // namespace countersign::evidence
