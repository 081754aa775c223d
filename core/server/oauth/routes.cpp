// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/routes.h"

#include "core/server/authzen/endpoints.h"
#include "core/server/openapi/endpoints.h"
#include "core/server/receipts/endpoints.h"

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::server {

namespace {
/// Answered from what is at hand.
template <HttpResponse (*get)(const OAuthServer&)> void page(OAuthServer& server, const HttpRequest&, Respond respond)
{
    respond(get(server));
}

constexpr std::array kRoutes{
    Route{"GET", "/.well-known/oauth-authorization-server", page<metadata>},
    Route{"GET", "/.well-known/openid-configuration", page<metadata>},
    Route{"GET", kJwksPath, page<jwks>},
    Route{"GET", "/.well-known/agent-trust-keys", page<jwks>},
    Route{"GET", "/.well-known/authzen-configuration", page<authzenMetadata>},
    Route{"GET", kOpenApiPath, page<openApiDocument>},
    Route{"POST", kRegisterPath, registerClient},
    Route{"POST", kBackchannelPath, backchannelAuthorize},
    Route{"POST", kTokenPath, token},
    Route{"POST", kIntrospectPath, introspect},
    Route{"POST", kRevokePath, revoke},
    Route{"POST", kEvaluationPath, evaluate},
    Route{"POST", kEvaluationsPath, evaluateAll},
    Route{"GET", "/status/{number}", statusList},
    Route{"POST", "/receipts/{id}/outcome", reportOutcome},
    Route{"GET", "/receipts/{id}", receipt},
    Route{"GET", "/log/checkpoint", readLog},
    Route{"GET", "/log/tile/{tile}", readLog},
};

std::string_view takeSegment(std::string_view& path)
{
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return segment;
}

bool matches(std::string_view pattern, std::string_view path)
{
    if (!pattern.contains('{'))
        return pattern == path;
    while (!pattern.empty()) {
        const std::string_view wanted = takeSegment(pattern);
        const bool isAny = wanted.starts_with('{');
        if (isAny && pattern.empty())
            return !path.empty();
        const std::string_view there = takeSegment(path);
        if (isAny ? there.empty() : there != wanted)
            return false;
    }
    return path.empty();
}

bool serves(const Route& route, std::string_view method)
{
    return route.method == method || (route.method == "GET" && method == "HEAD");
}
} // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

FoundRoute findRoute(std::string_view method, std::string_view path)
{
    FoundRoute found;
    std::string_view pattern;
    for (const Route& route : kRoutes) { // those that are longer stand before those that take the rest of a path
        if (!pattern.empty() ? route.path != pattern : !matches(route.path, path))
            continue;
        pattern = route.path;
        found.allowed +=
            (found.allowed.empty() ? "" : ", ") + std::string(route.method == "GET" ? "GET, HEAD" : route.method);
        if (serves(route, method))
            found.route = &route;
    }
    return found;
}

} // namespace countersign::server
