// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/agents_api.h"

#include "core/server/authzen/endpoints.h"
#include "core/server/oauth/endpoints.h"
#include "core/server/oauth/replies.h"
#include "core/server/receipts/endpoints.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace countersign::server {

namespace {
struct Page { // answered from what is at hand
    std::string_view path;
    HttpResponse (*get)(const OAuthServer&);
};
constexpr std::array kPages{
    Page{"/.well-known/oauth-authorization-server", metadata},
    Page{"/.well-known/openid-configuration", metadata},
    Page{kJwksPath, jwks},
    Page{"/.well-known/agent-trust-keys", jwks},
    Page{"/.well-known/authzen-configuration", authzenMetadata},
};

struct Endpoint {
    std::string_view path;
    void (*post)(OAuthServer&, const HttpRequest&, Respond);
};
constexpr std::array kEndpoints{
    Endpoint{kRegisterPath, registerClient},
    Endpoint{kBackchannelPath, backchannelAuthorize},
    Endpoint{kTokenPath, token},
    Endpoint{kIntrospectPath, introspect},
    Endpoint{kRevokePath, revoke},
    Endpoint{kEvaluationPath, evaluate},
    Endpoint{kEvaluationsPath, evaluateAll},
};

struct Folder { // what is below a path
    std::string_view path;
    void (*get)(OAuthServer&, const HttpRequest&, Respond);
    void (*post)(OAuthServer&, const HttpRequest&, Respond) = nullptr;
};
constexpr std::array kFolders{
    Folder{kStatusPath, statusList},
    Folder{kReceiptsPath, receipt, reportOutcome},
    Folder{kLogPath, readLog},
};

auto isIn(std::string_view path)
{
    return [path](const Folder& folder) { return path.starts_with(folder.path); };
}

bool isRead(const HttpRequest& request)
{
    return request.method == "GET" || request.method == "HEAD";
}

void route(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    if (const auto* const page = std::ranges::find(kPages, request.path, &Page::path); page != kPages.end()) {
        respond(isRead(request) ? page->get(server) : methodNotAllowed("GET, HEAD"));
        return;
    }
    if (const auto* const folder = std::ranges::find_if(kFolders, isIn(request.path)); folder != kFolders.end()) {
        if (isRead(request))
            folder->get(server, request, std::move(respond));
        else if (folder->post != nullptr && request.method == "POST")
            folder->post(server, request, std::move(respond));
        else
            respond(methodNotAllowed("GET, HEAD"));
        return;
    }
    if (const auto* const endpoint = std::ranges::find(kEndpoints, request.path, &Endpoint::path);
        endpoint != kEndpoints.end()) {
        if (request.method == "POST")
            endpoint->post(server, request, std::move(respond));
        else
            respond(methodNotAllowed("POST"));
        return;
    }
    respond(notFound());
}
} // namespace

Handler makeAgentsApi(authority::AgentApi& authority, const Clock& clock)
{
    auto server = std::make_shared<OAuthServer>(authority, clock);
    return [server](const HttpRequest& request, Respond respond) { route(*server, request, std::move(respond)); };
}

} // namespace countersign::server
