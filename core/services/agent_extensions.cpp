// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/agent_extensions.h"

#include "core/base/try.h"

#include <algorithm>
#include <array>

namespace countersign::services {

namespace {

constexpr std::string_view kDefaultCurrency = "USD"; // of a spendLimit that names none
constexpr auto kAlgorithms = std::to_array<std::string_view>({"ES256", "EdDSA", "Ed25519"});
constexpr auto kAllLevels =
    std::to_array({TrustLevel::L0, TrustLevel::L1, TrustLevel::L2, TrustLevel::L3, TrustLevel::L4});

bool explainsOnly(std::string_view name)
{
    return name == "description" || name.starts_with("x-");
}

Result<TrustLevel> level(const Node& node)
{
    const bool isLevel = node.isText() || node.kind() == ValueKind::Number;
    const Result<TrustLevel> read =
        isLevel ? parseTrustLevel(node.text()) : Result<TrustLevel>(fail(ErrorCode::InvalidInput, {}));
    if (!read)
        return node.refuse("this must be one of the levels L0 to L4");
    return *read;
}

Result<std::vector<TrustLevel>> vocabulary(const Node& node)
{
    if (!node.isList() || node.size() == 0)
        return node.refuse("trustLevels must be a list of levels");
    if (node.size() > kAllLevels.size())
        return node.refuse("trustLevels lists more levels than there are", ErrorCode::TooLarge);
    std::vector<TrustLevel> levels;
    for (const Node element : node.children())
        levels.push_back(TRY(level(element)));
    return levels;
}

Result<void> checkAlgorithm(const Node& node)
{
    if (!node.isText() || !std::ranges::contains(kAlgorithms, node.text()))
        return node.refuse("this algorithm is not supported; ES256, EdDSA and Ed25519 are", ErrorCode::NotSupported);
    return {};
}

Result<Amount> amount(const Node& node)
{
    const bool isAmount = node.isText() || node.kind() == ValueKind::Number;
    const Result<Amount> read =
        isAmount ? Amount::parse(node.text()) : Result<Amount>(fail(ErrorCode::InvalidInput, {}));
    if (!read)
        return node.refuse("this must be an amount of money");
    return *read;
}

Result<SpendLimit> spendLimit(const Node& node)
{
    SpendLimit limit{*Currency::parse(kDefaultCurrency), {}, {}};
    if (!node.isObject()) {
        limit.perAction = limit.perDay = TRY(amount(node));
        return limit;
    }
    for (const Node member : node.children()) {
        if (member.name() == "perAction") {
            limit.perAction = TRY(amount(member));
        } else if (member.name() == "perDay") {
            limit.perDay = TRY(amount(member));
        } else if (member.name() == "currency") {
            const Result<Currency> currency = Currency::parse(member.isText() ? member.text() : std::string_view());
            if (!currency)
                return member.refuse("this must be the code of a currency, like USD");
            limit.currency = *currency;
        } else if (!explainsOnly(member.name())) {
            return member.refuse("this member of a spendLimit is not known");
        }
    }
    if (!limit.perAction && !limit.perDay)
        return node.refuse("a spendLimit names perAction or perDay");
    return limit;
}

/// nullopt: it is no member of what agentAuth and x-agent-auth demand.
std::optional<Result<Requirements>> memberDemand(const Node& member)
{
    const auto demand = [&]() -> Result<Requirements> {
        if (member.name() == "minimumTrustLevel")
            return Requirements{.minimumLevel = TRY(level(member))};
        if (member.name() == "spendLimit")
            return Requirements{.spendLimits = {TRY(spendLimit(member))}};
        if (member.name() == "identityMethod") {
            if (!member.isText() || member.text() != "challengeResponse")
                return member.refuse("this identityMethod is not known; challengeResponse is");
            return Requirements{.identity = IdentityMethod::ChallengeResponse};
        }
        if (member.kind() != ValueKind::Bool)
            return member.refuse("this must be true or false");
        return Requirements{.screening = member.text() == "true" ? Screening::Required : Screening::NotRequired};
    };
    constexpr auto names = std::to_array<std::string_view>(
        {"identityMethod", "minimumTrustLevel", "sanctionsScreeningRequired", "spendLimit"});
    return std::ranges::contains(names, member.name()) ? std::optional(demand()) : std::nullopt;
}

/// Whether the member is one of x-agent-trust and x-agent-auth that say how trust tokens are made; also that it says
/// something that we can do. `levels` gets the vocabulary.
Result<bool> describesTokens(const Node& member, std::vector<TrustLevel>& levels)
{
    if (member.name() == "algorithm") {
        TRY(checkAlgorithm(member));
    } else if (member.name() == "trustLevels") {
        levels = TRY(vocabulary(member));
    } else if (member.name() == "issuerKeysUrl") {
        if (!member.isText())
            return member.refuse("issuerKeysUrl must be a text");
    } else {
        return explainsOnly(member.name());
    }
    return true;
}

Result<Requirements> agentAuthMembers(const Node& object)
{
    Requirements out;
    for (const Node member : object.children()) {
        if (const auto demand = memberDemand(member))
            out = both(out, TRY(*demand));
        else if (member.name() == "properties" && member.isObject())
            out = both(out, TRY(agentAuthMembers(member)));
        else if (member.name() != "type" && !explainsOnly(member.name()))
            return member.refuse("this member of agentAuth is not known");
    }
    return out;
}

Result<Requirements> agentAuthBlock(const Node& block)
{
    if (!block.isObject())
        return block.refuse("x-agent-auth must be an object");
    Requirements out;
    std::vector<TrustLevel> levels(kAllLevels.begin(), kAllLevels.end());
    for (const Node member : block.children()) {
        if (const auto demand = memberDemand(member))
            out = both(out, TRY(*demand));
        else if (!TRY(describesTokens(member, levels)))
            return member.refuse("this member of x-agent-auth is not known");
    }
    if (out.minimumLevel != TrustLevel::L0 && !std::ranges::contains(levels, out.minimumLevel))
        return block.refuse("trustLevels does not list the minimumTrustLevel");
    return out;
}

} // namespace

Result<AgentTrust> agentTrust(Node block)
{
    if (!block.isObject())
        return block.refuse("x-agent-trust must be an object");
    AgentTrust trust{{kAllLevels.begin(), kAllLevels.end()}};
    for (const Node member : block.children()) {
        if (!TRY(describesTokens(member, trust.levels)))
            return member.refuse("this member of x-agent-trust is not known");
    }
    return trust;
}

Result<Requirements> agentAuthDemands(Node scheme)
{
    return agentAuthMembers(scheme);
}

Result<Requirements> extensionDemands(Node object)
{
    Requirements out;
    if (const std::optional<Node> misplaced = object.member("x-agent-trust"))
        return misplaced->refuse("x-agent-trust belongs into a security scheme; here it would demand nothing");
    if (const std::optional<Node> block = object.member("x-agent-auth"))
        out = TRY(agentAuthBlock(*block));
    if (const std::optional<Node> required = object.member("x-agent-trust-required"))
        out = both(out, {.minimumLevel = TRY(level(*required))});
    return out;
}

} // namespace countersign::services
