// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The sample agent: asks for a delegation as any OAuth client could, waits for the person, and shows what it got.
// Tokens are never printed: they are the agent's own business.
#include "app/countersignctl/agent_identity.h"
#include "app/countersignctl/ask_options.h"
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/oauth_agent.h"
#include "app/countersignctl/terminal_text.h"
#include "core/permissions/permission_json.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace countersign::ctl {

namespace {
using std::chrono::seconds;
constexpr seconds kSlowDownStep{5}; // CIBA Core 1.0 section 11
constexpr seconds kBusyStep{10};

class Ask {
public:
    Ask(AskOptions options, const Surroundings& surroundings)
        : m_options(std::move(options)), m_surroundings(surroundings)
    {
    }

    Answer<Outcome> run()
    {
        auto agent = introduce();
        if (!agent)
            return std::unexpected(agent.error());
        m_agent = *std::move(agent);
        auto tokens = m_options.chain
            ? exchange()
            : request().and_then([this](const json::Object& accepted) { return wait(accepted); });
        if (!tokens)
            return std::unexpected(tokens.error());
        if (m_withdrawn)
            return Outcome{{{"withdrawn", true}}, "The request was taken back.\n"};
        return use(*std::move(tokens));
    }

private:
    [[nodiscard]] UnixSeconds now() const { return m_surroundings.clock.now(); }
    void say(const std::string& line) const { m_surroundings.progress(line); }

    [[nodiscard]] std::string issuer() const { return issuerOr(m_surroundings, m_options.issuer); }

    [[nodiscard]] Answer<AgentIdentity> loadIdentity(const AgentFile& file) const
    {
        if (m_options.key == KeyKept::InFile)
            return file.load();
        auto key = crypto::PrivateKey::generate(crypto::KeyType::P256);
        if (!key)
            return problem(ExitStatus::Failed, "agent_key", key.error().message);
        return AgentIdentity{.key = *std::move(key)};
    }

    /// Finds the server, and who we are there.
    Answer<OAuthAgent> introduce()
    {
        const std::string at = issuer();
        const AgentFile file(m_surroundings.ownFolder, m_options.name, at);
        auto identity = loadIdentity(file);
        if (!identity)
            return std::unexpected(identity.error());
        auto agent = OAuthAgent::discover(at, identity->key, m_surroundings.clock);
        if (!agent)
            return agent;
        if (identity->clientId) {
            agent->setClientId(*identity->clientId);
            return agent;
        }
        if (auto registered = registerAs(*agent); !registered)
            return std::unexpected(registered.error());
        return agent;
    }

    Answer<void> registerAs(OAuthAgent& agent)
    {
        const std::string at = issuer();
        const AgentFile file(m_surroundings.ownFolder, m_options.name, at);
        const auto id = agent.registerClient(m_options.name);
        if (!id)
            return std::unexpected(id.error());
        say("Registered as " + shown(m_options.name) + " (client " + shown(id->value) + ").");
        if (m_options.key == KeyKept::Nowhere)
            return {};
        return file.store({.key = agent.key(), .clientId = *id});
    }

    /// A server that has lost its memory of us (another data folder) is introduced to us once more.
    template <typename Call> Answer<json::Object> asKnownClient(Call call)
    {
        auto answer = call();
        if (answer || answer.error().code != "invalid_client" || m_options.key == KeyKept::Nowhere)
            return answer;
        if (auto again = registerAs(*m_agent); !again)
            return std::unexpected(again.error());
        return call();
    }

    Answer<json::Object> exchange()
    {
        return asKnownClient([this] { return m_agent->exchange(*m_options.chain); });
    }

    [[nodiscard]] Answer<void> keep(const json::Object& tokens) const
    {
        if (m_options.tokens == TokensKept::No)
            return {};
        return AgentFile(m_surroundings.ownFolder, m_options.name, issuer())
            .store(
                {m_agent->key(), m_agent->clientId(), textOf(tokens, "access_token"), textOf(tokens, "refresh_token")});
    }

    [[nodiscard]] std::string details() const
    {
        if (!m_options.details.empty())
            return m_options.details;
        json::Object detail{
            {"type", permissions::kDetailType},
            {"locations", json::Array(m_options.locations.begin(), m_options.locations.end())},
            {"actions", json::Array(m_options.actions.begin(), m_options.actions.end())},
        };
        if (m_options.duration)
            detail["expires_at"] = (now() + *m_options.duration).value;
        return json::serialize(json::Array{std::move(detail)});
    }

    [[nodiscard]] Parameters parameters() const
    {
        Parameters form{{"scope", "openid"}, {"login_hint", "me"}, {"authorization_details", details()}};
        if (!m_options.message.empty())
            form.emplace_back("binding_message", m_options.message);
        if (m_options.life)
            form.emplace_back("requested_expiry", std::to_string(m_options.life->count()));
        return form;
    }

