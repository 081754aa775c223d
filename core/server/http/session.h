// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One connection, as sessions.cpp serves it. Only that file may include this one: it brings Asio and Beast in.
#pragma once

#include "core/server/http/sessions.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <expected>
#include <functional>
#include <optional>
#include <string_view>

#include <sys/socket.h>

namespace countersign::server {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

inline constexpr std::size_t kMaxBuffered = kMaxHeaderBytes + 64 * 1024; ///< the header and what came with it

/// All of it runs on one strand. It keeps itself alive while there is something to do.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(asio::io_context& context, const SessionSettings& settings, std::unique_ptr<Connections::Slot> slot,
        Door door, UniqueFd fd)
        : m_strand(asio::make_strand(context))
        , m_socket(m_strand)
        , m_deadline(m_strand)
        , m_answered(m_strand, asio::steady_timer::time_point::max())
        , m_settings(settings)
        , m_slot(std::move(slot))
        , m_door(door)
    {
        m_socket.assign(asio::generic::stream_protocol(door == Door::Loopback ? AF_INET : AF_UNIX, 0), fd.get());
        static_cast<void>(fd.release()); // only now it is the socket's
    }

    void serve(agents::PeerSocket peer)
    {
        m_peer = peer;
        start([](Session& self) { return self.serveAll(); });
    }
    void refuse(HttpResponse why)
    {
        start([why = std::move(why)](Session& self) { return self.answerAndClose(why, {}); });
    }

private:
    using Parser = http::request_parser<http::string_body>;
    enum class Late : std::uint8_t { StopsReading, ClosesConnection };
    enum class Persistence : std::uint8_t { KeepAlive, KeepAliveOf10, Close };
    /// A T; or the answer to give before closing; or null: nobody waits for one.
    template <typename T> using Expected = std::expected<T, std::optional<HttpResponse>>;

    void start(std::function<asio::awaitable<void>(Session&)> work);
    void finish();
    void arm(std::chrono::milliseconds limit, Late late);
    void disarm();
    asio::awaitable<void> serveAll();
    asio::awaitable<bool> serveNext();
    asio::awaitable<Expected<std::size_t>> readHead();
    asio::awaitable<Expected<HttpRequest>> readRequest(Parser& parser);
    Expected<HttpRequest> parseHead(Parser& parser, std::size_t size);
    asio::awaitable<error_code> readBody(Parser& parser, const HttpRequest& request);
    asio::awaitable<std::optional<HttpResponse>> handle(HttpRequest request);
    asio::awaitable<bool> write(HttpResponse answer, std::string_view method, Persistence persistence);
    asio::awaitable<void> answerAndClose(HttpResponse answer, std::string_view method);
    asio::awaitable<void> linger();
    std::string_view buffered() const { return {static_cast<const char*>(m_buffer.data().data()), m_buffer.size()}; }

    asio::strand<asio::io_context::executor_type> m_strand;
    asio::generic::stream_protocol::socket m_socket;
    asio::steady_timer m_deadline;
    asio::steady_timer m_answered; ///< never fires; cancelled when the handler has answered
    boost::beast::flat_buffer m_buffer{kMaxBuffered};
    const SessionSettings& m_settings;
    std::unique_ptr<Connections::Slot> m_slot;
    agents::PeerSocket m_peer;
    Door m_door;
    std::uint64_t m_round = 0; ///< of the deadline; one that was queued before it was set anew doesn't count
    bool m_late = false;
    bool m_closing = false;
};

} // namespace countersign::server
