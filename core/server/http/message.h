// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// HTTP requests and answers as plain values, as the endpoints see them. No Beast type passes this line.
#pragma once

#include "core/agents/process.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::server {

/// Which door a connection came through.
enum class Door : std::uint8_t { Loopback, AgentSocket, ControlSocket };

struct Field {
    std::string name; ///< lower case
    std::string value;

    bool operator==(const Field&) const = default;
};

struct HttpRequest {
    Door door = Door::Loopback;
    agents::PeerSocket peer;
    std::string method; ///< upper case
    std::string target; ///< as received, origin form
    std::string path; ///< the target before '?', not decoded
    std::string query; ///< the target after '?', not decoded
    std::vector<Field> fields; ///< in the order received
    std::string body; ///< as received

    /// The field's value when it stands there exactly once; nullopt when missing. Repeated: see fieldCount().
    [[nodiscard]] std::optional<std::string_view> field(std::string_view lowerCaseName) const;
    [[nodiscard]] std::size_t fieldCount(std::string_view lowerCaseName) const;
};

struct HttpResponse {
    int status = 200;
    std::vector<Field> fields; ///< Content-Length and Date are added by the server
    std::string body;
};

/// Answers one request, once, from any thread. Dropped unanswered: the client gets 500.
using Respond = std::move_only_function<void(HttpResponse)>;
/// Called on a server thread; must not block on anything but computation.
using Handler = std::function<void(HttpRequest, Respond)>;

} // namespace countersign::server
