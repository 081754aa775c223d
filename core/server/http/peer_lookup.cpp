// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/http_server.h"
#include "core/server/http/peers.h"
#include "core/server/http/unique_fd.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstring>

namespace countersign::server {

namespace {

constexpr std::size_t kReplyBytes = 4096;
constexpr timeval kReplyTimeLimit{.tv_sec = 1, .tv_usec = 0};

struct DiagRequest {
    nlmsghdr header;
    inet_diag_req_v2 query;
};

std::unexpected<Error> unknownPeer(const char* why)
{
    return fail(ErrorCode::NotFound, std::string("Whose connection this is can't be told: ") + why + ".");
}

/// The exact entry of the client's end: from its address and port to ours.
DiagRequest makeDiagRequest(std::uint16_t clientPort, std::uint16_t serverPort)
{
    DiagRequest request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.query.sdiag_family = AF_INET;
    request.query.sdiag_protocol = IPPROTO_TCP;
    request.query.idiag_states = 1U << TCP_ESTABLISHED;
    request.query.id.idiag_sport = htons(clientPort);
    request.query.id.idiag_dport = htons(serverPort);
    request.query.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    request.query.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
    request.query.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    request.query.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return request;
}

/// Asks the kernel. 0: no such entry, or no answer.
std::size_t askKernel(const DiagRequest& request, std::span<char> reply)
{
    const UniqueFd netlink(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!netlink.isOpen())
        return 0;
    ::setsockopt(netlink.get(), SOL_SOCKET, SO_RCVTIMEO, &kReplyTimeLimit, sizeof kReplyTimeLimit);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (::sendto(netlink.get(), &request, sizeof request, 0, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel)
        < 0)
        return 0;
    sockaddr_nl sender{};
    socklen_t senderSize = sizeof sender;
    const auto size =
        ::recvfrom(netlink.get(), reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&sender), &senderSize);
    // Anyone can send to a netlink socket; the kernel's own messages come from port id 0.
    return size > 0 && sender.nl_pid == 0 ? static_cast<std::size_t>(size) : 0;
}

Result<agents::PeerSocket> unixPeer(int fd)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return unknownPeer("the system does not name the peer of this socket");
    agents::PeerSocket peer;
    peer.uid = credentials.uid;
    if (credentials.pid > 0) { // 0: a process that this one's pid namespace does not show
        peer.pid = credentials.pid;
        peer.pidStarted = agents::processStartTime(credentials.pid);
    }
    return peer;
}

Result<agents::PeerSocket> loopbackPeer(int fd, std::uint16_t serverPort)
{
    sockaddr_in client{};
    socklen_t size = sizeof client;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&client), &size) != 0 || client.sin_family != AF_INET)
        return unknownPeer("it is closed already");
    // Another 127/8 address with the same port would be somebody else's entry.
    if (client.sin_addr.s_addr != htonl(INADDR_LOOPBACK))
        return unknownPeer("it does not come from 127.0.0.1");
    return lookUpLoopbackPeer(ntohs(client.sin_port), serverPort);
}

} // namespace

Result<agents::PeerSocket> lookUpLoopbackPeer(std::uint16_t clientPort, std::uint16_t serverPort)
{
    alignas(nlmsghdr) std::array<char, kReplyBytes> reply;
    const auto size = askKernel(makeDiagRequest(clientPort, serverPort), reply);
    nlmsghdr header{};
    inet_diag_msg entry{};
    if (size < NLMSG_HDRLEN + sizeof entry)
        return unknownPeer("the system shows no such connection");
    std::memcpy(&header, reply.data(), sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || header.nlmsg_len < NLMSG_HDRLEN + sizeof entry)
        return unknownPeer("the system shows no such connection");
    std::memcpy(&entry, reply.data() + NLMSG_HDRLEN, sizeof entry);
    if (entry.id.idiag_sport != htons(clientPort) || entry.id.idiag_dport != htons(serverPort))
        return unknownPeer("the system shows another connection");
    // A socket that its owner closed shows inode 0 and uid 0.
    if (entry.idiag_state != TCP_ESTABLISHED || entry.idiag_inode == 0)
        return unknownPeer("it is closed already");
    agents::PeerSocket peer;
    peer.uid = entry.idiag_uid;
    peer.inode = entry.idiag_inode;
    return peer;
}

Result<agents::PeerSocket> peerOf(int fd, Door door, std::uint16_t serverPort)
{
    return door == Door::Loopback ? loopbackPeer(fd, serverPort) : unixPeer(fd);
}

bool isServed(const agents::PeerSocket& peer, Door door, uid_t ownUid, const std::set<uid_t>& allowedUids)
{
    if (peer.uid == 0 && ownUid != 0)
        return false;
    if (door == Door::ControlSocket && peer.uid != ownUid)
        return false;
    return allowedUids.contains(peer.uid);
}

} // namespace countersign::server
