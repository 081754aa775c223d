// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/server/oauth/form.h"
#include "core/server/oauth/registration.h"
#include "core/server/oauth/replies.h"

#include <utility>

namespace countersign::server {

void registerClient(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    if (!hasContentType(request, "application/json")) {
        respond(refusal({ErrorCode::InvalidRequest, "The content type must be application/json."}));
        return;
    }
    auto registration = readRegistration(request.body);
    if (!registration) {
        respond(refusal(registration.error()));
        return;
    }
    authority::RegisterAgent command{
        .name = registration->name,
        .key = registration->key,
        .peer = request.peer,
        .evidence = agents::findProcess(request.peer),
    };
    json::Object answer = registeredMetadata(*registration);
    server.authority.registerAgent(std::move(command),
        [respond = std::move(respond), answer = std::move(answer)](Result<agents::Agent> agent) mutable {
            if (!agent) {
                respond(refusal(agent.error()));
                return;
            }
            answer["client_name"] = agent->name; // of a key that is known already: as it was first registered
            answer["client_id"] = agent->id.value;
            answer["client_id_issued_at"] = agent->registeredAt.value;
            respond(jsonAnswer(201, answer));
        });
}

} // namespace countersign::server
