// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The one strict JSON reader for everything that comes from outside, and helpers to take members out of it.
// Refused: duplicate names (after unescaping), depth and size over the limits, invalid UTF-8, comments, trailing
// text, numbers that don't fit (1e400). (RFC 8259; RFC 7515 section 4 and RFC 8785 need unique names.)
#pragma once

#include "core/base/result.h"

#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxBytes = 1024 * 1024;

struct Limits {
    std::size_t maxDepth = kMaxDepth; ///< arrays and objects inside each other
    std::size_t maxBytes = kMaxBytes;
};

/// Any JSON value. Error: InvalidInput or TooLarge, the message naming the offset and the reason.
[[nodiscard]] Result<Value> parse(std::string_view text, const Limits& limits = {});
/// The same, and it must be an object.
[[nodiscard]] Result<Object> parseObject(std::string_view text, const Limits& limits = {});

/// Is told a document piece by piece, in the order of its text, for readers that need numbers as they were written.
class Events {
public:
    Events() = default;
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;
    virtual ~Events() = default;

    virtual void objectBegin() = 0;
    virtual void name(std::string name) = 0; ///< of the member that comes next
    virtual void objectEnd() = 0;
    virtual void arrayBegin() = 0;
    virtual void arrayEnd() = 0;
    virtual void text(std::string text) = 0;
    virtual Result<void> number(std::string text) = 0; ///< an error refuses the document
    virtual void boolean(bool value) = 0;
    virtual void null() = 0;
};
/// Reads by the same rules as parse(), and fails in the same way; `events` may have been told a part by then.
[[nodiscard]] Result<void> read(std::string_view text, Events& events, const Limits& limits = {});

/// Members by name. A missing optional member is nullopt; a member of another type is an InvalidInput error.
[[nodiscard]] Result<std::string> requiredString(const Object& object, std::string_view name);
[[nodiscard]] Result<std::optional<std::string>> optionalString(const Object& object, std::string_view name);
[[nodiscard]] Result<std::int64_t> requiredInteger(const Object& object, std::string_view name);
[[nodiscard]] Result<std::optional<std::int64_t>> optionalInteger(const Object& object, std::string_view name);
[[nodiscard]] Result<std::optional<bool>> optionalBool(const Object& object, std::string_view name);
[[nodiscard]] Result<std::vector<std::string>> requiredStrings(const Object& object, std::string_view name);
/// Error (InvalidInput, naming the member) when `object` has a member that `known` does not list.
[[nodiscard]] Result<void> onlyMembers(const Object& object, std::initializer_list<std::string_view> known);

/// Compact text; for answers and files. What is signed or hashed goes through crypto::canonicalJson instead.
[[nodiscard]] std::string serialize(const Value& value);

} // namespace countersign::json
