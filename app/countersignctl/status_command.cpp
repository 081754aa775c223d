// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/held_text.h"
#include "app/countersignctl/terminal_text.h"
#include "app/countersignctl/trouble_text.h"

#include <vector>

namespace countersign::ctl {

namespace {
/// Those of the grants that are held, as `grants` tells them.
Answer<std::vector<json::Object>> heldGrants(const Surroundings& surroundings)
{
    const auto listed = askControl(surroundings, "GET", "/grants");
    if (!listed)
        return std::unexpected(listed.error());
    std::vector<json::Object> held = objectsOf(*listed, "grants");
    std::erase_if(held, [](const json::Object& grant) { return !isHeld(grant); });
    return held;
}

Answer<Outcome> run(const QCommandLineParser&, const Surroundings& surroundings)
{
    auto status = askControl(surroundings, "GET", "/status");
    if (!status)
        return std::unexpected(status.error());
    const auto held = heldGrants(surroundings);
    if (!held)
        return std::unexpected(held.error());
    (*status)["held_grants"] = json::Array(held->begin(), held->end());
    std::string text = facts({
        {"Issuer", shown(textOf(*status, "issuer"))},
        {"Live grants", std::to_string(numberOf(*status, "live_grants"))},
        {"Held grants", std::to_string(held->size())},
        {"Waiting requests", std::to_string(numberOf(*status, "waiting_requests"))},
        {"Refused requests", std::to_string(numberOf(*status, "refused_requests")) + " (since the start)"},
        {"Log entries", std::to_string(numberOf(*status, "log_size"))},
        {"Keychain", shown(textOf(*status, "keychain"))},
        {"Device key", shown(textOf(*status, "device"))},
        {"Person's key", shown(textOf(*status, "person"))},
    });
    for (const std::string& trouble : textsOf(*status, "troubles")) {
        const TroubleText words = troubleText(trouble);
        text += "! " + words.what + "; " + words.toDo + '\n';
    }
    text += heldText(*held);
    return Outcome{*std::move(status), std::move(text)};
}
} // namespace

const Command kStatusCommand{
    "status", "How Countersign stands: grants, requests, the log, troubles.", [](QCommandLineParser&) { }, run};

} // namespace countersign::ctl
