// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include <utility>

namespace countersign::server {

authority::UsedProof proofOf(const crypto::DpopProof& proof)
{
    return {proof.key.thumbprint().value, proof.jti, proof.issuedAt + crypto::kSignedFormLife + crypto::kClockSkew};
}

Respond withNonce(const OAuthServer& server, Respond respond)
{
    return
        [respond = std::move(respond), nonce = server.nonces.current(server.clock.now())](HttpResponse answer) mutable {
            answer.fields.push_back({"dpop-nonce", std::move(nonce)});
            respond(std::move(answer));
        };
}

} // namespace countersign::server
