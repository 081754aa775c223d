// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_key_set.h"

#include "core/base/ascii.h"
#include "core/base/try.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace countersign::agents {

namespace {

constexpr int kOk = 200;
constexpr std::string_view kBlanks = " \t";

std::unexpected<Error> noKeySet(std::string reason)
{
    return fail(ErrorCode::InvalidInput, "The issuer's keys can't be used: " + std::move(reason));
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// nullopt: one of no use here, as sets for several purposes have.
Result<std::optional<IssuerKey>> readKey(const json::Value& element)
{
    if (!element.is_object())
        return noKeySet("one is not an object.");
    const json::Object& jwk = element.get_object();
    const std::string id = TRY(json::optionalString(jwk, "kid")).value_or(std::string());
    if (id.size() > kMaxKeyIdBytes)
        return noKeySet("a kid is too long.");
    auto key = crypto::PublicKey::fromJwk(jwk);
    if (!key)
        return std::nullopt;
    const std::string thumbprint = key->thumbprint().value;
    return IssuerKey{id.empty() ? thumbprint : id, *std::move(key)};
}

std::optional<std::int64_t> secondsIn(std::string_view directive)
{
    constexpr std::string_view kName = "max-age=";
    if (!ascii::lowered(directive).starts_with(kName))
        return std::nullopt;
    const std::string_view digits = directive.substr(kName.size());
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    const bool isNumber = !digits.empty() && end == digits.data() + digits.size() && seconds >= 0;
    if (error == std::errc::result_out_of_range)
        return kLongestFreshness.count();
    return error == std::errc() && isNumber ? std::optional(seconds) : std::nullopt;
}

} // namespace

const crypto::PublicKey* KeySet::find(std::string_view id, crypto::KeyType type) const
{
    const auto fits = [&](const IssuerKey& each) { return each.key.type() == type && (id.empty() || each.id == id); };
    const auto found = std::ranges::find_if(keys, fits);
    const bool isPlain = found != keys.end() && std::ranges::count_if(keys, fits) == 1;
    return isPlain ? &found->key : nullptr;
}

bool saysJson(const outbound::Answer& answer)
{
    const std::string type =
        ascii::lowered(trimmed(std::string_view(answer.contentType).substr(0, answer.contentType.find(';'))));
    return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

std::chrono::seconds freshnessOf(const outbound::Answer& answer)
{
    std::chrono::seconds freshness = kDefaultFreshness;
    std::string_view rest = answer.cacheControl;
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view directive = trimmed(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        const std::string name = ascii::lowered(directive);
        if (name == "no-store" || name == "no-cache")
            return kShortestFreshness;
        if (const auto seconds = secondsIn(directive))
            freshness = std::chrono::seconds(*seconds);
    }
    return std::clamp(freshness, kShortestFreshness, kLongestFreshness);
}

Result<KeySet> readKeySet(const outbound::Answer& answer)
{
    if (answer.status != kOk || !saysJson(answer))
        return noKeySet("the answer is no JSON, or no success.");
    const json::Object object = TRY(json::parseObject(answer.body, {.maxBytes = kMaxKeySetBytes}));
    const json::Value* elements = object.if_contains("keys");
    if (elements == nullptr || !elements->is_array() || elements->get_array().size() > kMaxIssuerKeys)
        return noKeySet("there is no member keys, or it has more than 32.");
    KeySet set{.keys = {}, .freshFor = freshnessOf(answer)};
    std::set<std::string> ids;
    for (const json::Value& element : elements->get_array()) {
        auto key = TRY(readKey(element));
        if (key && !ids.insert(key->id).second)
            return noKeySet("two have one kid.");
        if (key)
            set.keys.push_back(*std::move(key));
    }
    if (set.keys.empty())
        return noKeySet("none is for ES256 or Ed25519.");
    return set;
}

} // namespace countersign::agents
