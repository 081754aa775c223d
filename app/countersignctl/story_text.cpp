// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/story_text.h"

#include "app/countersignctl/control_client.h"
#include "app/countersignctl/terminal_text.h"

#include "core/base/text_safety.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace countersign::ctl {

namespace {
constexpr std::size_t kCaptionWidth = 12;
constexpr std::size_t kWholeLine = 2000; ///< characters: lines of a screen and arguments are shown whole
constexpr std::string_view kDeeper = "  ";

json::Object objectOf(const json::Object& object, std::string_view name)
{
    const json::Value* value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : json::Object();
}

bool isTrue(const json::Object& object, std::string_view name)
{
    const json::Value* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string whole(std::string_view text)
{
    return safeText(text, kWholeLine).text.toStdString();
}

/// Lines under captions, which stand in a column of their own.
class Paper {
public:
    /// The caption stands at the first line only. No lines: nothing.
    void add(std::string_view caption, const std::vector<std::string>& lines)
    {
        std::string margin(caption);
        margin += ':';
        for (const std::string& line : lines) {
            margin.resize(kCaptionWidth, ' ');
            m_text += margin + line + '\n';
            margin.clear();
        }
    }
    void addIf(std::string_view caption, const std::string& line)
    {
        if (!line.empty())
            add(caption, {line});
    }
    [[nodiscard]] std::string text() && { return std::move(m_text); }

private:
    std::string m_text;
};

std::vector<std::string> sentLines(const json::Object& sent)
{
    const std::string query = textOf(sent, "query");
    std::vector<std::string> lines{
        shown(textOf(sent, "method")) + ' ' + whole(textOf(sent, "target_uri") + (query.empty() ? "" : '?' + query))};
    if (const std::string service = textOf(sent, "service"); !service.empty())
        lines.push_back("at " + shown(service));
    if (const std::string digest = textOf(sent, "content_digest"); !digest.empty())
        lines.push_back("body " + shown(digest));
    const std::string binding = textOf(sent, "binding");
    lines.emplace_back(binding == "http-signature" ? "signed by the agent's key, request and body"
            : binding == "agent-signature"         ? "signed by the agent's key (Agent-Signature), path and body"
                                                   : "bound to the agent's key by a proof; the body was not signed");
    return lines;
}

std::vector<std::string> wholeLines(const std::vector<std::string>& texts)
{
    std::vector<std::string> lines;
    for (const std::string& text : texts)
        lines.push_back(whole(text));
    return lines;
}

std::string nameOf(const json::Object& hop)
{
    const std::string name = textOf(hop, "agent_name");
    if (name.empty())
        return "unnamed agent";
    return (isTrue(hop, "name_shown") ? "" : "says it is ") + shown(name);
}

/// "you -> night-shift -> ledger-helper -> POST https://… (permitted)"
std::string path(const json::Object& story)
{
    std::string line = "you";
    for (const json::Object& hop : objectsOf(story, "chain"))
        line += " -> " + nameOf(hop);
    const json::Object sent = objectOf(story, "sent");
    if (!sent.empty())
        line += " -> " + shown(textOf(sent, "method")) + ' ' + whole(textOf(sent, "target_uri")) + " ("
            + shown(textOf(objectOf(story, "entry"), "outcome")) + ')';
    return line;
}

std::vector<std::string> hopLines(const json::Object& hop)
{
    std::vector<std::string> lines{nameOf(hop) + ", grant " + shown(textOf(hop, "grant_id"))
        + (isTrue(hop, "live") ? "" : " (has ended or is held)")};
    for (const std::string& sentence : textsOf(hop, "may"))
        lines.push_back(std::string(kDeeper) + "may " + whole(sentence));
    for (const std::string& sentence : textsOf(hop, "narrowed"))
        lines.push_back(std::string(kDeeper) + "narrowed: " + whole(sentence));
    return lines;
}

std::string consentSentence(const json::Object& consent)
{
    const std::string entry = "entry " + std::to_string(numberOf(consent, "entry"));
    if (textOf(consent, "signature") != "right")
        return "WRONG: the consent in " + entry + " is not signed by you";
    const std::string signedThen = "signed by you on " + localTime(timeOf(consent, "at")) + " (" + entry + ')';
    const std::string digest = textOf(consent, "screen_digest");
    if (digest == "wrong")
        return "WRONG: " + signedThen + ", but the kept text is not what the screen said:";
    return signedThen + (digest == "right" ? "; the screen said:" : "; the text of the screen was erased");
}

std::vector<std::string> consentLines(const json::Object& consent)
{
    std::vector<std::string> lines{consentSentence(consent)};
    const std::string screen = textOf(consent, "screen");
    for (std::size_t start = 0; start < screen.size();) {
        const std::size_t end = std::min(screen.find('\n', start), screen.size());
        lines.push_back("| " + whole(std::string_view(screen).substr(start, end - start)));
        start = end + 1;
    }
    return lines;
}

std::string_view captionOf(const json::Object& consent)
{
    const std::string purpose = textOf(consent, "purpose");
    return purpose == "narrowing" ? "Narrowed" : purpose == "one_action" ? "Allowed" : "Consent";
}

std::string outcomeSentence(const json::Object& outcome)
{
    if (outcome.empty())
        return {};
    const std::string executed = textOf(outcome, "executed");
    std::string words = executed == "yes" ? "the service says that it was carried out"
        : executed == "no"                ? "the service says that it was not carried out"
                                          : "the service can't say whether it was carried out";
    if (outcome.contains("status"))
        words += ", HTTP status " + std::to_string(numberOf(outcome, "status"));
    if (const std::string key = textOf(outcome, "response_key"); !key.empty())
        return words + "; it signed that response with the key " + shown(key)
            + " (whose that is, you have to find out)";
    return words
        + (textOf(outcome, "signature") == "unchecked" ? "; it sent a signature of its own, which was not checked here"
                                                       : "; it did not sign that");
}

/// What is wrong comes with a capital word; what there is nothing of is left out, but for the log itself.
std::vector<std::string> proofLines(const json::Object& proof, const json::Object& entry)
{
    const std::string number = std::to_string(numberOf(entry, "index"));
    const std::string inclusion = textOf(proof, "inclusion");
    std::vector<std::string> lines;
    const auto say = [&](std::string_view member, std::string_view right, std::string_view wrong) {
        const std::string finding = textOf(proof, member);
        if (finding != "nothing")
            lines.push_back(finding == "right" ? std::string(right) : "WRONG: " + std::string(wrong));
    };
    say("receipt", "the receipt is signed by this device, for exactly this entry", "the receipt is not right");
    if (inclusion == "nothing")
        lines.push_back("in the log as entry " + number + ", waiting for the next checkpoint (ten seconds at most)");
    else
        say("inclusion",
            "in the log as entry " + number + ", covered by the signed checkpoint of "
                + std::to_string(numberOf(proof, "tree_size")) + " entries",
            "entry " + number + " is not what the signed checkpoint of the log covers");
    say("private_details", "the private details are the ones that the entry was written with",
        "the private details are not the ones that the entry was written with");
    if (const auto witnesses = numberOf(proof, "cosignatures"); witnesses > 0)
        lines.push_back(std::to_string(witnesses) + (witnesses == 1 ? " witness" : " witnesses") + " cosigned it");
    if (const std::string problem = textOf(proof, "problem"); !problem.empty())
        lines.push_back(whole(problem));
    return lines;
}

std::string saidOf(const json::Object& foreign)
{
    const std::string said = textOf(foreign, "said");
    if (said == "permitted" || said == "refused")
        return said + " it";
    if (said == "executed")
        return "says that it was carried out";
    return said == "not_executed" ? "says that it was not carried out" : "gave a receipt";
}

/// What another server said, and what that is worth.
std::vector<std::string> foreignLines(const json::Object& foreign)
{
    const bool isKnown = isTrue(foreign, "origin_established");
    const std::string name = textOf(foreign, isKnown ? "server_name" : "server");
    std::vector<std::string> lines{(name.empty() ? "another server" : shown(name)) + ' ' + saidOf(foreign)};
    if (const std::string request = textOf(foreign, "request"); !request.empty())
        lines.push_back(shown(request));
    if (textOf(foreign, "signature") != "right")
        lines.emplace_back("! the signature of its receipt is wrong");
    if (!isTrue(foreign, "about_this_action"))
        lines.emplace_back("! it is not about this action");
    lines.push_back(
        (isKnown ? "signed with the key that you know as its own, " : "whose key this is, is not established: ")
        + shown(textOf(foreign, "key")));
    return lines;
}
} // namespace

std::string storyText(const json::Object& story)
{
    const json::Object entry = objectOf(story, "entry");
    const json::Object sent = objectOf(story, "sent");
    Paper paper;
    paper.add("Entry", {std::to_string(numberOf(entry, "index")) + ", " + localTime(timeOf(entry, "at"))});
    paper.add("What", {whole(textOf(entry, "sentence"))});
    const std::vector<json::Object> chain = objectsOf(story, "chain");
    if (!chain.empty() || !sent.empty())
        paper.add("Path", {path(story)});
    if (!sent.empty())
        paper.add("Sent", sentLines(sent));
    paper.add("With", wholeLines(textsOf(sent, "arguments")));
    paper.addIf("Why", whole(textOf(story, "because")));
    paper.addIf("Outcome", outcomeSentence(objectOf(story, "outcome")));
    for (const json::Object& foreign : objectsOf(story, "upstream"))
        paper.add("Elsewhere", foreignLines(foreign));
    for (std::size_t i = 0; i < chain.size(); ++i)
        paper.add(i == 0 ? "Grant" : "Handed on", hopLines(chain[i]));
    for (const json::Object& consent : objectsOf(story, "consents"))
        paper.add(captionOf(consent), consentLines(consent));
    paper.add("Proof", proofLines(objectOf(story, "proof"), entry));
    return std::move(paper).text();
}

} // namespace countersign::ctl
