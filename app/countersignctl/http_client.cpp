// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// GCC 14 misreads coroutines once their frames are inlined: Asio's own allocation of them as mismatched, and pointers
// kept in them as possibly null.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "app/countersignctl/http_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>

namespace countersign::ctl {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

using boost::system::error_code;
using Stream = asio::generic::stream_protocol;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

struct Destination {
    Stream::endpoint address;
    std::string host; ///< for the Host field
    std::string name; ///< for a person
};

Destination destination(const Endpoint& endpoint)
{
    if (const auto* socket = std::get_if<SocketPath>(&endpoint))
        return {asio::local::stream_protocol::endpoint(socket->path), "localhost", socket->path};
    const auto port = std::get<LoopbackPort>(endpoint).port;
    const auto name = "127.0.0.1:" + std::to_string(port);
    return {asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port), name, name};
}

bool isOneLine(std::string_view text)
{
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool isSendable(const HttpCall& call)
{
    return isOneLine(call.method) && isOneLine(call.path) && call.path.starts_with('/') && !call.path.contains(' ')
        && std::ranges::all_of(
            call.fields, [](const HttpField& field) { return isOneLine(field.name) && isOneLine(field.value); });
}

http::request<http::string_body> messageOf(const HttpCall& call, const std::string& host)
{
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(call.method);
    message.target(call.path);
    for (const auto& field : call.fields)
        message.insert(field.name, field.value);
    message.set(http::field::host, host);
    message.set(http::field::connection, "close");
    message.body() = call.body;
    message.prepare_payload();
    return message;
}

HttpAnswer answerOf(http::response<http::string_body> message)
{
    HttpAnswer answer{static_cast<int>(message.result_int()), {}, std::move(message.body())};
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
        answer.fields.push_back({std::move(name), std::string(field.value())});
    }
    return answer;
}

Error connectError(const error_code& error, const std::string& name)
{
    if (error == asio::error::connection_refused || error == boost::system::errc::no_such_file_or_directory)
        return {ErrorCode::NotFound, "Countersign does not answer on " + name + ": it is not running."};
    if (error == asio::error::access_denied)
        return {ErrorCode::AccessDenied, "This user may not open " + name + "."};
    return {ErrorCode::Internal, name + " can't be opened: " + error.message() + "."};
}

Error readError(const error_code& error, const std::string& name)
{
    if (error == http::error::body_limit || error == http::error::header_limit || error == http::error::buffer_overflow)
        return {ErrorCode::TooLarge, "The answer of " + name + " is too large."};
    return {ErrorCode::InvalidInput, "The answer of " + name + " can't be read: " + error.message() + "."};
}

asio::awaitable<Result<HttpAnswer>> exchange(asio::io_context& context, Destination to, HttpCall call)
{
    Stream::socket socket(context);
    if (const auto [error] = co_await socket.async_connect(to.address, kAwait); error)
        co_return std::unexpected(connectError(error, to.name));
    const auto message = messageOf(call, to.host);
    // An error while sending is not the end: a server that refuses early has answered, and stopped reading.
    co_await http::async_write(socket, message, kAwait);

    http::response_parser<http::string_body> parser;
    parser.header_limit(kMaxAnswerHeaderBytes);
    parser.body_limit(call.maxAnswerBytes);
    parser.skip(call.method == "HEAD");
    boost::beast::flat_buffer buffer(2 * kMaxAnswerHeaderBytes);
    if (const auto [error, size] = co_await http::async_read(socket, buffer, parser, kAwait); error)
        co_return std::unexpected(readError(error, to.name));
    co_return answerOf(parser.release());
}

} // namespace

std::optional<std::string_view> HttpAnswer::field(std::string_view lowerCaseName) const
{
    const auto found = std::ranges::find(fields, lowerCaseName, &HttpField::name);
    return found == fields.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

Result<HttpAnswer> call(const Endpoint& endpoint, const HttpCall& call, std::chrono::milliseconds limit)
try {
    if (!isSendable(call))
        return fail(ErrorCode::InvalidInput, "The request holds characters that can't be sent.");
    asio::io_context context;
    std::optional<Result<HttpAnswer>> outcome;
    std::exception_ptr failure;
    const auto to = destination(endpoint);
    asio::co_spawn(context, exchange(context, to, call), [&](std::exception_ptr thrown, Result<HttpAnswer> result) {
        failure = std::move(thrown);
        outcome = std::move(result);
    });
    context.run_for(limit);
    if (!outcome)
        return fail(ErrorCode::TemporarilyUnavailable, "Countersign did not answer on " + to.name + " in time.");
    if (failure)
        std::rethrow_exception(failure);
    return std::move(*outcome);
} catch (const std::exception& exception) { // Boost's end here
    return fail(ErrorCode::Internal, std::string("The request failed: ") + exception.what() + ".");
}

} // namespace countersign::ctl
