// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The sample agent hands a part of its authority on: it signs a link for another agent's key, without asking anybody,
// and prints the chain (the value of a Delegation-Chain field) for that agent to use or to exchange.
#include "app/countersignctl/agent_identity.h"
#include "app/countersignctl/ask_options.h"
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/duration.h"
#include "app/countersignctl/oauth_agent.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/grants/chain.h"
#include "core/grants/claims_json.h"
#include "core/permissions/permission_json.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace countersign::ctl {

namespace {
using std::chrono::seconds;
constexpr seconds kLeastTokenLife{60}; ///< a token with less is refreshed first

/// What the delegating agent holds: the end of a chain.
struct Held {
    grants::ChainText chain;
    std::string hash;
    permissions::Permission permission;
    int depth = 0;
    int maxDepth = 0;
    UnixSeconds end;
};

std::unexpected<Problem> failed(const Error& error)
{
    return problem(ExitStatus::Failed, std::string(wireError(error.code).code), error.message);
}

std::unexpected<Problem> usage(std::string text)
{
    return problem(ExitStatus::Usage, "usage", std::move(text));
}

/// Our own token: what it says, not whether it is right.
Answer<Held> heldByToken(const std::string& token)
{
    const auto jws = crypto::parseJws(token);
    const auto claims = jws ? json::parseObject(jws->payload) : std::unexpected(jws.error());
    auto permission = jws ? grants::detailsIn(jws->payload) : std::unexpected(jws.error());
    if (!claims || !permission)
        return failed(claims ? permission.error() : claims.error());
    return Held{{token, {}}, crypto::sha256Base64url(jws->signingInput), *std::move(permission),
        static_cast<int>(numberOf(*claims, "del_depth")), static_cast<int>(numberOf(*claims, "del_max_depth")),
        timeOf(*claims, "exp")};
}

Answer<Held> heldByLink(grants::ChainText chain, const Thumbprint& own)
{
    if (chain.links.empty())
        return usage("The chain has no link.");
    auto last = grants::readLink(chain.links.back());
    if (!last)
        return failed(last.error());
    if (last->link.childKey.thumbprint() != own)
        return usage("The chain ends at another agent's key.");
    return Held{std::move(chain), last->hash, last->link.permission, last->link.depth, last->link.maxDepth,
        last->link.expiresAt};
}

/// All that may be handed on, for one hop less.
permissions::Permission oneHopLess(permissions::Permission permission)
{
    std::erase_if(permission.details, [](const permissions::AgentDelegation& detail) { return detail.maxDepth == 0; });
    for (permissions::AgentDelegation& detail : permission.details)
        --detail.maxDepth;
    return permission;
}

/// Where no end is said it is the first of what is held.
permissions::Permission untilAtMost(permissions::Permission wanted, const permissions::Permission& held)
{
    std::optional<UnixSeconds> first;
    for (const permissions::AgentDelegation& detail : held.details) {
        if (detail.expiresAt)
            first = std::min(first.value_or(*detail.expiresAt), *detail.expiresAt);
    }
    for (permissions::AgentDelegation& detail : wanted.details) {
        if (!detail.expiresAt)
            detail.expiresAt = first;
    }
    return wanted;
}

class Delegate {
public:
    Delegate(const QCommandLineParser& parser, const Surroundings& surroundings)
        : m_parser(parser)
        , m_surroundings(surroundings)
        , m_issuer(issuerOr(surroundings, parser.value(QStringLiteral("issuer")).toStdString()))
    {
    }

    [[nodiscard]] Answer<Outcome> run() const
    {
        const auto agent = file("name").load();
        if (!agent)
            return std::unexpected(agent.error());
        const auto held = readHeld(*agent);
        if (!held)
            return std::unexpected(held.error());
        const auto child = readChild();
        if (!child)
            return std::unexpected(child.error());
        auto permission = readPermission(*held);
        if (!permission)
            return std::unexpected(permission.error());
        return sign(agent->key, *held, *child, *std::move(permission));
    }

private:
    [[nodiscard]] std::string value(const char* option) const
    {
        return m_parser.value(QString::fromLatin1(option)).toStdString();
    }
    [[nodiscard]] bool isSet(const char* option) const { return m_parser.isSet(QString::fromLatin1(option)); }
    [[nodiscard]] UnixSeconds now() const { return m_surroundings.clock.now(); }
    [[nodiscard]] AgentFile file(const char* option) const
    {
        return {m_surroundings.ownFolder, value(option), m_issuer};
    }

    [[nodiscard]] Answer<Held> readHeld(const AgentIdentity& agent) const
    {
        auto chain = readChainOption(m_parser);
        if (!chain)
            return std::unexpected(chain.error());
        if (*chain)
            return heldByLink(**std::move(chain), agent.key.publicKey().thumbprint());
        if (agent.accessToken.empty())
            return usage("This agent has kept no token: `countersignctl ask --keep-tokens` first.");
        auto held = heldByToken(agent.accessToken);
        return !held || held->end >= now() + kLeastTokenLife ? held : refreshed(agent).and_then(heldByToken);
    }

