// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An argument of an action, or a value that a constraint names: what JSON can say, with numbers exact. Ordered, so that
// sets of them can be kept sorted.
#pragma once

#include "core/base/decimal.h"
#include "core/base/result.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace countersign::permissions {

inline constexpr std::size_t kMaxPointerBytes = 256;
inline constexpr std::size_t kMaxPointerSteps = 16;

struct Member;

struct Value {
    using List = std::vector<Value>;
    using Members = std::vector<Member>; ///< sorted by name, each once

    std::variant<std::monostate, bool, Decimal, std::string, List, Members> is; ///< monostate: null

    [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&is); }
    [[nodiscard]] const List* list() const { return std::get_if<List>(&is); }
    [[nodiscard]] const Members* members() const { return std::get_if<Members>(&is); }
    [[nodiscard]] const Value* member(std::string_view name) const; ///< nullptr: none, or not an object
    /// A number, or a text that is one ("500.00").
    [[nodiscard]] std::optional<Decimal> number() const;

    bool operator==(const Value& other) const;
    std::strong_ordering operator<=>(const Value& other) const;
};

struct Member {
    std::string name;
    Value value;

    bool operator==(const Member&) const = default;
    std::strong_ordering operator<=>(const Member&) const = default;
};

/// A JSON pointer (RFC 6901) to an argument: never empty, "-" names no element.
class Pointer {
public:
    [[nodiscard]] static Result<Pointer> parse(std::string_view text); ///< InvalidAuthorizationDetails
    [[nodiscard]] const std::string& text() const { return m_text; }
    [[nodiscard]] const std::vector<std::string>& steps() const { return m_steps; }
    [[nodiscard]] const Value* resolve(const Value& arguments) const; ///< nullptr: there is nothing

    std::strong_ordering operator<=>(const Pointer& other) const { return m_text <=> other.m_text; }
    bool operator==(const Pointer& other) const { return m_text == other.m_text; }

private:
    std::string m_text;
    std::vector<std::string> m_steps;
};

// value_json.cpp
/// Strict (core/base/json.h's rules); numbers are read from the text, so "0.1" stays 0.1. Error: InvalidInput,
/// TooLarge.
[[nodiscard]] Result<Value> parseValue(std::string_view json);
/// Canonical: equal values have equal texts. Numbers are written plainly (Decimal::text).
[[nodiscard]] std::string valueJson(const Value& value);

} // namespace countersign::permissions
