// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the data folder remembers of the keys: where they rest and which they are. Written once, at first start, after
// the keys are safe in the keychain; never changed by the program. Its presence is what makes missing keys an error.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/keychain/keychain.h"

#include <QString>

#include <optional>

namespace countersign::desktop {

struct IdentityRecord {
    keychain::Backend backend = keychain::Backend::SealedFile;
    Thumbprint device; ///< its first key, after which the log is named
    Thumbprint person;

    bool operator==(const IdentityRecord&) const = default;
};

/// nullopt: there never was one in this folder. A record that can't be read is an error, never a first start.
[[nodiscard]] Result<std::optional<IdentityRecord>> readIdentityRecord(const QString& folder);
/// Refuses to replace one.
[[nodiscard]] Result<void> writeIdentityRecord(const QString& folder, const IdentityRecord& record);

} // namespace countersign::desktop
