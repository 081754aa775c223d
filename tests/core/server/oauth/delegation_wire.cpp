// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/server/oauth/delegation_wire.h"

#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/grants/claims_json.h"
#include "tests/support/must.h"

#include <QtGlobal>

#include <algorithm>

namespace countersign::testing {

namespace {
/// What a link that hangs on `above` must fit under.
grants::Link childOf(const std::string& above)
{
    const crypto::Jws jws = must(crypto::parseJws(above), "token or link");
    const json::Object claims = must(json::parseObject(jws.payload), "claims");
    permissions::Permission permission = must(grants::detailsIn(jws.payload), "details");
    for (permissions::AgentDelegation& detail : permission.details)
        detail.maxDepth = std::max(detail.maxDepth - 1, 0);
    const auto depth = static_cast<int>(must(json::requiredInteger(claims, "del_depth"), "del_depth"));
    const auto most = static_cast<int>(must(json::requiredInteger(claims, "del_max_depth"), "del_max_depth"));
    grants::Link link{{}, {}, must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key").publicKey(),
        crypto::sha256Base64url(jws.signingInput), permission, {}, {}, crypto::randomToken(), depth + 1, 0};
    link.maxDepth = std::min(most, link.depth + permission.details.front().maxDepth);
    return link;
}
} // namespace

server::Field Credentials::basic() const
{
    return {"authorization", "Basic " + crypto::base64(id + ':' + secret)};
}

std::string delegableDetails(int maxDepth, const std::string& more)
{
    return R"([{"type":"agent_delegation","locations":["https://payments.example/"],)"
           R"("actions":["payments.create","payments.read"],"max_depth":)"
        + std::to_string(maxDepth) + more + "}]";
}

WireAnswer DelegationWire::grantedTo(const WireAgent& agent, const std::string& details)
{
    const WireAnswer asked = ask(agent, {{"authorization_details", details}});
    if (asked.status() != 200)
        qFatal("not accepted: %s", asked.response.body.c_str());
    if (auto approved = fixture().approve(); !approved)
        qFatal("not approved: %s", approved.error().message.c_str());
    return poll(agent, asked.text("auth_req_id"));
}

Credentials DelegationWire::addService(const QString& location)
{
    const auto added = fixture().run<authority::ServiceSecret>([location](authority::Context& context) {
        return authority::addService(context, QStringLiteral("shop"), location);
    });
    return {added.value().id.value, added.value().secret.toStdString()};
}

std::string DelegationWire::link(
    const std::string& above, const WireAgent& holder, const WireAgent& child, const Change& change)
{
    grants::Link link = childOf(above);
    link.child = child.clientId;
    link.childKey = child.dpopKey.publicKey();
    link.issuedAt = now();
    link.expiresAt = now() + std::chrono::minutes(30);
    if (change)
        change(link);
    return must(grants::signLink(link, holder.dpopKey), "link");
}

std::vector<std::string> DelegationWire::chain(const std::string& token, const std::vector<const WireAgent*>& agents)
{
    std::vector<std::string> chain{token};
    for (std::size_t i = 0; i + 1 < agents.size(); ++i)
        chain.push_back(link(chain.back(), *agents[i], *agents[i + 1]));
    return chain;
}

Parameters DelegationWire::exchangeForm(const WireAgent& child, const std::vector<std::string>& chain)
{
    std::string ancestors;
    for (auto each = chain.begin(); each + 1 != chain.end(); ++each)
        ancestors += (ancestors.empty() ? "" : " ") + *each;
    return {{"grant_type", kExchange}, {"subject_token", chain.back()}, {"subject_token_type", kJwtType},
        {"delegation_chain", ancestors},
        {"actor_token", must(crypto::signJwt("JWT", assertionClaims(child), child.key), "actor")},
        {"actor_token_type", kJwtType}};
}

WireAnswer DelegationWire::exchange(
    const WireAgent& child, const std::vector<std::string>& chain, const Parameters& changes)
{
    return token(child, changed(exchangeForm(child, chain), changes));
}

} // namespace countersign::testing
