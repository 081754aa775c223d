// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/demands.h"

#include "core/base/ascii.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/services/agent_extensions.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

namespace countersign::services {

namespace {

constexpr std::string_view kAgentSignature = "agent-signature";
constexpr auto kOtherTypes =
    std::to_array<std::string_view>({"apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"});

std::string_view textOf(const Node& object, std::string_view name)
{
    const std::optional<Node> member = object.member(name);
    return member && member->isText() ? member->text() : std::string_view();
}

bool isAgentSignature(const Node& scheme)
{
    return textOf(scheme, "type") == "apiKey" && textOf(scheme, "in") == "header"
        && ascii::lowered(textOf(scheme, "name")) == kAgentSignature;
}

Result<void> checkScopes(const Node& scopes)
{
    if (!scopes.isList())
        return scopes.refuse("a security requirement names a list of scopes");
    for (const Node scope : scopes.children()) {
        if (!scope.isText())
            return scope.refuse("a scope must be a text");
    }
    return {};
}

Result<std::vector<std::string>> capabilities(const Node& scopes)
{
    std::set<std::string> names;
    for (const Node scope : scopes.children()) {
        if (scope.text().empty() || scope.text().size() > kMaxCapabilityBytes || !isPlainText(scope.text()))
            return scope.refuse(std::format("a capability is plain text of at most {} bytes", kMaxCapabilityBytes));
        names.emplace(scope.text());
    }
    return std::vector(names.begin(), names.end());
}

/// The level among the scopes. Where the scheme is Agent-Signature itself, they can be nothing else.
Result<TrustLevel> levelIn(const Node& scopes, const AgentTrust& trust, bool onlyLevels)
{
    TrustLevel highest = TrustLevel::L0;
    for (const Node scope : scopes.children()) {
        const Result<TrustLevel> level = parseTrustLevel(scope.text());
        if (!level && onlyLevels)
            return scope.refuse("this must be one of the levels L0 to L4");
        if (level && !std::ranges::contains(trust.levels, *level))
            return scope.refuse("the scheme's trustLevels do not list this level");
        if (level)
            highest = std::max(highest, *level);
    }
    return highest;
}

Requirements weakestOf(const std::vector<Requirements>& alternatives)
{
    Requirements together;
    for (const Requirements& each : alternatives) {
        const bool isInAll = std::ranges::all_of(alternatives, [&](const Requirements& o) { return o.cover(each); });
        if (isInAll)
            return each;
        together = both(together, each);
    }
    return together;
}

} // namespace

Result<Demands> Demands::of(Node root, References& references)
{
    Demands demands(root, references);
    demands.m_fromExtensions = TRY(extensionDemands(root));
    if (const std::optional<Node> security = root.member("security"))
        demands.m_fromSecurity = TRY(demands.fromSecurity(*security));
    return demands;
}

Result<Requirements> Demands::forOperation(Node path, Node operation) const
{
    Requirements out = both(m_fromExtensions, TRY(extensionDemands(path)));
    out = both(out, TRY(extensionDemands(operation)));
    const std::optional<Node> security = operation.member("security");
    return both(out, security ? TRY(fromSecurity(*security)) : m_fromSecurity);
}

Result<Requirements> Demands::fromSecurity(Node security) const
{
    if (!security.isList())
        return security.refuse("security must be a list");
    if (security.size() > kMaxAlternatives)
        return security.refuse(std::format("more than {} alternatives", kMaxAlternatives), ErrorCode::TooLarge);
    std::vector<Requirements> alternatives;
    for (const Node alternative : security.children())
        alternatives.push_back(TRY(fromAlternative(alternative)));
    return weakestOf(alternatives);
}

Result<Requirements> Demands::fromAlternative(Node alternative) const
{
    if (!alternative.isObject())
        return alternative.refuse("a security requirement must be an object");
    if (alternative.size() > kMaxSchemesTogether)
        return alternative.refuse(std::format("more than {} schemes", kMaxSchemesTogether), ErrorCode::TooLarge);
    Requirements out;
    for (const Node scopes : alternative.children())
        out = both(out, TRY(fromScheme(scopes)));
    if (out.capabilities.size() > kMaxCapabilities)
        return alternative.refuse(std::format("more than {} capabilities", kMaxCapabilities), ErrorCode::TooLarge);
    return out;
}

Result<Requirements> Demands::fromScheme(Node scopes) const
{
    TRY(checkScopes(scopes));
    const std::optional<Node> components = m_root.member("components");
    const std::optional<Node> schemes = components ? components->member("securitySchemes") : std::nullopt;
    const std::optional<Node> named = schemes ? schemes->member(scopes.name()) : std::nullopt;
    if (!named)
        return scopes.refuse("components/securitySchemes has no scheme of this name");
    const Node scheme = TRY(m_references->follow(*named));
    const std::string_view type = textOf(scheme, "type");
    if (type == "agentAuth") {
        return both(TRY(agentAuthDemands(scheme)), {.capabilities = TRY(capabilities(scopes))});
    }
    if (!std::ranges::contains(kOtherTypes, type))
        return scheme.refuse("the type of this security scheme is not known");
    const std::optional<Node> block = scheme.member("x-agent-trust");
    if (!block && isAgentSignature(scheme))
        return scheme.refuse("a scheme for the header Agent-Signature needs x-agent-trust");
    if (!block)
        return Requirements{};
    const AgentTrust trust = TRY(agentTrust(*block));
    return Requirements{
        .minimumLevel = TRY(levelIn(scopes, trust, isAgentSignature(scheme))), .agentSignature = AgentSignature::Asked};
}

} // namespace countersign::services
