// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/delegation_form.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"

#include <utility>

namespace countersign::server {

namespace {
Result<authority::DelegationRequest> readRequest(const OAuthServer& server, const HttpRequest& request)
{
    const auto form = Form::of(request);
    if (!form)
        return std::unexpected(form.error());
    const auto agent = authenticateAgent(server, request, *form);
    if (!agent)
        return std::unexpected(agent.error());
    auto command = readDelegationForm(*form, server.authority.person(), server.authority.issuer());
    if (!command)
        return std::unexpected(command.error());
    command->agent = agent->id;
    command->proofs = {agent->proof};
    command->peer = request.peer;
    command->evidence = agents::findProcess(request.peer);
    return command;
}
} // namespace

void backchannelAuthorize(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    auto command = readRequest(server, request);
    if (!command) {
        respond(refusal(command.error(), challengeFor(request)));
        return;
    }
    server.authority.requestDelegation(
        *std::move(command), [respond = std::move(respond)](Result<authority::AcceptedRequest> accepted) mutable {
            if (!accepted) {
                respond(refusal(accepted.error()));
                return;
            }
            respond(jsonAnswer(200,
                {
                    {"auth_req_id", accepted->id.value},
                    {"expires_in", accepted->expiresIn.count()},
                    {"interval", accepted->interval.count()},
                }));
        });
}

} // namespace countersign::server
