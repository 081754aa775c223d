// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Who is at the other end of an accepted connection, and whether that user is served.
#pragma once

#include "core/base/result.h"
#include "core/server/http/message.h"

#include <cstdint>
#include <set>

namespace countersign::server {

/// The peer of the connection `fd` that came through `door`: loopback by sock_diag, Unix sockets by SO_PEERCRED.
/// Error: NotFound where it can't be told, which means: refuse.
[[nodiscard]] Result<agents::PeerSocket> peerOf(int fd, Door door, std::uint16_t serverPort);

/// Whether `peer` may use `door` of a server that runs as `ownUid`. The control socket is for ownUid alone. Root is
/// served only by root's own server, whatever `allowedUids` says.
[[nodiscard]] bool isServed(
    const agents::PeerSocket& peer, Door door, uid_t ownUid, const std::set<uid_t>& allowedUids);

} // namespace countersign::server
