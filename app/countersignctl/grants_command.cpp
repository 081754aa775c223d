// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/terminal_text.h"

namespace countersign::ctl {

namespace {
std::string joined(const std::vector<std::string>& sentences)
{
    std::string out;
    for (const std::string& sentence : sentences)
        out += (out.empty() ? "" : "; ") + shown(sentence);
    return out;
}

std::string stateOf(const json::Object& grant, UnixSeconds now)
{
    const std::string state = textOf(grant, "state");
    if (state == "live")
        return spoken(timeOf(grant, "expires_at") - now) + " left";
    const std::string reason = textOf(grant, "reason");
    return shown(reason.empty() || reason == "none" ? state : state + " (" + reason + ')');
}

std::string toText(const json::Object& answer, UnixSeconds now)
{
    const auto grants = objectsOf(answer, "grants");
    if (grants.empty())
        return "No grants. `countersignctl ask` makes a sample agent ask for one.\n";
    Table table{"GRANT", "AGENT", "MAY", "STATE", "UNTIL"};
    for (const json::Object& grant : grants)
        table.add({shown(textOf(grant, "id")), shown(textOf(grant, "agent_name")), joined(textsOf(grant, "may")),
            stateOf(grant, now), localTime(timeOf(grant, "expires_at"))});
    std::string text = table.text();
    if (const auto leftOut = numberOf(answer, "left_out"); leftOut > 0)
        text += "… and " + std::to_string(leftOut) + " older ones\n";
    return text;
}

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("all"), QStringLiteral("Those that have ended, too.")});
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    auto answer =
        askControl(surroundings, "GET", parser.isSet(QStringLiteral("all")) ? "/grants?which=all" : "/grants");
    if (!answer)
        return std::unexpected(answer.error());
    std::string text = toText(*answer, surroundings.clock.now());
    return Outcome{*std::move(answer), std::move(text)};
}
} // namespace

const Command kGrantsCommand{"grants", "The grants that run, with their time left.", describe, run};

} // namespace countersign::ctl
