// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/constraint_json.h"

#include "core/base/try.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>

namespace countersign::permissions {

namespace {

constexpr std::int64_t kMaxExactInteger = 9007199254740992; ///< 2^53

double asDouble(const Decimal& number)
{
    const std::string text = number.text();
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// Whether a reader that keeps numbers as doubles (RFC 8785, RFC 7493) reads the same one.
bool survivesDoubles(const Decimal& number)
{
    std::array<char, 32> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), asDouble(number));
    const auto again = Decimal::parse({buffer.data(), written.ptr});
    return again && *again == number && number <= Decimal::of(kMaxExactInteger)
        && number >= Decimal::of(-kMaxExactInteger);
}

bool everyNumberSurvives(const Value& value)
{
    if (const auto* number = std::get_if<Decimal>(&value.is))
        return survivesDoubles(*number);
    if (const Value::List* list = value.list())
        return std::ranges::all_of(*list, everyNumberSurvives);
    if (const Value::Members* members = value.members())
        return std::ranges::all_of(*members, [](const auto& member) { return everyNumberSurvives(member.value); });
    return true;
}

Result<Value> namedValue(const Value& value, const Place& at)
{
    if (valueJson(value).size() > kMaxValueBytes)
        return at.refuse(std::format("a value is longer than {} bytes", kMaxValueBytes));
    if (!everyNumberSurvives(value))
        return at.refuse("a number that not every reader of JSON reads the same");
    return value;
}

Result<std::vector<Value>> namedValues(const Value& value, const Place& at)
{
    const Value::List* list = value.list();
    if (list == nullptr || list->empty())
        return at.refuse("must be an array with at least one value");
    if (list->size() > kMaxConstraintValues)
        return at.refuse(std::format("more than {} values", kMaxConstraintValues));
    std::vector<Value> values;
    for (const Value& element : *list)
        values.push_back(TRY(namedValue(element, at)));
    std::ranges::sort(values);
    if (std::ranges::adjacent_find(values) != values.end())
        return at.refuse("names the same value twice");
    return values;
}

Result<std::optional<Decimal>> bound(const Value& range, std::string_view name, const Place& at)
{
    const Value* value = range.member(name);
    if (value == nullptr)
        return std::nullopt;
    std::optional<Decimal> number = value->number();
    if (!number)
        return at.in(name).refuse("must be a decimal number");
    return number;
}

Result<Constraint> parseRange(const Value& value, const Place& at)
{
    const Value::Members* members = value.members();
    if (members == nullptr || members->empty())
        return at.refuse("must be an object with min, max or both");
    for (const auto& [name, ignored] : *members) {
        if (name != "min" && name != "max")
            return at.in(name).refuse("not a member of a range");
    }
    Range range{TRY(bound(value, "min", at)), TRY(bound(value, "max", at))};
    if (range.min && range.max && *range.min > *range.max)
        return at.refuse("min is more than max");
    return Constraint{std::move(range)};
}

Result<Constraint> parsePattern(const Value& value, const Place& at)
{
    const std::string* glob = value.text();
    if (glob == nullptr)
        return at.refuse("must be a text");
    if (glob->size() > kMaxPatternBytes)
        return at.refuse(std::format("longer than {} bytes", kMaxPatternBytes));
    for (std::size_t i = 0; i < glob->size(); ++i) {
        if ((*glob)[i] == '\\' && ++i == glob->size())
            return at.refuse("ends with a '\\' that takes nothing");
    }
    return Constraint{Pattern{*glob}};
}

Result<Constraint> parseWildcard(const Value& value, const Place& at)
{
    if (value != Value{true})
        return at.refuse("must be true");
    return Constraint{Wildcard{}};
}

Result<Constraint> parseWithin(const Value& value, const Place& at, std::size_t depth);

Result<std::vector<Constraint>> parseParts(const Value& value, const Place& at, std::size_t depth)
{
    const Value::List* list = value.list();
    if (list == nullptr || list->empty())
        return at.refuse("must be an array with at least one constraint");
    if (depth == kMaxConstraintDepth)
        return at.refuse(std::format("all and any stand inside each other more than {} deep", kMaxConstraintDepth));
    std::vector<Constraint> parts;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const std::string index = std::to_string(i);
        parts.push_back(TRY(parseWithin((*list)[i], at.in(index), depth + 1)));
    }
    return parts;
}