    [[nodiscard]] Answer<std::string> refreshed(const AgentIdentity& agent) const
    {
        auto client = OAuthAgent::discover(m_issuer, agent.key, m_surroundings.clock);
        if (!client)
            return std::unexpected(client.error());
        client->setClientId(agent.clientId.value_or(ClientId()));
        const auto tokens = client->refresh(agent.refreshToken);
        if (!tokens)
            return std::unexpected(tokens.error());
        const AgentIdentity now{
            agent.key, agent.clientId, textOf(*tokens, "access_token"), textOf(*tokens, "refresh_token")};
        return file("name").store(now).transform([&] { return now.accessToken; });
    }

    /// Another sample agent, which gets a key if it has none, or whoever has the key that was given.
    [[nodiscard]] Answer<crypto::PublicKey> readChild() const
    {
        if (isSet("to") == isSet("to-key"))
            return usage("Either --to or --to-key says who gets it.");
        if (isSet("to")) {
            const auto child = file("to").load();
            if (!child)
                return std::unexpected(child.error());
            if (!child->clientId) {
                if (auto kept = file("to").store(*child); !kept)
                    return std::unexpected(kept.error());
            }
            return child->key.publicKey();
        }
        const auto text = textOrFile(m_parser, "to-key", '{');
        if (!text)
            return std::unexpected(text.error());
        auto key = json::parseObject(*text).and_then(crypto::PublicKey::fromJwk);
        if (!key)
            return usage("--to-key: " + key.error().message);
        return *std::move(key);
    }

    [[nodiscard]] Answer<permissions::Permission> readPermission(const Held& held) const
    {
        permissions::Permission wanted = oneHopLess(held.permission);
        if (isSet("authorization-details")) {
            const auto text = textOrFile(m_parser, "authorization-details", '[');
            if (!text)
                return std::unexpected(text.error());
            auto parsed = permissions::parsePermission(*text);
            if (!parsed)
                return failed(parsed.error());
            wanted = untilAtMost(*std::move(parsed), held.permission);
        }
        if (wanted.details.empty())
            return problem(ExitStatus::Failed, "invalid_authorization_details",
                "Nothing that this agent holds may be delegated (max_depth).");
        if (const auto narrower = permissions::delegates(wanted, held.permission); !narrower)
            return failed(narrower.error());
        return wanted;
    }

    [[nodiscard]] Answer<UnixSeconds> end(const permissions::Permission& permission) const
    {
        const UnixSeconds latest = permission.end().value_or(now() + permissions::kMaxGrantLife);
        if (!isSet("for"))
            return latest;
        const auto life = parseDuration(value("for"));
        if (!life)
            return usage("--for takes a duration such as 90s, 30m or 2h.");
        return std::min(latest, now() + *life);
    }

    [[nodiscard]] Answer<Outcome> sign(const crypto::PrivateKey& key, const Held& held, const crypto::PublicKey& child,
        permissions::Permission permission) const
    {
        const auto until = end(permission);
        if (!until)
            return std::unexpected(until.error());
        int deepest = 0;
        for (permissions::AgentDelegation& detail : permission.details) {
            deepest = std::max(deepest, detail.maxDepth);
            detail.expiresAt = std::min(detail.expiresAt.value_or(*until), *until); // what the child is told
        }
        const grants::Link link{key.publicKey().thumbprint(), crypto::thumbprintUrn(child.thumbprint()), child,
            held.hash, std::move(permission), now(), *until, crypto::randomId(), held.depth + 1,
            std::min(held.maxDepth, held.depth + 1 + deepest)};
        auto jws = grants::signLink(link, key);
        if (!jws)
            return failed(jws.error());
        grants::ChainText chain = held.chain;
        chain.links.push_back(*std::move(jws));
        std::string text = grants::chainHeader(chain);
        return Outcome{
            {{"chain", text}, {"child", link.child}, {"depth", link.depth}, {"expires_at", link.expiresAt.value}},
            text + '\n'};
    }

    const QCommandLineParser& m_parser;
    const Surroundings& m_surroundings;
    std::string m_issuer;
};

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("name"), QStringLiteral("The agent that delegates (default: sample-agent)."),
        QStringLiteral("name"), QStringLiteral("sample-agent")});
    parser.addOption({QStringLiteral("to"),
        QStringLiteral("The sample agent that gets it; it is given a key if it has none."), QStringLiteral("name")});
    parser.addOption({QStringLiteral("to-key"), QStringLiteral("The public key (JWK) of another agent that gets it."),
        QStringLiteral("jwk-or-file")});
    parser.addOption({QStringLiteral("authorization-details"),
        QStringLiteral("What it gets, as JSON (RFC 9396) or a file of it (default: all that may be delegated)."),
        QStringLiteral("json-or-file")});
    parser.addOption(
        {QStringLiteral("for"), QStringLiteral("For how long at most, for example 30m."), QStringLiteral("duration")});
    parser.addOption({QStringLiteral("chain"),
        QStringLiteral("What the agent was delegated itself, a text or a file; without it, the token that it kept."),
        QStringLiteral("chain-or-file")});
    parser.addOption({QStringLiteral("issuer"),
        QStringLiteral("The server (default: the running program's, else http://127.0.0.1:7317)."),
        QStringLiteral("url")});
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    if (auto heap = crypto::initSecureHeap(); !heap)
        return problem(ExitStatus::Failed, "secure_memory", heap.error().message);
    return Delegate(parser, surroundings).run();
}
} // namespace

const Command kDelegateCommand{
    "delegate", "Be a sample agent: hand a part of what it may do to another, as a chain.", describe, run};

} // namespace countersign::ctl
