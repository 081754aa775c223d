// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A blocking client that sends exactly the bytes it is told, for what no well-behaved client sends.
#pragma once

#include "core/server/http/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::server {

inline constexpr std::chrono::milliseconds kClientPatience{5000};

struct RawAnswer {
    int status = 0;
    std::string head; ///< status line and fields
    std::string body;

    [[nodiscard]] std::string field(std::string_view lowerCaseName) const; ///< empty: none
};

class RawClient {
public:
    static RawClient toPort(std::uint16_t port, const char* fromAddress = "127.0.0.1");
    static RawClient toMappedPort(std::uint16_t port); ///< an IPv6 socket, to ::ffff:127.0.0.1
    static RawClient unconnected();
    static RawClient toSocket(const std::string& path);

    bool connectTo(std::uint16_t port); ///< of an unconnected one

    [[nodiscard]] bool isConnected() const { return m_fd.isOpen(); }
    [[nodiscard]] std::uint16_t localPort() const;
    [[nodiscard]] int fd() const { return m_fd.get(); }
    void send(std::string_view bytes); ///< errors are for the reading side to see
    void sendInPieces(std::string_view bytes, std::size_t size, std::chrono::microseconds pause);
    void finishSending();
    void close() { m_fd = server::UniqueFd(); }

    /// The next answer; nullopt: the connection ended, or nothing came for `patience`. `Head`: the answer to a HEAD.
    enum class Content : std::uint8_t { Body, HeadOnly };
    std::optional<RawAnswer> read(
        Content content = Content::Body, std::chrono::milliseconds patience = kClientPatience);
    /// Whether the server ends the connection in an orderly way (no reset), with nothing more to read.
    [[nodiscard]] bool ends(std::chrono::milliseconds patience = kClientPatience);

private:
    explicit RawClient(UniqueFd fd);
    enum class Received : std::uint8_t { Bytes, End, Reset, Nothing };
    Received receive(std::chrono::milliseconds patience);

    UniqueFd m_fd;
    std::string m_received;
};

} // namespace countersign::server
