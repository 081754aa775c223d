// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_owner_site.h"

#include "core/base/ascii.h"
#include "core/base/try.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace countersign::agents {

namespace {

constexpr int kOk = 200;

std::unexpected<Error> noDid(std::string_view did)
{
    return fail(ErrorCode::InvalidInput, "This is no did:web that can be asked: " + std::string(did));
}

bool isHostName(std::string_view host)
{
    const auto isPart = [](char c) { return ascii::isDigit(c) || ascii::isLowerCase(c) || c == '-' || c == '.'; };
    const bool isPlain = !host.empty() && std::ranges::all_of(host, isPart) && !host.starts_with('.')
        && !host.starts_with('-') && !host.contains("..");
    // The method allows no addresses.
    return isPlain && std::ranges::any_of(host, ascii::isLowerCase);
}

bool isPort(std::string_view digits)
{
    unsigned port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return error == std::errc() && end == digits.data() + digits.size() && port > 0 && port <= 65535;
}

bool isSegment(std::string_view segment)
{
    const auto isPart = [](char c) { return ascii::isAlphanumeric(c) || c == '-' || c == '_' || c == '.'; };
    return !segment.empty() && segment != "." && segment != ".." && std::ranges::all_of(segment, isPart);
}

/// "example.com%3A8443" as an authority; empty: it is none.
std::string authorityOf(std::string_view encoded)
{
    constexpr std::string_view kColon = "%3a";
    const std::size_t colon = ascii::lowered(encoded).find(kColon);
    const std::string_view host = encoded.substr(0, colon);
    if (!isHostName(host))
        return {};
    if (colon == std::string_view::npos)
        return std::string(host);
    const std::string_view port = encoded.substr(colon + kColon.size());
    return isPort(port) ? std::string(host) + ':' + std::string(port) : std::string();
}

bool isKeyOf(const json::Value& method, const Thumbprint& agent)
{
    const json::Value* jwk = method.is_object() ? method.get_object().if_contains("publicKeyJwk") : nullptr;
    if (jwk == nullptr || !jwk->is_object())
        return false;
    const auto key = crypto::PublicKey::fromJwk(jwk->get_object());
    return key && key->thumbprint() == agent;
}

} // namespace

Result<std::string> didWebUrl(std::string_view did)
{
    constexpr std::string_view kMethod = "did:web:";
    if (!did.starts_with(kMethod))
        return noDid(did);
    std::string_view rest = did.substr(kMethod.size());
    const std::string authority = authorityOf(rest.substr(0, rest.find(':')));
    if (authority.empty())
        return noDid(did);
    std::string path;
    while (rest.contains(':')) {
        rest.remove_prefix(rest.find(':') + 1);
        const std::string_view segment = rest.substr(0, rest.find(':'));
        if (!isSegment(segment))
            return noDid(did);
        path += '/' + std::string(segment);
    }
    return "https://" + authority + (path.empty() ? "/.well-known" : path) + "/did.json";
}

Result<OwnerProof> ownerProofIn(const outbound::Answer& answer, std::string_view did, const Thumbprint& agent)
{
    if (answer.status != kOk || !saysJson(answer))
        return fail(ErrorCode::InvalidInput, "The owner's site has no such document.");
    const json::Object document = TRY(json::parseObject(answer.body, {.maxBytes = kMaxProviderAnswer}));
    if (TRY(json::requiredString(document, "id")) != did)
        return fail(ErrorCode::InvalidInput, "The document is of another owner.");
    const json::Value* methods = document.if_contains("verificationMethod");
    if (methods == nullptr || !methods->is_array())
        return OwnerProof::NotConfirmed;
    const bool names =
        std::ranges::any_of(methods->get_array(), [&](const json::Value& each) { return isKeyOf(each, agent); });
    return names ? OwnerProof::Confirmed : OwnerProof::NotConfirmed;
}

TrustOwnerSite::TrustOwnerSite(outbound::Reach reach, Fetch fetch) : m_reach(reach), m_fetch(std::move(fetch)) { }

void TrustOwnerSite::ask(
    const std::string& did, const Thumbprint& agent, std::move_only_function<void(OwnerProof)> done)
{
    auto url = didWebUrl(did);
    if (!url)
        return done(OwnerProof::NotConfirmed);
    m_fetch({.url = *std::move(url), .reach = m_reach, .limit = kProviderLimit, .maxBytes = kMaxProviderAnswer},
        [did, agent, done = std::move(done)](const Result<outbound::Answer>& answer) mutable {
            const auto proof = answer.and_then([&](const auto& right) { return ownerProofIn(right, did, agent); });
            done(proof.value_or(OwnerProof::NotConfirmed));
        });
}

} // namespace countersign::agents
