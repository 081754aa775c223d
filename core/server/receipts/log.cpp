// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/receipts/endpoints.h"

#include "core/server/http/answers.h"
#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/replies.h"

#include <string>
#include <utility>

namespace countersign::server {

namespace {
constexpr std::string_view kCheckpoint = "checkpoint";
constexpr std::string_view kTiles = "tile/";
constexpr std::string_view kEntries = "entries/";
// C2SP tlog-tiles: a tile never changes, the checkpoint does. Neither is for caches that others share.
constexpr std::string_view kForEver = "private, max-age=31536000, immutable";
constexpr std::string_view kNotAtAll = "private, no-cache";
constexpr int kForbidden = 403;

authority::Reply<std::string> answerWith(Respond respond, std::string_view type, std::string_view caching)
{
    return [respond = std::move(respond), type, caching](Result<std::string> content) mutable {
        if (!content)
            return respond(refusal(content.error()));
        respond({.status = 200,
            .fields = {{"content-type", std::string(type)}, {"cache-control", std::string(caching)}},
            .body = *std::move(content)});
    };
}
} // namespace

void readLog(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    if (const auto service = authenticateService(server, request); !service)
        return respond(refusal(service.error(), Challenge::Basic));
    std::string path = request.path.substr(kLogPath.size());
    if (path == kCheckpoint)
        return server.authority.readCheckpoint(answerWith(std::move(respond), "text/plain; charset=utf-8", kNotAtAll));
    if (!path.starts_with(kTiles))
        return respond(notFound());
    path.erase(0, kTiles.size());
    if (path.starts_with(kEntries))
        return respond(errorAnswer(kForbidden, "access_denied", "The entries tell what others did."));
    server.authority.readTile(std::move(path), answerWith(std::move(respond), "application/octet-stream", kForEver));
}

} // namespace countersign::server
