// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/control/timeline_query.h"

#include "core/server/control/control_api.h"
#include "core/server/oauth/form.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace countersign::server {

namespace {
constexpr std::array<std::string_view, 7> kKnown{"agent", "before", "count", "from", "grant", "kind", "to"};

/// nullopt: missing.
Result<std::optional<std::int64_t>> number(
    const Form& query, std::string_view name, std::int64_t least, std::int64_t most)
{
    const auto text = query.value(name);
    if (!text)
        return std::nullopt;
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(text->begin(), text->end(), value);
    if (error != std::errc() || stop != text->end() || value < least || value > most)
        return fail(ErrorCode::InvalidRequest,
            std::string(name) + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most)
                + '.');
    return value;
}

Result<std::vector<audit::LeafKind>> readKinds(std::string_view list)
{
    std::vector<audit::LeafKind> kinds;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const auto kind = audit::leafKindFromName(list.substr(0, comma));
        if (!kind)
            return fail(ErrorCode::InvalidRequest, "kind: there is no '" + std::string(list.substr(0, comma)) + "'.");
        kinds.push_back(*kind);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return kinds;
}
} // namespace

Result<TimelineQuery> readTimelineQuery(std::string_view query)
{
    const auto form = Form::parse(query);
    if (!form)
        return std::unexpected(form.error());
    for (const auto& [name, value] : form->parameters()) {
        if (!std::ranges::contains(kKnown, name))
            return fail(ErrorCode::InvalidRequest, "The parameter '" + name + "' is not known here.");
    }
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    const auto before = number(*form, "before", 0, kMost);
    const auto count = number(*form, "count", 1, audit::kMaxTimelinePage);
    const auto from = number(*form, "from", 0, kMost);
    const auto to = number(*form, "to", 0, kMost);
    for (const auto* each : {&before, &count, &from, &to}) {
        if (!*each)
            return std::unexpected(each->error());
    }
    auto kinds = readKinds(form->value("kind").value_or(std::string_view()));
    if (!kinds)
        return std::unexpected(kinds.error());

    TimelineQuery out;
    out.count = static_cast<int>(count->value_or(kDefaultTimelinePage));
    if (*before)
        out.before = static_cast<std::uint64_t>(**before);
    if (*from)
        out.filter.from = UnixSeconds{**from};
    if (*to)
        out.filter.to = UnixSeconds{**to};
    if (const auto agent = form->value("agent"))
        out.filter.agent = ClientId{std::string(*agent)};
    if (const auto grant = form->value("grant"))
        out.filter.grant = GrantId{std::string(*grant)};
    out.filter.kinds = *std::move(kinds);
    return out;
}

} // namespace countersign::server