Result<Constraint> parseWithin(const Value& value, const Place& at, std::size_t depth)
{
    const Value::Members* members = value.members();
    if (members == nullptr || members->size() != 1)
        return at.refuse("must be an object with exactly one member, the kind of constraint");
    const auto& [kind, operand] = members->front();
    const Place place = at.in(kind);
    if (kind == "exact")
        return Constraint{Exact{TRY(namedValue(operand, place))}};
    if (kind == "range")
        return parseRange(operand, place);
    if (kind == "one_of")
        return Constraint{OneOf{TRY(namedValues(operand, place))}};
    if (kind == "not_one_of")
        return Constraint{NotOneOf{TRY(namedValues(operand, place))}};
    if (kind == "contains")
        return Constraint{Contains{TRY(namedValues(operand, place))}};
    if (kind == "subset")
        return Constraint{Subset{TRY(namedValues(operand, place))}};
    if (kind == "pattern")
        return parsePattern(operand, place);
    if (kind == "wildcard")
        return parseWildcard(operand, place);
    if (kind == "all")
        return Constraint{All{TRY(parseParts(operand, place, depth))}};
    if (kind == "any")
        return Constraint{Any{TRY(parseParts(operand, place, depth))}};
    return place.refuse("not a kind of constraint");
}

json::Value valueToJson(const Value& value)
{
    if (const auto* boolean = std::get_if<bool>(&value.is))
        return *boolean;
    if (const auto* number = std::get_if<Decimal>(&value.is)) {
        const std::optional<std::int64_t> integer = number->scaled(0);
        return integer ? json::Value(*integer) : json::Value(asDouble(*number));
    }
    if (const std::string* text = value.text())
        return json::Value(*text);
    if (const Value::List* list = value.list()) {
        json::Array array;
        for (const Value& element : *list)
            array.push_back(valueToJson(element));
        return array;
    }
    if (const Value::Members* members = value.members()) {
        json::Object object;
        for (const auto& [name, member] : *members)
            object[name] = valueToJson(member);
        return object;
    }
    return nullptr;
}

/// What stands beside the name of the kind, which comes first.
struct Operand {
    std::string_view& kind;

    json::Value values(std::string_view name, const std::vector<Value>& values) const
    {
        kind = name;
        return valueToJson(Value{values});
    }
    json::Value parts(std::string_view name, const std::vector<Constraint>& parts) const
    {
        kind = name;
        json::Array array;
        for (const Constraint& part : parts)
            array.push_back(constraintJson(part));
        return array;
    }

    json::Value operator()(const Wildcard&) const { return kind = "wildcard", true; }
    json::Value operator()(const Exact& exact) const { return kind = "exact", valueToJson(exact.value); }
    json::Value operator()(const Range& range) const
    {
        kind = "range";
        json::Object object;
        if (range.min)
            object["min"] = range.min->text();
        if (range.max)
            object["max"] = range.max->text();
        return object;
    }
    json::Value operator()(const OneOf& oneOf) const { return values("one_of", oneOf.values); }
    json::Value operator()(const NotOneOf& notOneOf) const { return values("not_one_of", notOneOf.values); }
    json::Value operator()(const Contains& contains) const { return values("contains", contains.values); }
    json::Value operator()(const Subset& subset) const { return values("subset", subset.values); }
    json::Value operator()(const Pattern& pattern) const { return kind = "pattern", json::Value(pattern.glob); }
    json::Value operator()(const All& all) const { return parts("all", all.parts); }
    json::Value operator()(const Any& any) const { return parts("any", any.parts); }
};

} // namespace

Result<Constraint> parseConstraint(const Value& value, const Place& at)
{
    return parseWithin(value, at, 0);
}

json::Value constraintJson(const Constraint& constraint)
{
    std::string_view kind;
    json::Value operand = std::visit(Operand{kind}, constraint.form);
    return json::Object{{kind, std::move(operand)}};
}

} // namespace countersign::permissions
