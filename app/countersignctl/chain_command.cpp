// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Verifies a chain as a service does that asks nobody: with the keys that it was given once (/jwks), and a status list
// that the agent stapled.
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/stapled_status.h"
#include "app/countersignctl/terminal_text.h"
#include "core/grants/chain.h"
#include "core/permissions/permission.h"

#include <QFile>

#include <algorithm>
#include <optional>

namespace countersign::ctl {

namespace {
constexpr qint64 kMaxFileBytes = 256LL * 1024;

std::unexpected<Problem> refused(const Error& error)
{
    return problem(ExitStatus::Failed, "invalid_chain", error.message);
}

Answer<std::string> readFile(const QString& name)
{
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return problem(ExitStatus::Usage, "usage", "The file " + name.toStdString() + " can't be read.");
    return file.read(kMaxFileBytes).trimmed().toStdString();
}

Answer<std::string> readChainText(const QCommandLineParser& parser)
{
    const QStringList given = parser.positionalArguments();
    if (given.size() != 1)
        return problem(ExitStatus::Usage, "usage", "One chain is needed: the field's value, or a file of it.");
    return given.constFirst().startsWith(QLatin1Char('"')) ? Answer<std::string>(given.constFirst().toStdString())
                                                           : readFile(given.constFirst());
}

/// The keys of a set that can verify what we sign.
Answer<std::vector<crypto::PublicKey>> readKeys(const QCommandLineParser& parser)
{
    if (!parser.isSet(QStringLiteral("jwks")))
        return problem(ExitStatus::Usage, "usage", "--jwks is needed: the keys of the Countersign that you trust.");
    const auto text = readFile(parser.value(QStringLiteral("jwks")));
    if (!text)
        return std::unexpected(text.error());
    const auto set = json::parseObject(*text);
    std::vector<crypto::PublicKey> keys;
    for (const json::Object& jwk : set ? objectsOf(*set, "keys") : std::vector<json::Object>()) {
        if (auto key = crypto::PublicKey::fromJwk(jwk))
            keys.push_back(*std::move(key));
    }
    if (keys.empty())
        return problem(ExitStatus::Usage, "usage", "--jwks: there is no key in the file.");
    return keys;
}

json::Array mayOf(const permissions::Permission& permission)
{
    json::Array out;
    const QStringList sentences = permissions::toSentences(permission);
    for (const QString& sentence : sentences)
        out.emplace_back(sentence.toStdString());
    return out;
}

/// Everything that was verified, hop by hop.
class Report {
public:
    void add(const std::string& title, const std::string& agent, UnixSeconds until,
        const permissions::Permission& permission)
    {
        const json::Array may = mayOf(permission);
        m_hops.emplace_back(json::Object{{"agent", agent}, {"until", until.value}, {"may", may}});
        m_text += title + ": " + shown(agent) + ", until " + localTime(until) + '\n';
        for (const json::Value& sentence : may)
            m_text += "  may " + shown(sentence.get_string()) + '\n';
    }
    void say(const std::string& line) { m_text += line + '\n'; }

    [[nodiscard]] Outcome outcome(const grants::AccessToken& token, bool isStatusChecked) &&
    {
        return {{{"valid", true}, {"person", token.person.value}, {"device", token.device.value},
                    {"grant_id", token.grant.value}, {"status_checked", isStatusChecked}, {"hops", std::move(m_hops)}},
            std::move(m_text)};
    }

private:
    json::Array m_hops;
    std::string m_text;
};

/// Nothing: the token counted when the list was signed.
Answer<void> checkStatus(const std::string& list, const grants::AccessToken& token,
    const std::vector<crypto::PublicKey>& keys, UnixSeconds now)
{
    const auto status = stapledStatus(list, token, keys, now);
    if (!status)
        return refused(status.error());
    if (*status == TokenStatus::Suspended)
        return problem(ExitStatus::Failed, "suspended", "The token's grant is held, says the status list.");
    if (*status != TokenStatus::Valid)
        return problem(ExitStatus::Failed, "revoked", "The token does not count any more, says the status list.");
    return {};
}

Answer<grants::VerifiedChain> verify(
    const std::string& text, const std::vector<crypto::PublicKey>& keys, UnixSeconds now)
{
    const auto chain = grants::parseChainHeader(text);
    if (!chain)
        return refused(chain.error());
    auto token = grants::verifyAccessToken(chain->token, keys, now);
    if (!token)
        return refused(token.error());
    if (chain->links.empty())
        return grants::VerifiedChain{*std::move(token), {}};
    auto verified = grants::verifyChain(*std::move(token), chain->links, now, permissions::kMaxChain - 1);
    if (!verified)
        return refused(verified.error());
    return *std::move(verified);
}

bool needsCounting(const permissions::Permission& permission)
{
    return std::ranges::any_of(
        permission.details, [](const permissions::AgentDelegation& detail) { return detail.needsCounting(); });
}

Outcome report(const grants::VerifiedChain& chain, bool isStatusChecked)
{
    Report out;
    out.add("Token", chain.token.agent.value, chain.token.expiresAt, chain.token.permission);
    int number = 0;
    for (const grants::VerifiedHop& hop : chain.hops) {
        const grants::Link& link = hop.signedLink.link;
        out.add("Link " + std::to_string(++number), link.child, hop.end, link.permission);
    }
    if (needsCounting(chain.hops.empty() ? chain.token.permission : chain.lastPermission()))
        out.say("It counts, or asks the person: only Countersign can decide on an action.");
    out.say(isStatusChecked ? "The status list says that it counts." : "Not checked without --status: revocation.");
    out.say("The chain holds. Device " + chain.token.device.value + ", person " + chain.token.person.value + '.');
    return std::move(out).outcome(chain.token, isStatusChecked);
}

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("jwks"), QStringLiteral("The keys that are trusted: a file of what /jwks told."),
        QStringLiteral("file")});
    parser.addOption({QStringLiteral("status"),
        QStringLiteral("The status list that the token names, at most 60 s old: a file of what /status/… told."),
        QStringLiteral("file")});
    parser.addPositionalArgument(
        QStringLiteral("chain"), QStringLiteral("The value of a Delegation-Chain field, or a file of it."));
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    const auto text = readChainText(parser);
    if (!text)
        return std::unexpected(text.error());
    const auto keys = readKeys(parser);
    if (!keys)
        return std::unexpected(keys.error());
    const UnixSeconds now = surroundings.clock.now();
    const auto chain = verify(*text, *keys, now);
    if (!chain)
        return std::unexpected(chain.error());
    const bool hasStatus = parser.isSet(QStringLiteral("status"));
    if (hasStatus) {
        const auto list = readFile(parser.value(QStringLiteral("status")));
        if (!list)
            return std::unexpected(list.error());
        if (const auto counts = checkStatus(*list, chain->token, *keys, now); !counts)
            return std::unexpected(counts.error());
    }
    return report(*chain, hasStatus);
}
} // namespace

const Command kChainCommand{"chain", "Verify what an agent was delegated, without asking anybody.", describe, run};

} // namespace countersign::ctl
