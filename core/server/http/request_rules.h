// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is refused of a request before anyone asks what it wants: RFC 9112 (sections 3.2, 5.2, 6.1, 6.3) for framing and
// targets, and our own rules against web pages: the Host must be ours, an Origin is never welcome. Pure.
#pragma once

#include "core/server/http/message.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::server {

/// A header block as parsed.
struct RequestHead {
    int version = 11; ///< 10 or 11
    std::string method;
    std::string target;
    std::vector<Field> fields; ///< names in lower case
    bool operator==(const RequestHead&) const = default;
};

/// The request without its body, the target in origin form; or the answer after which the connection ends. (That is a
/// refusal, but for `OPTIONS *`, which is about the server and has its answer here.)
[[nodiscard]] std::expected<HttpRequest, HttpResponse> admitRequest(RequestHead head, Door door, std::uint16_t port);

/// Whether a header block continues a field on a second line (obsolete line folding, RFC 9112 5.2).
[[nodiscard]] bool hasFoldedLine(std::string_view headerBlock);

/// Whether the client waits for `100 Continue` (RFC 9110 10.1.1). An HTTP/1.0 client never does.
[[nodiscard]] bool waitsForContinue(int version, const HttpRequest& request);

} // namespace countersign::server
