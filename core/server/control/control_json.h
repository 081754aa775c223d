// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the control socket tells, as JSON. Times are Unix seconds; names are already fit for a screen.
#pragma once

#include "core/authority/person_api.h"
#include "core/base/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::server {

enum class ListedGrants : std::uint8_t { Active, All };

[[nodiscard]] json::Object statusJson(const authority::DeskStatus& status);
[[nodiscard]] json::Object doctorJson(const authority::DeskStatus& status, const std::string& dataFolder);
/// `{"grants": […], "left_out": n}`
[[nodiscard]] json::Object grantsJson(const std::vector<authority::GrantRow>& rows, ListedGrants which);
[[nodiscard]] json::Object entryJson(const authority::TimelineEntry& entry);
[[nodiscard]] json::Array textsJson(const QStringList& texts);
/// `{"entries": […], "next": index to ask `before` for, or null at the end}`
[[nodiscard]] json::Object timelineJson(const std::vector<authority::TimelineEntry>& entries, std::size_t asked);
/// `{"action": entry, "entry": that took them in or null, "taken": n, "known": n}`
[[nodiscard]] json::Object importedJson(const authority::ImportedReceipts& imported);

} // namespace countersign::server
