// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Reads the story of an entry (story.h), and looks at its signatures and proofs while it does. Any read connection, on
// its thread; what is told is of one moment.
#pragma once

#include "core/audit/device_terms.h"
#include "core/authority/story.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <string>

namespace countersign::authority {

/// By which the entries of a log are proven.
struct LogKeys {
    std::string origin;
    audit::DeviceTerms devices;
    crypto::PublicKey person;
    crypto::PublicKey log;
};

/// What is wrong with a proof is told in the story. Errors: NotFound; StorageFailed.
[[nodiscard]] Result<Story> readStory(store::Database& database, const LogKeys& keys, std::uint64_t index);

} // namespace countersign::authority
