// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a constraint says of one argument: a set of values that it accepts. The vocabulary is that of
// draft-niyikiza-oauth-attenuating-agent-tokens; `pattern` is a glob that matches in linear time.
#pragma once

#include "core/permissions/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace countersign::permissions {

inline constexpr std::size_t kMaxConstraintDepth = 4; ///< all and any inside each other
inline constexpr std::size_t kMaxConstraintValues = 256; ///< values of one constraint
inline constexpr std::size_t kMaxPatternBytes = 256;
inline constexpr std::size_t kMaxValueBytes = 1024; ///< of a value that a constraint names, as JSON

struct Constraint;

struct Exact { ///< this value; numbers are compared by what they are worth, and a text is never a number
    Value value;
    bool operator==(const Exact&) const = default;
};
struct Range { ///< a number (or a text that is one) within the bounds; at least one bound is set
    std::optional<Decimal> min;
    std::optional<Decimal> max;
    bool operator==(const Range&) const = default;
};
struct OneOf { ///< one of these; sorted, never empty
    std::vector<Value> values;
    bool operator==(const OneOf&) const = default;
};
struct NotOneOf { ///< a value, but none of these
    std::vector<Value> values;
    bool operator==(const NotOneOf&) const = default;
};
struct Contains { ///< a list that holds all of these
    std::vector<Value> values;
    bool operator==(const Contains&) const = default;
};
struct Subset { ///< a list that holds nothing but these
    std::vector<Value> values;
    bool operator==(const Subset&) const = default;
};
struct Pattern { ///< a text that the glob matches: `*` any characters, also none; `\` takes the next one literally
    std::string glob;
    bool operator==(const Pattern&) const = default;
};
struct Wildcard { ///< anything, as long as it is there
    bool operator==(const Wildcard&) const = default;
};
struct All { ///< never empty
    std::vector<Constraint> parts;
    bool operator==(const All&) const;
};
struct Any { ///< never empty
    std::vector<Constraint> parts;
    bool operator==(const Any&) const;
};

struct Constraint {
    std::variant<Wildcard, Exact, Range, OneOf, NotOneOf, Contains, Subset, Pattern, All, Any> form;

    [[nodiscard]] bool accepts(const Value& value) const;
    /// With all that stands inside it.
    [[nodiscard]] std::size_t size() const;
    bool operator==(const Constraint&) const = default;
};

/// Whether a glob of at most kMaxPatternBytes matches; linear in both, whatever they are.
[[nodiscard]] bool matchesGlob(std::string_view glob, std::string_view text);

/// How many steps a comparison may take; what would take more is undecided, which is a no.
class Effort {
public:
    explicit Effort(std::size_t steps) : m_left(steps) { }
    [[nodiscard]] bool spend(std::size_t steps = 1)
    {
        m_left = steps > m_left ? 0 : m_left - steps;
        return m_left > 0;
    }

private:
    std::size_t m_left;
};

/// Whether everything that `child` accepts is accepted by `parent`. No where it can't be told.
[[nodiscard]] bool narrows(const Constraint& child, const Constraint& parent, Effort& effort);
/// What both accept; nullopt: nothing. It may be larger than what one detail can hold.
[[nodiscard]] std::optional<Constraint> meet(const Constraint& a, const Constraint& b, Effort& effort);

} // namespace countersign::permissions
