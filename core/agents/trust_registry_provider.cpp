// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_registry_provider.h"

#include "core/base/try.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <utility>

namespace countersign::agents {

namespace {

constexpr int kOk = 200;
constexpr int kNotFound = 404;

Result<void> readSaid(TrustStatement& statement, std::string_view text, const Thumbprint& agent, UnixSeconds now,
    std::chrono::seconds freshFor)
{
    const json::Object said = TRY(json::parseObject(text, {.maxBytes = kMaxProviderAnswer}));
    if (TRY(json::requiredString(said, "agent_id")) != agent.value)
        return fail(ErrorCode::InvalidInput, "agent_id: it is about another agent");
    if (!TRY(json::optionalBool(said, "known")).value_or(true)) {
        statement.distrust = Distrust::NothingKnown;
        return {};
    }
    statement.claims = TRY(readTrustClaims(said));
    const auto end = TRY(json::optionalInteger(said, "exp"));
    const UnixSeconds fresh = now + freshFor;
    statement.validUntil = end ? std::min(UnixSeconds{*end}, fresh) : fresh;
    statement.distrust = statement.validUntil > now ? Distrust::None : Distrust::Expired;
    return {};
}

} // namespace

void takeSaid(TrustStatement& statement, std::string_view json, const Thumbprint& agent, UnixSeconds now,
    std::chrono::seconds freshFor)
{
    statement.distrust = Distrust::NoAnswer;
    if (const auto read = readSaid(statement, json, agent, now, freshFor); !read) {
        qWarning("%s said nothing usable: %s", statement.issuer.c_str(), read.error().message.c_str());
        return;
    }
    statement.digest = crypto::sha256Base64url(json);
}

TrustRegistryProvider::TrustRegistryProvider(TrustRegistry registry, Fetch fetch, const Clock& clock)
    : m_registry(std::move(registry)), m_fetch(std::move(fetch)), m_clock(clock)
{
}

void TrustRegistryProvider::ask(const TrustQuestion& question, Done done)
{
    const Thumbprint agent = question.key.thumbprint();
    TrustStatement statement{.source = TrustSource::Registry,
        .issuer = m_registry.name,
        .distrust = Distrust::NoAnswer,
        .maxScreeningAge = m_registry.maxScreeningAge};
    m_fetch({.url = m_registry.url + "/trust/" + agent.value,
                .reach = m_registry.reach,
                .limit = kProviderLimit,
                .maxBytes = kMaxProviderAnswer},
        [this, agent, statement = std::move(statement), done = std::move(done)](
            const Result<outbound::Answer>& answer) mutable {
            if (answer && answer->status == kNotFound)
                statement.distrust = Distrust::NothingKnown;
            else if (answer && answer->status == kOk && saysJson(*answer))
                takeSaid(statement, answer->body, agent, m_clock.now(), freshnessOf(*answer));
            done(std::move(statement));
        });
}

} // namespace countersign::agents
