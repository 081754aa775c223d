// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"

#include <utility>

namespace countersign::server {

namespace {
Result<authority::RevokeToken> readRevocation(const OAuthServer& server, const HttpRequest& request)
{
    const auto form = Form::of(request);
    if (!form)
        return std::unexpected(form.error());
    const auto agent = authenticateAgent(server, request, *form);
    if (!agent)
        return std::unexpected(agent.error());
    auto token = form->required("token");
    if (!token)
        return std::unexpected(token.error());
    // token_type_hint only helps to look a token up (RFC 7009 section 2.1); here that needs no help.
    return authority::RevokeToken{agent->id, *std::move(token), {agent->proof}};
}
} // namespace

void revoke(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    auto command = readRevocation(server, request);
    if (!command) {
        respond(refusal(command.error(), challengeFor(request)));
        return;
    }
    server.authority.revokeToken(*std::move(command), [respond = std::move(respond)](Result<void> done) mutable {
        respond(done ? HttpResponse{.status = 200, .fields = {}, .body = {}} : refusal(done.error()));
    });
}

} // namespace countersign::server
