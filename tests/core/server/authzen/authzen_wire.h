// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Evaluations asked of the endpoints, by a service and by agents.
#pragma once

#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/crypto/dpop.h"
#include "tests/core/server/oauth/delegation_wire.h"

#include <QtGlobal>

#include <string>
#include <utility>
#include <vector>

namespace countersign::testing {

inline const std::string kOne = "/access/v1/evaluation";
inline const std::string kMany = "/access/v1/evaluations";

class AuthzenWire : public DelegationWire {
public:
    using DelegationWire::DelegationWire;

    [[nodiscard]] WireAnswer askFor(
        const std::string& path, const std::string& body, std::vector<server::Field> fields = {})
    {
        server::HttpRequest request;
        request.method = "POST";
        request.path = path;
        request.fields = std::move(fields);
        request.fields.push_back({"content-type", "application/json"});
        request.body = body;
        return send(std::move(request));
    }

    /// The person calls the agent so.
    void name(const WireAgent& agent, const char* name)
    {
        const auto named =
            fixture().run<void>([id = ClientId{agent.clientId}, text = QString::fromLatin1(name)](
                                    authority::Context& context) { return authority::nameAgent(context, id, text); });
        if (!named)
            qFatal("not named: %s", named.error().message.c_str());
    }

    /// A proof of the agent's for a request of its own.
    [[nodiscard]] std::string proof(const WireAgent& agent, const std::string& method, const std::string& at,
        const std::string& token, const std::optional<std::string>& withNonce)
    {
        return crypto::signDpop(agent.dpopKey, method, at, now(), withNonce, token).value();
    }
    [[nodiscard]] std::vector<server::Field> asAgent(
        const WireAgent& agent, const std::string& token, const std::string& path = kOne)
    {
        return {{"authorization", "DPoP " + token}, {"dpop", proof(agent, "POST", url(path), token, nonce())}};
    }
};

[[nodiscard]] inline bool permits(const WireAnswer& answer)
{
    return answer.status() == 200 && json::optionalBool(answer.body, "decision").value().value();
}

[[nodiscard]] inline std::string contextText(const json::Object& decision, std::string_view name)
{
    const json::Value* context = decision.if_contains("context");
    return context ? json::requiredString(context->as_object(), name).value_or(std::string()) : std::string();
}

/// The decisions of a batch: "10" is yes, no.
[[nodiscard]] inline std::string decisions(const WireAnswer& answer)
{
    const json::Value* list = answer.body.if_contains("evaluations");
    if (answer.status() != 200 || !list)
        return "status " + std::to_string(answer.status());
    std::string out;
    for (const json::Value& each : list->as_array())
        out += each.at("decision").as_bool() ? '1' : '0';
    return out;
}

} // namespace countersign::testing
