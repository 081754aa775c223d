// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What this server can do. Only what it can do stands here.
#include "core/server/oauth/endpoints.h"

#include "core/permissions/permission_json.h"
#include "core/server/oauth/delegation_form.h"
#include "core/server/oauth/replies.h"
#include "core/server/openapi/endpoints.h"
#include "core/server/receipts/endpoints.h"

#include <ranges>

namespace countersign::server {

HttpResponse metadata(const OAuthServer& server)
{
    const json::Array agentKeys{"ES256", "Ed25519", "EdDSA"};
    const json::Array privateKeyJwt{"private_key_jwt"};
    HttpResponse answer = jsonAnswer(200,
        {
            {"issuer", server.authority.issuer()},
            {"jwks_uri", server.url(kJwksPath)},
            {"registration_endpoint", server.url(kRegisterPath)},
            {"backchannel_authentication_endpoint", server.url(kBackchannelPath)},
            {"token_endpoint", server.url(kTokenPath)},
            {"introspection_endpoint", server.url(kIntrospectPath)},
            {"revocation_endpoint", server.url(kRevokePath)},
            {"action_receipts_uri", server.url(kReceiptsPath)},
            {"log_prefix", server.url(kLogPath)}, // C2SP tlog-tiles: /checkpoint and /tile/… below it
            {"grant_types_supported", json::Array(kGrantTypes.begin(), kGrantTypes.end())},
            {"response_types_supported", json::Array()},
            {"scopes_supported", json::Array{"openid"}},
            {"subject_types_supported", json::Array{"public"}},
            {"id_token_signing_alg_values_supported", json::Array{"ES256"}},
            {"token_endpoint_auth_methods_supported", privateKeyJwt},
            {"token_endpoint_auth_signing_alg_values_supported", agentKeys},
            {"revocation_endpoint_auth_methods_supported", privateKeyJwt},
            {"revocation_endpoint_auth_signing_alg_values_supported", agentKeys},
            {"introspection_endpoint_auth_methods_supported", json::Array{"private_key_jwt", "client_secret_basic"}},
            {"introspection_endpoint_auth_signing_alg_values_supported", agentKeys},
            {"introspection_signing_alg_values_supported", json::Array{"ES256"}},
            {"dpop_signing_alg_values_supported", agentKeys},
            {"backchannel_token_delivery_modes_supported", json::Array{"poll"}},
            {"backchannel_user_code_parameter_supported", false},
            {"authorization_details_types_supported", json::Array{permissions::kDetailType}},
            {"grant_management_actions_supported", json::Array(kGrantActions.begin(), kGrantActions.end())},
            {"request_parameter_supported", false},
            {"request_uri_parameter_supported", false},
            {"claims_parameter_supported", false},
        });
    answer.fields.push_back(
        {"link", "<" + server.url(kOpenApiPath) + R"(>; rel="service-desc"; type="application/json")"});
    return answer;
}

HttpResponse jwks(const OAuthServer& server)
{
    json::Array keys;
    for (const audit::DeviceTerm& term : std::views::reverse(server.authority.deviceKeys())) {
        json::Object key = term.key.toJwk();
        key["kid"] = term.key.thumbprint().value;
        key["use"] = "sig";
        key["alg"] = "ES256";
        if (term.until)
            key["exp"] = term.until->value; // as OpenID Federation's historical keys: nothing is signed with it after
        keys.push_back(std::move(key));
    }
    return jsonAnswer(200, {{"keys", std::move(keys)}});
}

} // namespace countersign::server
