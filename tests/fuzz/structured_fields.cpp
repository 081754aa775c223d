// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Structured fields (RFC 9651): what is read is written in one way, and reads as the same again.
#include "core/crypto/structured_fields.h"

#include "tests/fuzz/fuzz.h"

using namespace countersign;

namespace {
template <typename Read> void readTwice(Read read, std::string_view text)
{
    const auto value = read(text);
    if (!value)
        return;
    const auto written = crypto::sf::serialize(*value);
    fuzz::require(written.has_value(), "what was read can be written");
    const auto again = read(*written);
    fuzz::require(again && *again == *value, "a field reads as the same again");
}
} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::textOf(data, size);
    readTwice([](std::string_view field) { return crypto::sf::parseItem(field); }, text);
    readTwice([](std::string_view field) { return crypto::sf::parseList(field); }, text);
    readTwice([](std::string_view field) { return crypto::sf::parseDictionary(field); }, text);
    return 0;
}
