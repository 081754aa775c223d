// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Which constraint accepts no more than another. What accepts a list of values is tried value by value, and so is what
// refuses one; else both must be of one kind, or one of them a composition that splits.
#include "core/permissions/constraint.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace countersign::permissions {

namespace {

constexpr char kAnyText = '\xFF'; ///< stands in no valid UTF-8, so in no glob

/// The glob as a text in which kAnyText stands for each star.
std::string asText(const Pattern& pattern)
{
    std::string text;
    for (std::size_t i = 0; i < pattern.glob.size(); ++i) {
        const char c = pattern.glob[i];
        if (c == '\\' && i + 1 < pattern.glob.size())
            text += pattern.glob[++i];
        else
            text += c == '*' ? kAnyText : c;
    }
    return text;
}

/// All values that a constraint accepts, where it lists them; empty: it doesn't. `literal` keeps that of a glob without
/// stars.
std::span<const Value> listedValues(const Constraint& constraint, Value& literal)
{
    if (const Exact* exact = std::get_if<Exact>(&constraint.form))
        return {&exact->value, 1};
    if (const OneOf* oneOf = std::get_if<OneOf>(&constraint.form))
        return oneOf->values;
    if (const Pattern* pattern = std::get_if<Pattern>(&constraint.form)) {
        std::string text = asText(*pattern);
        if (!text.contains(kAnyText)) {
            literal = Value{std::move(text)};
            return {&literal, 1};
        }
    }
    return {};
}

template <typename T> const T* as(const Constraint& constraint)
{
    return std::get_if<T>(&constraint.form);
}

bool rangeNarrows(const Range& child, const Range& parent)
{
    return (!parent.min || (child.min && *child.min >= *parent.min))
        && (!parent.max || (child.max && *child.max <= *parent.max));
}

bool includes(const std::vector<Value>& larger, const std::vector<Value>& smaller, Effort& effort)
{
    return effort.spend(larger.size() + smaller.size()) && std::ranges::includes(larger, smaller);
}

/// Of two constraints that neither list values nor are composed.
bool sameKindNarrows(const Constraint& child, const Constraint& parent, Effort& effort)
{
    if (as<Range>(child) && as<Range>(parent))
        return rangeNarrows(*as<Range>(child), *as<Range>(parent));
    if (as<Contains>(child) && as<Contains>(parent))
        return includes(as<Contains>(child)->values, as<Contains>(parent)->values, effort);
    if (as<Subset>(child) && as<Subset>(parent))
        return includes(as<Subset>(parent)->values, as<Subset>(child)->values, effort);
    // Whatever takes in kAnyText, which it doesn't spell, takes in any text there.
    if (as<Pattern>(child) && as<Pattern>(parent))
        return matchesGlob(as<Pattern>(parent)->glob, asText(*as<Pattern>(child)));
    return false;
}

template <typename T> const std::vector<Constraint>* partsOf(const Constraint& constraint)
{
    const T* composed = as<T>(constraint);
    return composed != nullptr ? &composed->parts : nullptr;
}

std::optional<Constraint> listed(std::vector<Value> values)
{
    if (values.empty())
        return std::nullopt;
    if (values.size() == 1)
        return Constraint{Exact{std::move(values.front())}};
    return Constraint{OneOf{std::move(values)}};
}

std::vector<Value> unionOf(const std::vector<Value>& a, const std::vector<Value>& b)
{
    std::vector<Value> all;
    std::ranges::set_union(a, b, std::back_inserter(all));
    return all;
}

std::vector<Value> intersectionOf(const std::vector<Value>& a, const std::vector<Value>& b)
{
    std::vector<Value> both;
    std::ranges::set_intersection(a, b, std::back_inserter(both));
    return both;
}

Constraint together(const Constraint& a, const Constraint& b)
{
    All all;
    for (const Constraint* side : {&a, &b}) {
        if (const auto* parts = partsOf<All>(*side))
            all.parts.insert(all.parts.end(), parts->begin(), parts->end());
        else
            all.parts.push_back(*side);
    }
    return Constraint{std::move(all)};
}

} // namespace

bool narrows(const Constraint& child, const Constraint& parent, Effort& effort)
{
    if (!effort.spend())
        return false;
    const auto fits = [&](const Constraint& part) { return narrows(part, parent, effort); };
    const auto isUnder = [&](const Constraint& part) { return narrows(child, part, effort); };
    if (as<Wildcard>(parent))
        return true;
    if (const auto* parts = partsOf<Any>(child))
        return std::ranges::all_of(*parts, fits);
    if (const auto* parts = partsOf<All>(parent))
        return std::ranges::all_of(*parts, isUnder);
    if (const NotOneOf* refused = as<NotOneOf>(parent))
        return effort.spend(refused->values.size() * child.size())
            && std::ranges::none_of(refused->values, [&](const Value& value) { return child.accepts(value); });
    Value literal;
    if (const auto values = listedValues(child, literal); !values.empty())
        return effort.spend(values.size() * parent.size())
            && std::ranges::all_of(values, [&](const Value& value) { return parent.accepts(value); });
    if (const auto* parts = partsOf<Any>(parent); parts != nullptr && std::ranges::any_of(*parts, isUnder))
        return true;
    if (const auto* parts = partsOf<All>(child))
        return std::ranges::any_of(*parts, fits);
    return sameKindNarrows(child, parent, effort);
}

std::optional<Constraint> meet(const Constraint& a, const Constraint& b, Effort& effort)
{
    if (narrows(a, b, effort))
        return a;
    if (narrows(b, a, effort))
        return b;
    for (const auto& [lists, other] : {std::pair(&a, &b), std::pair(&b, &a)}) {
        Value literal;
        const auto values = listedValues(*lists, literal);
        if (values.empty())
            continue;
        std::vector<Value> both;
        std::ranges::copy_if(
            values, std::back_inserter(both), [&](const Value& value) { return other->accepts(value); });
        return listed(std::move(both));
    }
    if (as<Range>(a) && as<Range>(b)) {
        Range range = *as<Range>(a);
        const Range& other = *as<Range>(b);
        if (!range.min || (other.min && *other.min > *range.min))
            range.min = other.min;
        if (!range.max || (other.max && *other.max < *range.max))
            range.max = other.max;
        return range.min && range.max && *range.min > *range.max ? std::nullopt : std::optional(Constraint{range});
    }
    if (as<NotOneOf>(a) && as<NotOneOf>(b))
        return Constraint{NotOneOf{unionOf(as<NotOneOf>(a)->values, as<NotOneOf>(b)->values)}};
    if (as<Contains>(a) && as<Contains>(b))
        return Constraint{Contains{unionOf(as<Contains>(a)->values, as<Contains>(b)->values)}};
    if (as<Subset>(a) && as<Subset>(b)) {
        if (std::vector<Value> both = intersectionOf(as<Subset>(a)->values, as<Subset>(b)->values); !both.empty())
            return Constraint{Subset{std::move(both)}};
    }
    return together(a, b);
}

} // namespace countersign::permissions
