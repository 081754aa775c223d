// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/agents_api.h"

#include "core/server/oauth/endpoints.h"
#include "core/server/oauth/replies.h"
#include "core/server/oauth/routes.h"

#include <memory>
#include <utility>

namespace countersign::server {

namespace {
void route(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    const FoundRoute found = findRoute(request.method, request.path);
    if (found.route != nullptr)
        found.route->handle(server, request, std::move(respond));
    else
        respond(found.allowed.empty() ? notFound() : methodNotAllowed(found.allowed));
}
} // namespace

Handler makeAgentsApi(authority::AgentApi& authority, const Clock& clock)
{
    auto server = std::make_shared<OAuthServer>(authority, clock);
    return [server](const HttpRequest& request, Respond respond) { route(*server, request, std::move(respond)); };
}

} // namespace countersign::server
