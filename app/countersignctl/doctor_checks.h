// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `countersignctl doctor` looks at. Each check says what it found and, where that is not as it should be, what to
// do. Nothing is changed.
#pragma once

#include "app/countersignctl/command.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::ctl {

enum class Verdict : std::uint8_t { Good, Bad };

struct Check {
    std::string name; ///< for `--json`: "sockets"
    Verdict verdict = Verdict::Good;
    std::string found;
    std::string toDo; ///< empty when good
};

[[nodiscard]] Check good(std::string name, std::string found);
[[nodiscard]] Check bad(std::string name, std::string found, std::string toDo);

/// `facts`: what GET /doctor answered; nullopt when the program does not run.
[[nodiscard]] Check checkProgram(const std::optional<json::Object>& facts, const std::optional<Problem>& why);
[[nodiscard]] Check checkSockets(const Surroundings& surroundings);
[[nodiscard]] Check checkPort(const std::optional<json::Object>& facts);
[[nodiscard]] Check checkDataFolder(const std::string& folder);
/// The data folders of logs that the present one follows because keys were lost; empty: none.
[[nodiscard]] std::vector<Check> checkEarlierLogs(const std::string& folder);
/// Where the keys rest, and whether the keychain remembers how far the log goes.
[[nodiscard]] Check checkKeychain(const json::Object& facts);
/// From which entry on it is broken; when all of it was last checked.
[[nodiscard]] Check checkLog(const json::Object& facts);
/// Whether the one that the settings name, if any, answers and keeps up.
[[nodiscard]] Check checkWitness(const json::Object& facts);
/// The troubles that the program reports, one check each, but for the log's and its witness's.
[[nodiscard]] std::vector<Check> checkTroubles(const json::Object& facts);

} // namespace countersign::ctl
