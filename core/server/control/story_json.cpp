// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/control/story_json.h"

#include "core/server/control/control_json.h"

namespace countersign::server {

namespace {
using authority::Finding;
using authority::SentRequest;
using authority::StoryConsent;
using authority::StoryForeign;
using authority::StoryOutcome;

std::string_view findingName(Finding finding)
{
    switch (finding) {
    case Finding::Right:
        return "right";
    case Finding::Wrong:
        return "wrong";
    case Finding::Nothing:
        break;
    }
    return "nothing";
}

std::string_view purposeName(StoryConsent::Purpose purpose)
{
    switch (purpose) {
    case StoryConsent::Purpose::Narrowing:
        return "narrowing";
    case StoryConsent::Purpose::OneAction:
        return "one_action";
    case StoryConsent::Purpose::Grant:
        break;
    }
    return "grant";
}

std::string_view executedName(StoryOutcome::Executed executed)
{
    switch (executed) {
    case StoryOutcome::Executed::Yes:
        return "yes";
    case StoryOutcome::Executed::No:
        return "no";
    case StoryOutcome::Executed::Unknown:
        break;
    }
    return "unknown";
}

void addText(json::Object& to, std::string_view name, const QString& text)
{
    if (!text.isEmpty())
        to[name] = text.toStdString();
}

/// As in the log's entry.
std::string_view bindingName(SentRequest::Binding binding)
{
    switch (binding) {
    case SentRequest::Binding::Signature:
        return "http-signature";
    case SentRequest::Binding::AgentSignature:
        return "agent-signature";
    case SentRequest::Binding::Proof:
        break;
    }
    return "dpop";
}

json::Object sentJson(const SentRequest& sent)
{
    json::Object out{{"method", sent.method.toStdString()}, {"target_uri", sent.target.toStdString()},
        {"binding", bindingName(sent.binding)}, {"arguments", textsJson(sent.arguments)}};
    addText(out, "query", sent.query);
    addText(out, "service", sent.service);
    addText(out, "content_digest", sent.digest);
    if (sent.body) {
        json::Object body{{"bytes", sent.body->bytes}, {"digest", findingName(sent.body->digest)}};
        addText(body, "text", sent.body->text);
        out["body"] = std::move(body);
    }
    return out;
}

json::Array chainJson(const std::vector<authority::StoryHop>& chain)
{
    json::Array out;
    for (const authority::StoryHop& hop : chain)
        out.push_back({{"grant_id", hop.grant.value}, {"client_id", hop.agent.value},
            {"agent_name", hop.agentName.toStdString()}, {"name_shown", hop.naming == authority::Naming::Shown},
            {"live", hop.isLive}, {"may", textsJson(hop.may)}, {"narrowed", textsJson(hop.narrowed)}});
    return out;
}

json::Array consentsJson(const std::vector<StoryConsent>& consents)
{
    json::Array out;
    for (const StoryConsent& consent : consents) {
        json::Object told{{"purpose", purposeName(consent.purpose)}, {"entry", consent.entry}, {"at", consent.at.value},
            {"signature", findingName(consent.signature)}, {"screen_digest", findingName(consent.digest)}};
        addText(told, "screen", consent.screen);
        out.emplace_back(std::move(told));
    }
    return out;
}

json::Object proofJson(const authority::StoryProof& proof)
{
    json::Object out{{"leaf_hash", proof.leafHash.toStdString()}, {"receipt", findingName(proof.receipt)},
        {"inclusion", findingName(proof.inclusion)}, {"private_details", findingName(proof.details)},
        {"tree_size", proof.treeSize}, {"cosignatures", proof.cosignatures}};
    addText(out, "problem", proof.problem);
    return out;
}

std::string_view saidName(StoryForeign::Said said)
{
    switch (said) {
    case StoryForeign::Said::Permitted:
        return "permitted";
    case StoryForeign::Said::Refused:
        return "refused";
    case StoryForeign::Said::Executed:
        return "executed";
    case StoryForeign::Said::NotExecuted:
        return "not_executed";
    case StoryForeign::Said::Unknown:
        break;
    }
    return "unknown";
}

json::Array upstreamJson(const std::vector<StoryForeign>& upstream)
{
    json::Array out;
    for (const StoryForeign& foreign : upstream) {
        json::Object told{{"entry", foreign.entry}, {"said", saidName(foreign.said)}, {"at", foreign.at.value},
            {"key", foreign.key.value}, {"origin_established", foreign.acceptedAs.has_value()},
            {"signature", findingName(foreign.signature)}, {"about_this_action", foreign.tie.has_value()}};
        addText(told, "server", foreign.server);
        addText(told, "server_name", foreign.acceptedAs.value_or(QString()));
        addText(told, "request", foreign.request);
        if (foreign.above)
            told["above"] = *foreign.above;
        out.emplace_back(std::move(told));
    }
    return out;
}

json::Object outcomeJson(const StoryOutcome& outcome)
{
    json::Object out{{"entry", outcome.entry}, {"executed", executedName(outcome.executed)},
        {"signature", outcome.sentSignature ? "unchecked" : "nothing"}};
    if (outcome.status)
        out["status"] = *outcome.status;
    if (!outcome.responseKey.isEmpty())
        out["response_key"] = outcome.responseKey.value;
    return out;
}
} // namespace

json::Object storyJson(const authority::Story& story)
{
    json::Object out{{"entry", entryJson(story.entry)}, {"chain", chainJson(story.chain)},
        {"consents", consentsJson(story.consents)}, {"proof", proofJson(story.proof)}};
    if (story.sent)
        out["sent"] = sentJson(*story.sent);
    if (story.outcome)
        out["outcome"] = outcomeJson(*story.outcome);
    if (!story.upstream.empty())
        out["upstream"] = upstreamJson(story.upstream);
    addText(out, "because", story.because);
    addText(out, "receipt", story.receipt);
    return out;
}

} // namespace countersign::server
