// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `countersignctl ask` was told to ask for.
#pragma once

#include "app/countersignctl/command.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::ctl {

/// What the sample agent does with its tokens afterwards.
enum class Step : std::uint8_t { Introspect, Refresh, Revoke };

enum class KeyKept : std::uint8_t { InFile, Nowhere };

struct AskOptions {
    std::string name;
    std::vector<std::string> locations;
    std::vector<std::string> actions;
    std::optional<std::chrono::seconds> duration;
    std::string message;
    std::string issuer; ///< empty: ask the running program, else the usual one
    std::vector<Step> steps;
    std::optional<std::chrono::seconds> withdrawAfter;
    std::optional<std::chrono::seconds> life; ///< of the request
    KeyKept key = KeyKept::InFile;
};

void describeAsk(QCommandLineParser& parser);
[[nodiscard]] Answer<AskOptions> readAskOptions(const QCommandLineParser& parser);

} // namespace countersign::ctl
