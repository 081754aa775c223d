// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The one place of the server that knows Beast and Asio. Each connection is a coroutine on a strand of its own.

// GCC 14 misreads coroutines once their frames are inlined: Asio's own allocation of them as mismatched, and pointers
// kept in them as possibly null.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#pragma GCC diagnostic ignored "-Wnull-dereference"

#include "core/server/http/sessions.h"

#include "core/base/ascii.h"
#include "core/server/http/answers.h"
#include "core/server/http/exchange.h"
#include "core/server/http/request_rules.h"
#include "core/server/http/session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <array>
#include <thread>

namespace countersign::server {

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kEndOfHeader = "\r\n\r\n";
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kMaxLingerBytes = 16 * kMaxBodyBytes;
constexpr std::chrono::seconds kLingerTimeLimit{2};

using NoRequest = std::unexpected<std::optional<HttpResponse>>;

/// Lets go of an exchange, so that an answer which comes later wakes nobody.
struct Detached {
    Exchange& exchange;
    ~Detached() { exchange.detach(); }
};

HttpResponse refusalFor(const error_code& error)
{
    if (error == http::error::body_limit)
        return refusal(413, "The body is larger than 1 MiB.");
    if (error == http::error::bad_version)
        return refusal(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    if (error == http::error::buffer_overflow)
        return refusal(431, "A chunk's extension or the trailer is too large.");
    return refusal(400, "This is not well-formed HTTP/1.1.");
}

RequestHead headOf(const http::request_parser<http::string_body>& parser)
{
    const auto& message = parser.get();
    RequestHead head{static_cast<int>(message.version()), message.method_string(), message.target(), {}};
    for (const auto& field : message) {
        const std::string_view name = field.name_string();
        head.fields.push_back({ascii::lowered(name), std::string(field.value())});
    }
    return head;
}

} // namespace

void Session::start(std::function<asio::awaitable<void>(Session&)> work)
{
    // finish() gives the slot back before the session can go, so that `this` is good whenever the list is asked.
    const bool started = m_slot->onCloseAll([this] {
        asio::post(m_strand, [self = shared_from_this()] {
            self->m_closing = true;
            self->m_answered.cancel();
            error_code ignored;
            static_cast<void>(self->m_socket.close(ignored));
        });
    });
    if (!started)
        return;
    auto run = [self = shared_from_this(), work = std::move(work)]() -> asio::awaitable<void> {
        try {
            co_await work(*self);
        } catch (const std::exception&) {
            self->m_closing = true; // out of memory: this connection ends, the others go on
        }
        self->finish();
    };
    asio::co_spawn(m_strand, std::move(run), asio::detached);
}

void Session::finish()
{
    disarm();
    error_code ignored;
    static_cast<void>(m_socket.close(ignored));
    m_slot.reset();
}

void Session::arm(std::chrono::milliseconds limit, Late late)
{
    m_late = false;
    m_deadline.expires_after(limit);
    m_deadline.async_wait([self = shared_from_this(), late, round = ++m_round](const error_code& error) {
        if (error || round != self->m_round)
            return;
        self->m_late = true;
        error_code ignored;
        // Not only cancel(): that would miss an operation that starts after this.
        if (late == Late::StopsReading)
            static_cast<void>(self->m_socket.shutdown(asio::socket_base::shutdown_receive, ignored));
        else
            static_cast<void>(self->m_socket.close(ignored));
        static_cast<void>(self->m_socket.cancel(ignored));
    });
}

void Session::disarm()
{
    ++m_round;
    m_deadline.cancel();
}

asio::awaitable<void> Session::serveAll()
{
    while (co_await serveNext()) { }
}

asio::awaitable<bool> Session::serveNext()
{
    Parser parser;
    auto request = co_await readRequest(parser);
    disarm();
    const std::string method = request ? request->method : std::string(parser.get().method_string());
    if (!request) {
        if (request.error() && !m_closing)
            co_await answerAndClose(std::move(*request.error()), method);
        co_return false;
    }
    auto answer = co_await handle(std::move(*request));
    if (!answer)
        co_return false;
    if (!parser.keep_alive()) {
        co_await answerAndClose(std::move(*answer), method);
        co_return false;
    }
    const auto persistence = parser.get().version() == 10 ? Persistence::KeepAliveOf10 : Persistence::KeepAlive;
    co_return co_await write(std::move(*answer), method, persistence);
}

/// Waits for a whole header block and gives its size. Beast's own limit counts only what came in one piece.
asio::awaitable<Session::Expected<std::size_t>> Session::readHead()
{
    bool begun = m_buffer.size() > 0;
    arm(begun ? m_settings.requestTimeLimit : m_settings.idleTimeLimit, Late::StopsReading);
    for (std::size_t searched = 0;;) {
        while (searched == 0 && buffered().starts_with("\r\n"))
            m_buffer.consume(2); // RFC 9112 2.2: some clients end a body with an extra line
        const auto text = buffered().substr(0, kMaxHeaderBytes);
        if (const auto end = text.find(kEndOfHeader, searched); end != std::string_view::npos)
            co_return end + kEndOfHeader.size();
        if (text.size() == kMaxHeaderBytes)
            co_return NoRequest(refusal(431, "The header is larger than 32 KiB."));
        searched = text.size() - std::min(text.size(), kEndOfHeader.size() - 1);
        auto [error, count] = co_await m_socket.async_read_some(m_buffer.prepare(kReadBytes), kAwait);
        m_buffer.commit(count);
        if (m_late && begun)
            co_return NoRequest(refusal(408, "The request took too long to arrive."));
        if (error || m_late) {
            if (buffered().empty() || error != asio::error::eof)
                co_return NoRequest(std::nullopt);
            co_return NoRequest(refusal(400, "The request ends too early."));
        }
        if (!begun)
            arm(m_settings.requestTimeLimit, Late::StopsReading);
        begun = true;
    }
}

Session::Expected<HttpRequest> Session::parseHead(Parser& parser, std::size_t size)
{
    const auto block = buffered().substr(0, size);
    if (hasFoldedLine(block))
        return NoRequest(refusal(400, "A header field goes on over two lines."));
    parser.header_limit(kMaxBuffered); // counted already
    parser.body_limit(boost::none); // checked by the rules, so that they come in their order
    error_code error;
    parser.put(asio::buffer(block.data(), block.size()), error);
    if (error || !parser.is_header_done())
        return NoRequest(refusalFor(error));
    parser.body_limit(kMaxBodyBytes);
    m_buffer.consume(size);
    auto request = admitRequest(headOf(parser), m_door, m_settings.port);
    if (!request)
        return NoRequest(std::move(request.error()));
    request->peer = m_peer;
    return std::move(*request);
}

asio::awaitable<Session::Expected<HttpRequest>> Session::readRequest(Parser& parser)
{
    const auto head = co_await readHead();
    if (!head)
        co_return NoRequest(head.error());
    auto request = parseHead(parser, *head);
    if (!request)
        co_return request;
    if (const auto error = co_await readBody(parser, *request)) {
        if (m_late)
            co_return NoRequest(refusal(408, "The request took too long to arrive."));
        co_return NoRequest(refusalFor(error));
    }
    // The fields were taken before the body: a trailer adds none.
    request->body = std::move(parser.get().body());
    co_return request;
}

asio::awaitable<error_code> Session::readBody(Parser& parser, const HttpRequest& request)
{
    if (parser.is_done())
        co_return error_code{};
    if (waitsForContinue(static_cast<int>(parser.get().version()), request) && m_buffer.size() == 0) {
        constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        auto [error, count] = co_await asio::async_write(m_socket, asio::buffer(kContinue), kAwait);
        if (error)
            co_return error;
    }
    auto [error, count] = co_await http::async_read(m_socket, m_buffer, parser, kAwait);
    co_return error;
}

asio::awaitable<std::optional<HttpResponse>> Session::handle(HttpRequest request)
{
    const auto exchange = std::make_shared<Exchange>(
        [this] { asio::post(m_strand, [self = shared_from_this()] { self->m_answered.cancel(); }); });
    const Detached detached{*exchange};
    try {
        const auto& handler = m_door == Door::ControlSocket ? m_settings.controlApi : m_settings.agentsApi;
        handler(std::move(request), makeRespond(exchange));
    } catch (...) {
        exchange->answer(errorAnswer(500, "server_error", "The request could not be handled."));
    }
    for (;;) {
        if (auto answer = exchange->take())
            co_return answer;
        if (m_closing)
            co_return std::nullopt;
        co_await m_answered.async_wait(kAwait);
    }
}

asio::awaitable<bool> Session::write(HttpResponse answer, std::string_view method, Persistence persistence)
{
    answer = sealAnswer(std::move(answer), m_settings.clock->now());
    http::response<http::string_body> message;
    message.version(11);
    message.result(static_cast<unsigned>(answer.status));
    for (const auto& field : answer.fields)
        message.insert(field.name, field.value);
    if (persistence != Persistence::KeepAlive)
        message.set(http::field::connection, persistence == Persistence::Close ? "close" : "keep-alive");
    message.body() = std::move(answer.body);

    arm(m_settings.idleTimeLimit, Late::ClosesConnection);
    http::response_serializer<http::string_body> serializer(message);
    error_code error;
    if (method == "HEAD") {
        serializer.split(true);
        std::tie(error, std::ignore) = co_await http::async_write_header(m_socket, serializer, kAwait);
    } else {
        std::tie(error, std::ignore) = co_await http::async_write(m_socket, serializer, kAwait);
    }
    disarm();
    co_return !error;
}

asio::awaitable<void> Session::answerAndClose(HttpResponse answer, std::string_view method)
{
    if (co_await write(std::move(answer), method, Persistence::Close))
        co_await linger();
}

/// Reads on for a while after the last answer: closing with unread bytes would reset the connection, and the client
/// would lose the answer.
asio::awaitable<void> Session::linger()
{
    error_code ignored;
    static_cast<void>(m_socket.shutdown(asio::socket_base::shutdown_send, ignored));
    arm(kLingerTimeLimit, Late::ClosesConnection);
    std::array<char, kReadBytes> discarded;
    for (std::size_t total = 0; total < kMaxLingerBytes;) {
        auto [error, count] = co_await m_socket.async_read_some(asio::buffer(discarded), kAwait);
        if (error)
            co_return;
        total += count;
    }
}

struct Sessions::Data {
    explicit Data(SessionSettings itsSettings) : settings(std::move(itsSettings)) { }
    Data(const Data&) = delete;
    Data& operator=(const Data&) = delete;
    ~Data();
    void run();

    SessionSettings settings;
    std::vector<std::thread> threads;
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
};

Sessions::Data::~Data()
{
    work.reset();
    for (auto& thread : threads)
        thread.join(); // the context has run dry: no connection is left
}

void Sessions::Data::run()
{
    for (;;) {
        try {
            context.run();
            return;
        } catch (const std::exception&) {
            continue; // out of memory in one operation: the others go on
        }
    }
}

Sessions::Sessions(SessionSettings settings) : d(std::make_unique<Data>(std::move(settings)))
{
    for (int i = 0; i < std::max(d->settings.threads, 1); ++i)
        d->threads.emplace_back(&Data::run, d.get());
}

Sessions::~Sessions() = default;

void Sessions::serve(UniqueFd fd, Door door, agents::PeerSocket peer, std::unique_ptr<Connections::Slot> slot)
{
    std::make_shared<Session>(d->context, d->settings, std::move(slot), door, std::move(fd))->serve(peer);
}

void Sessions::refuse(UniqueFd fd, Door door, HttpResponse why, std::unique_ptr<Connections::Slot> slot)
{
    std::make_shared<Session>(d->context, d->settings, std::move(slot), door, std::move(fd))->refuse(std::move(why));
}

} // namespace countersign::server
