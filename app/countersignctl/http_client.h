// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One HTTP/1.1 request to Countersign on this machine, over loopback TCP or one of its sockets: blocking, within a time
// limit and a size limit, one connection a call, no redirects, nothing sent twice.
#pragma once

#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace countersign::ctl {

inline constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxAnswerHeaderBytes = 64 * 1024;
inline constexpr std::chrono::seconds kCallTimeLimit{30};

struct LoopbackPort {
    std::uint16_t port = 0; ///< on 127.0.0.1
};
struct SocketPath {
    std::string path;
};
using Endpoint = std::variant<LoopbackPort, SocketPath>;

struct HttpField {
    std::string name;
    std::string value;

    bool operator==(const HttpField&) const = default;
};

struct HttpCall {
    std::string method = "GET";
    std::string path = "/"; ///< with the query, encoded
    std::vector<HttpField> fields; ///< Host, Content-Length and Connection are added
    std::string body;
    std::size_t maxAnswerBytes = kMaxAnswerBytes;
};

struct HttpAnswer {
    int status = 0;
    std::vector<HttpField> fields; ///< names in lower case
    std::string body;

    /// The first of that name; nullopt: none.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view lowerCaseName) const;
};

/// Whatever the status is, an answer is a success here. Errors: NotFound where nothing listens, AccessDenied where the
/// socket may not be opened, TemporarilyUnavailable when `limit` is over, TooLarge, InvalidInput for a call or an
/// answer that is not HTTP.
[[nodiscard]] Result<HttpAnswer> call(
    const Endpoint& endpoint, const HttpCall& call, std::chrono::milliseconds limit = kCallTimeLimit);

} // namespace countersign::ctl
