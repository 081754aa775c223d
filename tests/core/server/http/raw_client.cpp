// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>

namespace countersign::server {

namespace {

template <typename Address> const sockaddr* generic(const Address& address)
{
    return reinterpret_cast<const sockaddr*>(&address);
}

sockaddr_in ipv4(const char* address, std::uint16_t port)
{
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &result.sin_addr);
    return result;
}

} // namespace

std::string RawAnswer::field(std::string_view lowerCaseName) const
{
    std::string lowered = head;
    std::ranges::transform(
        lowered, lowered.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto start = lowered.find("\r\n" + std::string(lowerCaseName) + ": ");
    if (start == std::string::npos)
        return {};
    const auto value = start + 4 + lowerCaseName.size();
    return head.substr(value, head.find("\r\n", value) - value);
}

RawClient::RawClient(UniqueFd fd) : m_fd(std::move(fd)) { }

RawClient RawClient::toPort(std::uint16_t port, const char* fromAddress)
{
    auto client = unconnected();
    const auto from = ipv4(fromAddress, 0);
    if (::bind(client.fd(), generic(from), sizeof from) != 0 || !client.connectTo(port))
        client.close();
    return client;
}

RawClient RawClient::unconnected()
{
    RawClient client(UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
    const int on = 1;
    ::setsockopt(client.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return client;
}

bool RawClient::connectTo(std::uint16_t port)
{
    const auto to = ipv4("127.0.0.1", port);
    return ::connect(fd(), generic(to), sizeof to) == 0;
}

RawClient RawClient::toMappedPort(std::uint16_t port)
{
    UniqueFd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    ::inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
    if (!fd.isOpen() || ::connect(fd.get(), generic(to), sizeof to) != 0)
        return RawClient(UniqueFd());
    return RawClient(std::move(fd));
}

RawClient RawClient::toSocket(const std::string& path)
{
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path.data(), std::min(path.size(), sizeof to.sun_path - 1));
    if (::connect(fd.get(), generic(to), sizeof to) != 0)
        return RawClient(UniqueFd());
    return RawClient(std::move(fd));
}

std::uint16_t RawClient::localPort() const
{
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(m_fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

void RawClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(m_fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::sendInPieces(std::string_view bytes, std::size_t size, std::chrono::microseconds pause)
{
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
        send(bytes.substr(0, size));
        std::this_thread::sleep_for(pause);
    }
}

void RawClient::finishSending()
{
    ::shutdown(m_fd.get(), SHUT_WR);
}

RawClient::Received RawClient::receive(std::chrono::milliseconds patience)
{
    pollfd wait{.fd = m_fd.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, static_cast<int>(patience.count())) <= 0)
        return Received::Nothing;
    std::array<char, 65536> bytes;
    const auto count = ::recv(m_fd.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0)
        return count == 0 ? Received::End : Received::Reset;
    m_received.append(bytes.data(), static_cast<std::size_t>(count));
    return Received::Bytes;
}

std::optional<RawAnswer> RawClient::read(Content content, std::chrono::milliseconds patience)
{
    RawAnswer answer;
    std::size_t headSize = 0;
    std::size_t bodySize = 0;
    for (;;) {
        if (headSize == 0) {
            if (const auto end = m_received.find("\r\n\r\n"); end != std::string::npos) {
                headSize = end + 4;
                answer.head = m_received.substr(0, headSize);
                answer.status = std::stoi(answer.head.substr(9, 3));
                const auto length = answer.field("content-length");
                bodySize = content == Content::HeadOnly || length.empty() ? 0 : std::stoul(length);
            }
        }
        if (headSize > 0 && m_received.size() >= headSize + bodySize)
            break;
        if (receive(patience) != Received::Bytes)
            return std::nullopt;
    }
    answer.body = m_received.substr(headSize, bodySize);
    m_received.erase(0, headSize + bodySize);
    return answer;
}

bool RawClient::ends(std::chrono::milliseconds patience)
{
    return m_received.empty() && receive(patience) == Received::End;
}

} // namespace countersign::server
