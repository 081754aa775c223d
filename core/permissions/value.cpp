// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/value.h"

#include "core/permissions/value_nesting.h"

#include <algorithm>
#include <charconv>
#include <format>

namespace countersign::permissions {

namespace {

std::unexpected<Error> refuse(std::string_view why)
{
    return fail(ErrorCode::InvalidAuthorizationDetails, std::format("pointer: {}", why));
}

/// One step with its "~0" and "~1" read (RFC 6901 section 4); nullopt: a '~' that means nothing.
std::optional<std::string> unescaped(std::string_view step)
{
    std::string out;
    for (std::size_t i = 0; i < step.size(); ++i) {
        if (step[i] != '~') {
            out += step[i];
            continue;
        }
        ++i;
        if (i == step.size() || (step[i] != '0' && step[i] != '1'))
            return std::nullopt;
        out += step[i] == '0' ? '~' : '/';
    }
    return out;
}

/// RFC 6901 section 4: an index has no leading zeros; "-" is the element after the last, which never is there.
const Value* element(const Value::List& list, std::string_view step)
{
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (error != std::errc() || end != step.data() + step.size() || (step.size() > 1 && step.front() == '0')
        || index >= list.size())
        return nullptr;
    return &list[index];
}

} // namespace

const Value* Value::member(std::string_view name) const
{
    const Members* all = members();
    if (all == nullptr)
        return nullptr;
    const auto found =
        std::ranges::lower_bound(*all, name, {}, [](const auto& member) { return std::string_view(member.name); });
    return found != all->end() && found->name == name ? &found->value : nullptr;
}

std::optional<Decimal> Value::number() const
{
    if (const Decimal* number = std::get_if<Decimal>(&is))
        return *number;
    if (const std::string* number = text()) {
        if (auto parsed = Decimal::parse(*number))
            return *parsed;
    }
    return std::nullopt;
}

bool Value::operator==(const Value& other) const = default;

std::strong_ordering Value::operator<=>(const Value& other) const
{
    if (const auto order = is.index() <=> other.is.index(); order != 0)
        return order;
    return std::visit(
        [&]<typename T>(const T& mine) -> std::strong_ordering {
            const T& theirs = std::get<T>(other.is);
            if constexpr (std::is_same_v<T, List> || std::is_same_v<T, Members>)
                return std::lexicographical_compare_three_way(mine.begin(), mine.end(), theirs.begin(), theirs.end());
            else
                return mine <=> theirs;
        },
        is);
}

Result<Pointer> Pointer::parse(std::string_view text)
{
    if (text.size() > kMaxPointerBytes)
        return refuse(std::format("longer than {} bytes", kMaxPointerBytes));
    if (!text.starts_with('/'))
        return refuse("begins with '/', like /amount");
    Pointer pointer;
    pointer.m_text = text;
    std::size_t at = 1;
    while (at <= text.size()) {
        const std::size_t slash = std::min(text.find('/', at), text.size());
        std::optional<std::string> step = unescaped(text.substr(at, slash - at));
        if (!step)
            return refuse("'~' is written ~0, and '/' inside a name ~1");
        pointer.m_steps.push_back(std::move(*step));
        at = slash + 1;
    }
    if (pointer.m_steps.size() > kMaxPointerSteps)
        return refuse(std::format("more than {} steps", kMaxPointerSteps));
    return pointer;
}

const Value* Pointer::resolve(const Value& arguments) const
{
    const Value* at = &arguments;
    for (const std::string& step : m_steps) {
        const Value::List* list = at->list();
        at = list != nullptr ? element(*list, step) : at->member(step);
        if (at == nullptr)
            return nullptr;
    }
    return at;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by json::kMaxDepth
std::size_t nestingOf(const Value& value)
{
    std::size_t deepest = 0;
    if (const Value::List* list = value.list()) {
        for (const Value& element : *list)
            deepest = std::max(deepest, nestingOf(element));
        return deepest + 1;
    }
    const Value::Members* members = value.members();
    if (members == nullptr)
        return 0;
    for (const Member& member : *members)
        deepest = std::max(deepest, nestingOf(member.value));
    return deepest + 1;
}

} // namespace countersign::permissions
