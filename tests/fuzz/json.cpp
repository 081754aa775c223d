// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The strict reader and the canonical form: what is read is written in one way, and reads as the same again.
#include "core/base/json.h"

#include "core/crypto/canonical_json.h"
#include "core/permissions/value.h"
#include "tests/fuzz/fuzz.h"

using namespace countersign;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::textOf(data, size);
    const auto value = json::parse(text);
    const auto exact = permissions::parseValue(text);
    if (!value)
        return 0;
    const auto canonical = crypto::canonicalJson(*value);
    if (canonical) {
        const auto again = json::parse(*canonical);
        fuzz::require(again.has_value(), "canonical JSON can be read");
        fuzz::require(crypto::canonicalJson(*again) == *canonical, "canonical JSON is its own canonical form");
    }
    if (exact) {
        const auto again = permissions::parseValue(permissions::valueJson(*exact));
        fuzz::require(again && *again == *exact, "a value reads as the same again");
    }
    return 0;
}
