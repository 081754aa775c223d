// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Talking to the running program through control.sock.
#pragma once

#include "app/countersignctl/command.h"

#include <chrono>
#include <string>

namespace countersign::ctl {

/// The JSON that `method path` answers with. Problems: NotRunning where nobody listens, Failed for a refusal.
[[nodiscard]] Answer<json::Object> askControl(
    const Surroundings& surroundings, std::string method, std::string path, std::string body = {});

struct AnswerLimits {
    std::size_t bytes = 0;
    std::chrono::milliseconds time{};
};
/// The text that `GET path` answers with; problems as askControl's.
[[nodiscard]] Answer<std::string> fetchFromControl(
    const Surroundings& surroundings, std::string path, const AnswerLimits& limits);

/// Members of an answer that is ours; a missing one reads as empty or 0.
/// `given`; if that is empty the running program's issuer, else the usual one.
[[nodiscard]] std::string issuerOr(const Surroundings& surroundings, const std::string& given);

[[nodiscard]] std::string textOf(const json::Object& object, std::string_view name);
[[nodiscard]] std::int64_t numberOf(const json::Object& object, std::string_view name);
[[nodiscard]] UnixSeconds timeOf(const json::Object& object, std::string_view name);
[[nodiscard]] std::vector<std::string> textsOf(const json::Object& object, std::string_view name);
[[nodiscard]] std::vector<json::Object> objectsOf(const json::Object& object, std::string_view name);

/// One query value, percent-encoded.
[[nodiscard]] std::string queryText(std::string_view text);

} // namespace countersign::ctl
