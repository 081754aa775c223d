// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/server/oauth/replies.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace countersign::server {

namespace {
constexpr std::string_view kStatusListType = "application/statuslist+jwt";

/// The list that a path names, in the only way to write its number.
std::optional<std::int64_t> listNumber(std::string_view path)
{
    path.remove_prefix(kStatusPath.size());
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(path.begin(), path.end(), number);
    if (error != std::errc() || stop != path.end() || path != std::to_string(number))
        return std::nullopt;
    return number;
}
} // namespace

void statusList(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    const auto number = listNumber(request.path);
    if (!number || *number < 0)
        return respond(notFound());
    server.authority.statusList(*number, [respond = std::move(respond)](Result<std::string> list) mutable {
        if (!list)
            return respond(refusal(list.error()));
        respond({.status = 200, .fields = {{"content-type", std::string(kStatusListType)}}, .body = *std::move(list)});
    });
}

} // namespace countersign::server
