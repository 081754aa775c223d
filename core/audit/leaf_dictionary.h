// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What packed leaves refer to (leaf_codec.h). Databases are read with it for ever: a dictionary is never changed. When
// leaves have become so different that it no longer helps, a new one gets the next number, and both are kept.
#pragma once

#include <string>

namespace countersign::audit {

inline constexpr char kLeafDictionaryNumber = 1;

/// A Zstandard dictionary (RFC 8878 section 5), trained on leaves of every kind with fresh ids and digests.
[[nodiscard]] std::string leafDictionary();

} // namespace countersign::audit