    Answer<json::Object> request()
    {
        auto accepted = asKnownClient([this] { return m_agent->requestDelegation(parameters()); });
        if (accepted)
            say("Waiting for the person to decide in Countersign (for "
                + spoken(seconds(numberOf(*accepted, "expires_in"))) + " at most) …");
        return accepted;
    }

    /// Polls as CIBA Core 1.0 sections 10.1 and 11 say. An empty object when the request was withdrawn.
    Answer<json::Object> wait(const json::Object& accepted)
    {
        const std::string id = textOf(accepted, "auth_req_id");
        seconds interval{std::max<std::int64_t>(numberOf(accepted, "interval"), 1)};
        const UnixSeconds started = now();
        while (true) {
            if (m_options.withdrawAfter && now() + interval >= started + *m_options.withdrawAfter)
                return withdraw(id, started + *m_options.withdrawAfter - now());
            std::this_thread::sleep_for(interval);
            auto tokens = m_agent->poll(id);
            if (tokens)
                return tokens;
            const std::string code = tokens.error().code;
            if (code == "slow_down")
                interval += kSlowDownStep;
            else if (code == "temporarily_unavailable")
                std::this_thread::sleep_for(kBusyStep);
            else if (code != "authorization_pending")
                return std::unexpected(ended(tokens.error()));
        }
    }

    Answer<json::Object> withdraw(const std::string& id, seconds after)
    {
        std::this_thread::sleep_for(std::max(after, seconds(0)));
        if (auto done = m_agent->revoke(id, "auth_req_id"); !done)
            return std::unexpected(done.error());
        m_withdrawn = true;
        return json::Object();
    }

    static Problem ended(Problem why)
    {
        if (why.code == "access_denied")
            why.status = ExitStatus::Denied;
        if (why.code == "expired_token")
            why.status = ExitStatus::Expired;
        return why;
    }

    Answer<Outcome> use(json::Object tokens)
    {
        json::Object machine{
            {"grant_id", textOf(tokens, "grant_id")},
            {"token_type", textOf(tokens, "token_type")},
            {"expires_in", numberOf(tokens, "expires_in")},
            {"authorization_details", tokens["authorization_details"]},
        };
        std::string text = grantText(tokens);
        json::Array steps;
        for (const Step step : m_options.steps) {
            auto done = take(step, tokens);
            if (!done)
                return std::unexpected(done.error());
            text += shown(textOf(*done, "says")) + '\n';
            steps.emplace_back(*std::move(done));
        }
        if (auto kept = keep(tokens); !kept)
            return std::unexpected(kept.error());
        if (!steps.empty())
            machine["steps"] = std::move(steps);
        return Outcome{std::move(machine), std::move(text)};
    }

    [[nodiscard]] std::string grantText(const json::Object& tokens) const
    {
        std::string text = "Granted: " + shown(textOf(tokens, "grant_id")) + '\n';
        const json::Value* details = tokens.if_contains("authorization_details");
        const auto granted = permissions::parsePermission(details ? json::serialize(*details) : std::string());
        if (!granted)
            return text;
        const QStringList sentences = permissions::toSentences(*granted);
        for (const QString& sentence : sentences)
            text += "  may " + shown(sentence.toStdString()) + '\n';
        if (const auto end = granted->end())
            text += "  until " + localTime(*end) + " (" + spoken(*end - now()) + ")\n";
        return text;
    }

    Answer<json::Object> take(Step step, json::Object& tokens)
    {
        switch (step) {
        case Step::Introspect:
            return m_agent->introspect(textOf(tokens, "access_token")).transform([](const json::Object& token) {
                const bool active = json::optionalBool(token, "active").value_or(false).value_or(false);
                return json::Object{{"step", "introspect"}, {"active", active},
                    {"says", active ? "The token is active." : "The token is not active."}};
            });
        case Step::Refresh:
            return m_agent->refresh(textOf(tokens, "refresh_token")).transform([&](json::Object fresh) {
                tokens = std::move(fresh);
                return json::Object{{"step", "refresh"}, {"expires_in", numberOf(tokens, "expires_in")},
                    {"says",
                        "Refreshed: a new token, good for " + spoken(seconds(numberOf(tokens, "expires_in"))) + "."}};
            });
        case Step::Revoke:
            return m_agent->revoke(textOf(tokens, "refresh_token"), "refresh_token").transform([] {
                return json::Object{{"step", "revoke"}, {"says", "Given back: the grant is revoked."}};
            });
        }
        return problem(ExitStatus::Usage, "usage", "There is no such step.");
    }

    AskOptions m_options;
    const Surroundings& m_surroundings;
    std::optional<OAuthAgent> m_agent;
    bool m_withdrawn = false;
};

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    auto options = readAskOptions(parser);
    if (!options)
        return std::unexpected(options.error());
    if (auto heap = crypto::initSecureHeap(); !heap)
        return problem(ExitStatus::Failed, "secure_memory", heap.error().message);
    return Ask(*std::move(options), surroundings).run();
}
} // namespace

const Command kAskCommand{
    "ask", "Be a sample agent: ask for a grant, wait for the person, show what came.", describeAsk, run};

} // namespace countersign::ctl
