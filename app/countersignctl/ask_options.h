// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `countersignctl ask` was told to ask for.
#pragma once

#include "app/countersignctl/command.h"
#include "core/grants/chain.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::ctl {

/// What the sample agent does with its tokens afterwards.
enum class Step : std::uint8_t { Introspect, Refresh, Revoke };

enum class KeyKept : std::uint8_t { InFile, Nowhere };
enum class TokensKept : std::uint8_t { No, BesideKey };

struct AskOptions {
    std::string name;
    std::string details; ///< authorization_details as JSON; empty: made of what follows
    std::vector<std::string> locations;
    std::vector<std::string> actions;
    std::optional<std::chrono::seconds> duration;
    std::string message;
    std::string issuer; ///< empty: ask the running program, else the usual one
    std::vector<Step> steps;
    std::optional<std::chrono::seconds> withdrawAfter;
    std::optional<std::chrono::seconds> life; ///< of the request
    std::optional<grants::ChainText> chain; ///< to be exchanged, in place of asking the person
    KeyKept key = KeyKept::InFile;
    TokensKept tokens = TokensKept::No;
};

void describeAsk(QCommandLineParser& parser);
/// What --authorization-details and --chain take: the text itself, which begins with `start`, or the name of a file.
[[nodiscard]] Answer<std::string> textOrFile(const QCommandLineParser& parser, const char* option, char start);
[[nodiscard]] Answer<std::optional<grants::ChainText>> readChainOption(const QCommandLineParser& parser);
[[nodiscard]] Answer<AskOptions> readAskOptions(const QCommandLineParser& parser);

} // namespace countersign::ctl
