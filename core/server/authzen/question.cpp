// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/question.h"

#include <string>
#include <utility>

namespace countersign::server {

namespace {
using authority::Service;
using Kind = NotAsked::Kind;

std::unexpected<NotAsked> no(permissions::Reason reason, std::string sentence)
{
    return std::unexpected(NotAsked{Kind::No, std::string(permissions::reasonName(reason)), std::move(sentence)});
}

std::unexpected<NotAsked> forbidden(std::string sentence)
{
    return std::unexpected(NotAsked{Kind::Forbidden, {}, std::move(sentence)});
}

bool isAbsolute(const std::string& resource)
{
    return resource.starts_with("https://") || resource.starts_with("http://");
}

std::expected<permissions::Location, NotAsked> locationOf(const Evaluation& evaluation, const Service* service)
{
    std::string url = evaluation.resource;
    if (!isAbsolute(url)) {
        if (!service)
            return no(permissions::Reason::Location, "The resource's id must be an absolute URL.");
        const std::string& base = service->location.url();
        url = base + (base.ends_with('/') ? "" : "/") + evaluation.resourceType + '/' + evaluation.resource;
    }
    auto location = permissions::Location::parse(url);
    if (!location)
        return no(permissions::Reason::Location, location.error().message);
    if (service && !service->location.covers(*location))
        return forbidden("A service may ask only about what lies under its own location.");
    return *std::move(location);
}
} // namespace

std::expected<permissions::ActionRequest, NotAsked> actionOf(const Evaluation& evaluation, const Caller& caller)
{
    auto location = locationOf(evaluation, std::get_if<Service>(&caller));
    if (!location)
        return std::unexpected(std::move(location.error()));
    const bool isWhole = evaluation.action.contains('.');
    auto action =
        permissions::Action::parse(isWhole ? evaluation.action : evaluation.resourceType + '.' + evaluation.action);
    if (!action)
        return no(permissions::Reason::Action, action.error().message);
    if (action->isWildcard())
        return no(permissions::Reason::Action, "One action is asked about at a time, without wildcards.");
    return permissions::ActionRequest{*std::move(action), *std::move(location),
        evaluation.arguments.value_or(permissions::Value{permissions::Value::Members{}})};
}

std::expected<authority::ActionQuery, NotAsked> questionOf(
    const authority::AgentApi& authority, const Evaluation& evaluation, const Caller& caller)
{
    auto request = actionOf(evaluation, caller);
    if (!request)
        return std::unexpected(std::move(request.error()));
    const auto agent = evaluation.subject.empty() ? std::nullopt : authority.findAgent(evaluation.subject);
    if (const auto* asking = std::get_if<AskingAgent>(&caller); asking && agent != asking->id)
        return forbidden("An agent may ask only about itself.");
    if (!agent)
        return no(permissions::Reason::NotLive, "No agent here is known by this subject.");
    return authority::ActionQuery{*agent, std::nullopt, *std::move(request)};
}

} // namespace countersign::server
