// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/held_text.h"
#include "app/countersignctl/terminal_text.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

/// "12 of 200 uses; 120.00 of 500.00 EUR a day"
std::string usedOf(const json::Object& grant)
{
    std::string out;
    for (const json::Object& meter : objectsOf(grant, "meters")) {
        const std::string kind = textOf(meter, "kind");
        out += out.empty() ? "" : "; ";
        if (kind == "uses")
            out +=
                std::to_string(numberOf(meter, "used")) + " of " + std::to_string(numberOf(meter, "limit")) + " uses";
        else
            out += shown(textOf(meter, "used")) + " of " + shown(textOf(meter, "limit")) + ' '
                + shown(textOf(meter, "currency")) + (kind == "per_day" ? " a day" : " in all");
    }
    return out;
}

std::string agentOf(const json::Object& grant, int level)
{
    const std::string own = textOf(grant, "own_name");
    const std::string claimed = textOf(grant, "agent_name");
    std::string name = shown(own.empty() ? claimed : own);
    if (name.empty())
        name = shown(textOf(grant, "client_id")); // first seen in a chain: it has not introduced itself
    const json::Value* shownBy = grant.if_contains("name_shown");
    if (shownBy != nullptr && *shownBy == json::Value(false))
        name = "says it is " + name;
    return level == 0 ? name : std::string(static_cast<std::size_t>(level - 1) * 2, ' ') + "└ " + name;
}

/// The grants as a tree: each below the one that it was delegated from, where that is listed.
class Tree {
public:
    Tree(std::vector<json::Object> grants, UnixSeconds now) : m_grants(std::move(grants)), m_now(now)
    {
        std::set<std::string> listed;
        for (const json::Object& grant : m_grants)
            listed.insert(textOf(grant, "id"));
        for (const json::Object& grant : m_grants) {
            const std::string parent = textOf(grant, "parent");
            m_below[listed.contains(parent) ? parent : std::string()].push_back(&grant);
        }
    }

    std::string text()
    {
        addBelow({}, 0);
        return m_table.text();
    }

private:
    // NOLINTNEXTLINE(misc-no-recursion): as deep as a chain may be
    void addBelow(const std::string& parent, int level)
    {
        for (const json::Object* grant : m_below[parent]) {
            const std::string id = textOf(*grant, "id");
            m_table.add({shown(id), agentOf(*grant, level), joined(textsOf(*grant, "may")), usedOf(*grant),
                stateOf(*grant, m_now), localTime(timeOf(*grant, "expires_at"))});
            if (!id.empty() && level < kMaxLevels)
                addBelow(id, level + 1);
        }
    }

    static constexpr int kMaxLevels = 16;
    std::vector<json::Object> m_grants;
    UnixSeconds m_now;
    std::map<std::string, std::vector<const json::Object*>> m_below;
    Table m_table{"GRANT", "AGENT", "MAY", "USED", "STATE", "UNTIL"};
};

std::string toText(const json::Object& answer, UnixSeconds now)
{
    auto grants = objectsOf(answer, "grants");
    if (grants.empty())
        return "No grants. `countersignctl ask` makes a sample agent ask for one.\n";
    const std::string held = heldText(grants);
    std::string text = Tree(std::move(grants), now).text();
    if (const auto leftOut = numberOf(answer, "left_out"); leftOut > 0)
        text += "… and " + std::to_string(leftOut) + " older ones\n";
    if (!held.empty())
        text += '\n' + held;
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

const Command kGrantsCommand{"grants", "The grants that run, as a tree, with their time left.", describe, run};

} // namespace countersign::ctl
