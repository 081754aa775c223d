// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Structured field values for HTTP (RFC 9651): items, lists, dictionaries, inner lists and parameters of all eight
// types. Strict and total: every text is either read by the RFC's algorithm (section 4.2) or refused with the offset of
// what is wrong. Where the RFC leaves a choice, the strict one is taken: base64 must be canonical, with its padding.
// Time grows with n log n of the text at most, whose size the caller bounds. Pure.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace countersign::crypto::sf {

inline constexpr std::size_t kMaxFieldBytes = 32 * 1024; ///< what a header block may have in all
inline constexpr std::int64_t kMaxInteger = 999'999'999'999'999; ///< 15 digits (section 3.3.1); also of a date
inline constexpr std::int64_t kMaxThousandths = 999'999'999'999'999; ///< 12 digits and 3 (section 3.3.2)

struct Decimal {
    std::int64_t thousandths = 0; ///< exact: there are three fractional digits at most
    bool operator==(const Decimal&) const = default;
};
struct Token {
    std::string text;
    bool operator==(const Token&) const = default;
};
struct ByteSequence {
    std::string bytes; ///< decoded
    bool operator==(const ByteSequence&) const = default;
};
struct Date {
    std::int64_t seconds = 0; ///< since 1970-01-01T00:00:00Z
    bool operator==(const Date&) const = default;
};
struct DisplayString {
    std::string utf8;
    bool operator==(const DisplayString&) const = default;
};

/// An integer, decimal, string, token, byte sequence, boolean, date or display string.
using BareItem = std::variant<std::int64_t, Decimal, std::string, Token, ByteSequence, bool, Date, DisplayString>;

/// What stands under a key. Keys are unique among their neighbours; the order is the sender's.
template <typename Value> struct Entry {
    std::string key;
    Value value;
    bool operator==(const Entry&) const = default;
};

using Parameters = std::vector<Entry<BareItem>>;

struct Item {
    BareItem value;
    Parameters parameters;
    bool operator==(const Item&) const = default;
};
struct InnerList {
    std::vector<Item> items;
    Parameters parameters;
    bool operator==(const InnerList&) const = default;
};
using Member = std::variant<Item, InnerList>;
using List = std::vector<Member>;
using Dictionary = std::vector<Entry<Member>>;

/// What stands under `key`, or nullptr.
template <typename Value>
[[nodiscard]] const Value* find(const std::vector<Entry<Value>>& entries, std::string_view key)
{
    for (const Entry<Value>& entry : entries) {
        if (entry.key == key)
            return &entry.value;
    }
    return nullptr;
}

/// A key that stands twice in a dictionary or among parameters: the last value counts, at the first one's place
/// (section 4.2.2), or the text is refused, for callers to whom two readings of one text would be a danger.
enum class RepeatedKeys : std::uint8_t { LastCounts, Refused };

struct ParseOptions {
    std::size_t maxBytes = kMaxFieldBytes;
    RepeatedKeys repeatedKeys = RepeatedKeys::LastCounts;
};

/// Errors: InvalidInput, the message naming the offset of the byte; TooLarge.
[[nodiscard]] Result<Item> parseItem(std::string_view text, const ParseOptions& options = {});
[[nodiscard]] Result<List> parseList(std::string_view text, const ParseOptions& options = {});
[[nodiscard]] Result<Dictionary> parseDictionary(std::string_view text, const ParseOptions& options = {});

/// Section 4.1, one text for one value. An empty list or dictionary gives "", and then the field is not sent at all.
/// Error: InvalidInput for a value that the format can't hold: a number out of range, a string that isn't printable
/// ASCII, a key or token of other characters, a display string that isn't UTF-8.
[[nodiscard]] Result<std::string> serialize(const Item& item);
[[nodiscard]] Result<std::string> serialize(const InnerList& list);
[[nodiscard]] Result<std::string> serialize(const List& list);
[[nodiscard]] Result<std::string> serialize(const Dictionary& dictionary);

/// Whether a character may stand in a field name or method (RFC 9110 section 5.6.2, tchar).
[[nodiscard]] bool isTokenCharacter(char c);

} // namespace countersign::crypto::sf
