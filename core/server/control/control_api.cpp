// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/control/control_api.h"

#include "core/evidence/export.h"
#include "core/evidence/foreign_evidence.h"
#include "core/server/control/control_json.h"
#include "core/server/control/evidence_query.h"
#include "core/server/control/log_check.h"
#include "core/server/control/story_json.h"
#include "core/server/control/timeline_query.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

namespace countersign::server {

namespace {
using authority::Authority;

/// The reply that hands `toJson(value)` on, or the refusal.
template <typename T, typename ToJson> authority::Reply<T> answerWith(Respond respond, ToJson toJson)
{
    return [respond = std::move(respond), toJson = std::move(toJson)](
               Result<T> value) mutable { respond(value ? jsonAnswer(200, toJson(*value)) : refusal(value.error())); };
}

void getStatus(Authority& authority, const HttpRequest&, Respond respond)
{
    authority.status(answerWith<authority::DeskStatus>(std::move(respond), statusJson));
}

void getDoctor(Authority& authority, const HttpRequest&, Respond respond)
{
    const std::string folder = authority.folder().toStdString();
    authority.status(answerWith<authority::DeskStatus>(
        std::move(respond), [folder](const authority::DeskStatus& status) { return doctorJson(status, folder); }));
}

void getGrants(Authority& authority, const HttpRequest& request, Respond respond)
{
    const auto query = Form::parse(request.query);
    if (!query)
        return respond(refusal(query.error()));
    const std::string_view which = query->value("which").value_or("active");
    if (which != "active" && which != "all")
        return respond(refusal({ErrorCode::InvalidRequest, "which is either active or all."}));
    const ListedGrants listed = which == "all" ? ListedGrants::All : ListedGrants::Active;
    authority.listGrants(answerWith<std::vector<authority::GrantRow>>(std::move(respond),
        [listed](const std::vector<authority::GrantRow>& rows) { return grantsJson(rows, listed); }));
}

void getTimeline(Authority& authority, const HttpRequest& request, Respond respond)
{
    auto query = readTimelineQuery(request.query);
    if (!query)
        return respond(refusal(query.error()));
    const auto count = static_cast<std::size_t>(query->count);
    authority.timeline(std::move(query->filter), query->before, query->count,
        answerWith<std::vector<authority::TimelineEntry>>(std::move(respond),
            [count](const std::vector<authority::TimelineEntry>& entries) { return timelineJson(entries, count); }));
}

void getStory(Authority& authority, std::uint64_t entry, Respond respond)
{
    authority.story(entry, answerWith<authority::Story>(std::move(respond), storyJson));
}

void getEvidence(Authority& authority, const HttpRequest& request, Respond respond)
{
    auto query = readEvidenceQuery(request.query);
    if (!query)
        return respond(refusal(query.error()));
    const char* const type =
        query->options.form == evidence::Form::Html ? "text/html; charset=utf-8" : "application/json";
    evidence::exportEvidence(authority, std::move(query->wanted), query->options,
        [type, respond = std::move(respond)](Result<std::string> text) mutable {
            respond(text ? HttpResponse{200, {{"content-type", type}, {"cache-control", "no-store"}}, *std::move(text)}
                         : refusal(text.error()));
        });
}

void postStop(Authority& authority, const HttpRequest&, Respond respond)
{
    authority.stopEverything([respond = std::move(respond)](Result<void> done) mutable {
        respond(done ? jsonAnswer(200, {{"stopped", true}}) : refusal(done.error()));
    });
}

void postRevoke(Authority& authority, const std::string& grant, Respond respond)
{
    authority.revokeGrant(GrantId{grant}, [grant, respond = std::move(respond)](Result<void> done) mutable {
        respond(done ? jsonAnswer(200, {{"revoked", grant}}) : refusal(done.error()));
    });
}

/// Verified here, and so on the server's thread; what is about another action is left out.
void postUpstream(Authority& authority, const HttpRequest& request, const std::string& action, Respond respond)
{
    auto receipts = evidence::readForeignEvidence(request.body, authority.clock().now());
    if (!receipts)
        return respond(
            refusal({receipts.error().code == ErrorCode::TooLarge ? ErrorCode::TooLarge : ErrorCode::InvalidRequest,
                receipts.error().message}));
    authority.importReceipts(
        {action, *std::move(receipts)}, answerWith<authority::ImportedReceipts>(std::move(respond), importedJson));
}

/// The id in "/grants/{id}/revoke", and others of that form.
std::optional<std::string> idBetween(std::string_view before, std::string_view path, std::string_view after)
{
    if (!path.starts_with(before) || !path.ends_with(after) || path.size() <= before.size() + after.size())
        return std::nullopt;
    const std::string_view id = path.substr(before.size(), path.size() - before.size() - after.size());
    const auto isIdCharacter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
            || c == '.';
    };
    return std::ranges::all_of(id, isIdCharacter) ? std::optional(std::string(id)) : std::nullopt;
}

/// The number in "/timeline/{index}".
std::optional<std::uint64_t> entryToTell(std::string_view path)
{
    static constexpr std::string_view kBefore = "/timeline/";
    if (!path.starts_with(kBefore))
        return std::nullopt;
    path.remove_prefix(kBefore.size());
    std::uint64_t index = 0;
    const auto [stop, error] = std::from_chars(path.begin(), path.end(), index);
    const bool isIndex = error == std::errc() && stop == path.end() && std::in_range<std::int64_t>(index);
    return isIndex ? std::optional(index) : std::nullopt;
}

void check(LogCheck& logCheck, const HttpRequest& request, Respond respond)
{
    if (request.method == "POST")
        return respond(jsonAnswer(200, logCheck.begin()));
    if (request.method != "GET" && request.method != "DELETE")
        return respond(methodNotAllowed("GET, POST, DELETE"));
    if (request.method == "DELETE")
        logCheck.cancel();
    const auto told = logCheck.tell();
    respond(told ? jsonAnswer(200, *told) : refusal({ErrorCode::NotFound, "No check was begun yet."}));
}

struct Route {
    std::string_view path;
    std::string_view method;
    void (*run)(Authority&, const HttpRequest&, Respond);
};
constexpr std::array kRoutes{
    Route{"/status", "GET", getStatus},
    Route{"/doctor", "GET", getDoctor},
    Route{"/grants", "GET", getGrants},
    Route{"/timeline", "GET", getTimeline},
    Route{"/evidence", "GET", getEvidence},
    Route{"/stop", "POST", postStop},
};

void route(Authority& authority, LogCheck& logCheck, const HttpRequest& request, Respond respond)
{
    if (request.door != Door::ControlSocket)
        return respond(notFound()); // wired to the wrong door: never serve it
    const auto grant = idBetween("/grants/", request.path, "/revoke");
    const auto action = idBetween("/actions/", request.path, "/upstream");
    if ((grant || action) && request.method != "POST")
        return respond(methodNotAllowed("POST"));
    if (grant)
        return postRevoke(authority, *grant, std::move(respond));
    if (action)
        return postUpstream(authority, request, *action, std::move(respond));
    if (const auto entry = entryToTell(request.path)) {
        if (request.method != "GET")
            return respond(methodNotAllowed("GET"));
        return getStory(authority, *entry, std::move(respond));
    }
    if (request.path == "/check")
        return check(logCheck, request, std::move(respond));
    const auto* const found = std::ranges::find(kRoutes, request.path, &Route::path);
    if (found == kRoutes.end())
        return respond(notFound());
    if (request.method != found->method)
        return respond(methodNotAllowed(found->method));
    found->run(authority, request, std::move(respond));
}
} // namespace

Handler makeControlApi(authority::Authority& authority)
{
    return [&authority, logCheck = std::make_shared<LogCheck>(authority)](const HttpRequest& request, Respond respond) {
        route(authority, *logCheck, request, std::move(respond));
    };
}

} // namespace countersign::server
