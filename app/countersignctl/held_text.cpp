// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/held_text.h"

#include "app/countersignctl/control_client.h"
#include "app/countersignctl/terminal_text.h"

#include <algorithm>

namespace countersign::ctl {

namespace {

constexpr std::size_t kMostChanges = 8; ///< the rest is counted

std::string changeText(const json::Object& change)
{
    const std::string kind = textOf(change, "change");
    const json::Value* less = change.if_contains("demands_less");
    std::string words = kind == "added" ? "new"
        : kind == "removed"             ? "gone"
        : kind == "demands"             ? "other demands"
                                        : "does or takes something else";
    if (less != nullptr && *less == json::Value(true))
        words += ", demands less";
    return "changed: " + shown(textOf(change, "action")) + ", " + words + " (" + shown(textOf(change, "method")) + ' '
        + shown(textOf(change, "path")) + ')';
}

std::string paragraph(const json::Object& grant)
{
    const std::string own = textOf(grant, "own_name");
    const std::string name = shown(own.empty() ? textOf(grant, "agent_name") : own);
    std::string text = "! " + shown(textOf(grant, "id")) + (name.empty() ? "" : " of " + name) + " is held.\n";
    for (const std::string& sentence : textsOf(grant, "waits_for"))
        text += "    " + shown(sentence) + '\n';
    const std::vector<json::Object> changes = objectsOf(grant, "changed_operations");
    for (std::size_t i = 0; i < std::min(changes.size(), kMostChanges); ++i)
        text += "    " + changeText(changes[i]) + '\n';
    if (changes.size() > kMostChanges)
        text += "    … and " + std::to_string(changes.size() - kMostChanges) + " more\n";
    return text;
}

} // namespace

bool isHeld(const json::Object& grant)
{
    return textOf(grant, "state") == "held";
}

std::string heldText(const std::vector<json::Object>& grants)
{
    std::string text;
    for (const json::Object& grant : grants) {
        if (isHeld(grant))
            text += paragraph(grant);
    }
    return text;
}

} // namespace countersign::ctl
