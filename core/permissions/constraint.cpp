// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/constraint.h"

#include <algorithm>
#include <bitset>
#include <numeric>

namespace countersign::permissions {

namespace {

bool has(const std::vector<Value>& sorted, const Value& value)
{
    return std::ranges::binary_search(sorted, value);
}

struct Accepts {
    const Value& value;

    bool operator()(const Wildcard&) const { return true; }
    bool operator()(const Exact& exact) const { return value == exact.value; }
    bool operator()(const Range& range) const
    {
        const std::optional<Decimal> number = value.number();
        return number && (!range.min || *number >= *range.min) && (!range.max || *number <= *range.max);
    }
    bool operator()(const OneOf& oneOf) const { return has(oneOf.values, value); }
    bool operator()(const NotOneOf& notOneOf) const { return !has(notOneOf.values, value); }
    bool operator()(const Contains& contains) const
    {
        // Each element is looked up once, however many values are asked for: the list is as long as the agent likes.
        const std::vector<Value>& wanted = contains.values;
        std::bitset<kMaxConstraintValues> found;
        if (value.list() == nullptr || wanted.size() > found.size())
            return false;
        for (const Value& element : *value.list()) {
            const auto at = std::ranges::lower_bound(wanted, element);
            if (at != wanted.end() && *at == element)
                found.set(static_cast<std::size_t>(at - wanted.begin()));
        }
        return found.count() == wanted.size();
    }
    bool operator()(const Subset& subset) const
    {
        return value.list() != nullptr
            && std::ranges::all_of(*value.list(), [&](const Value& element) { return has(subset.values, element); });
    }
    bool operator()(const Pattern& pattern) const
    {
        return value.text() != nullptr && matchesGlob(pattern.glob, *value.text());
    }
    bool operator()(const All& all) const
    {
        return std::ranges::all_of(all.parts, [&](const Constraint& part) { return part.accepts(value); });
    }
    bool operator()(const Any& any) const
    {
        return std::ranges::any_of(any.parts, [&](const Constraint& part) { return part.accepts(value); });
    }
};

std::size_t sizeOf(const std::vector<Constraint>& parts)
{
    return std::accumulate(parts.begin(), parts.end(), std::size_t{1},
        [](std::size_t sum, const Constraint& part) { return sum + part.size(); });
}

} // namespace

bool All::operator==(const All& other) const
{
    return parts == other.parts;
}

bool Any::operator==(const Any& other) const
{
    return parts == other.parts;
}

bool Constraint::accepts(const Value& value) const
{
    return std::visit(Accepts{value}, form);
}

std::size_t Constraint::size() const
{
    if (const All* all = std::get_if<All>(&form))
        return sizeOf(all->parts);
    if (const Any* any = std::get_if<Any>(&form))
        return sizeOf(any->parts);
    return 1;
}

} // namespace countersign::permissions
