// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/demands.h"

#include "core/base/ascii.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"

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

Result<Requirements> Demands::forOperation(Node path, Node operation)
{
    Requirements out = both(m_fromExtensions, *TRY(extensionsAt(path)));
    out = both(out, TRY(extensionDemands(operation)));
    const std::optional<Node> security = operation.member("security");
    return both(out, security ? TRY(fromSecurity(*security)) : m_fromSecurity);
}

Result<Requirements> Demands::fromSecurity(Node security)
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

Result<Requirements> Demands::fromAlternative(Node alternative)
{
    if (!alternative.isObject())
        return alternative.refuse("a security requirement must be an object");
    if (alternative.size() > kMaxSchemesTogether)
        return alternative.refuse(std::format("more than {} schemes", kMaxSchemesTogether), ErrorCode::TooLarge);
    Requirements out;
    for (const Node scopes : alternative.children())
        out = both(out, TRY(fromScopes(scopes)));
    if (out.capabilities.size() > kMaxCapabilities)
        return alternative.refuse(std::format("more than {} capabilities", kMaxCapabilities), ErrorCode::TooLarge);
    return out;
}

Result<Requirements> Demands::fromScopes(Node scopes)
{
    TRY(checkScopes(scopes));
    const std::optional<Node> components = m_root.member("components");
    const std::optional<Node> schemes = components ? components->member("securitySchemes") : std::nullopt;
    const std::optional<Node> named = schemes ? schemes->member(scopes.name()) : std::nullopt;
    if (!named)
        return scopes.refuse("components/securitySchemes has no scheme of this name");
    const Node meant = TRY(m_references->follow(*named));
    const Scheme& scheme = *TRY(schemeAt(meant));
    switch (scheme.kind) {
    case Scheme::Kind::AgentAuth:
        return both(scheme.demands, {.capabilities = TRY(capabilities(scopes))});
    case Scheme::Kind::AgentTrust:
        return Requirements{.minimumLevel = TRY(levelIn(scopes, scheme.trust, scheme.scopes == Scheme::Scopes::Levels)),
            .agentSignature = AgentSignature::Asked};
    case Scheme::Kind::Other:
        break;
    }
    return Requirements{};
}

Result<const Demands::Scheme*> Demands::schemeAt(Node scheme)
{
    if (const auto known = m_schemes.find(scheme.index()); known != m_schemes.end())
        return &known->second;
    Scheme read;
    const std::string_view type = textOf(scheme, "type");
    if (type == "agentAuth") {
        read.kind = Scheme::Kind::AgentAuth;
        read.demands = TRY(agentAuthDemands(scheme));
    } else if (!std::ranges::contains(kOtherTypes, type)) {
        return scheme.refuse("the type of this security scheme is not known");
    } else if (const std::optional<Node> block = scheme.member("x-agent-trust")) {
        read.kind = Scheme::Kind::AgentTrust;
        read.scopes = isAgentSignature(scheme) ? Scheme::Scopes::Levels : Scheme::Scopes::Any;
        read.trust = TRY(agentTrust(*block));
    } else if (isAgentSignature(scheme)) {
        return scheme.refuse("a scheme for the header Agent-Signature needs x-agent-trust");
    }
    return &m_schemes.emplace(scheme.index(), std::move(read)).first->second;
}

Result<const Requirements*> Demands::extensionsAt(Node path)
{
    if (const auto known = m_extensions.find(path.index()); known != m_extensions.end())
        return &known->second;
    return &m_extensions.emplace(path.index(), TRY(extensionDemands(path))).first->second;
}

} // namespace countersign::services
