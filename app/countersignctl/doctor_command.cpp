// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/doctor_checks.h"
#include "app/countersignctl/terminal_text.h"

#include <algorithm>
#include <iterator>

namespace countersign::ctl {

namespace {
std::vector<Check> examine(const Surroundings& surroundings)
{
    const auto answer = askControl(surroundings, "GET", "/doctor");
    const std::optional<json::Object> facts = answer ? std::optional(*answer) : std::nullopt;
    std::vector<Check> checks{checkProgram(facts, answer ? std::nullopt : std::optional(answer.error()))};
    if (facts)
        checks.push_back(checkSockets(surroundings));
    checks.push_back(checkPort(facts));
    if (facts) {
        checks.push_back(checkKeychain(*facts));
        checks.push_back(checkDataFolder(textOf(*facts, "data_folder")));
        checks.push_back(checkLog(*facts));
        checks.push_back(checkWitness(*facts));
        std::ranges::move(checkEarlierLogs(textOf(*facts, "data_folder")), std::back_inserter(checks));
        std::ranges::move(checkTroubles(*facts), std::back_inserter(checks));
    }
    return checks;
}

Answer<Outcome> run(const QCommandLineParser&, const Surroundings& surroundings)
{
    const std::vector<Check> checks = examine(surroundings);
    json::Array machine;
    std::string text;
    for (const Check& check : checks) {
        const bool isGood = check.verdict == Verdict::Good;
        machine.push_back({{"check", check.name}, {"good", isGood}, {"found", check.found}, {"to_do", check.toDo}});
        text += std::string(isGood ? "ok    " : "WRONG ") + shown(check.found) + '\n';
        if (!isGood)
            text += "      do: " + shown(check.toDo) + '\n';
    }
    const bool allGood = std::ranges::all_of(checks, [](const Check& check) { return check.verdict == Verdict::Good; });
    ExitStatus status = allGood ? ExitStatus::Done : ExitStatus::Failed;
    if (checks.front().verdict == Verdict::Bad)
        status = ExitStatus::NotRunning;
    return Outcome{{{"good", allGood}, {"checks", std::move(machine)}}, std::move(text), status};
}
} // namespace

const Command kDoctorCommand{
    "doctor", "Look whether everything is as it should be, and say what to do.", [](QCommandLineParser&) { }, run};

} // namespace countersign::ctl
