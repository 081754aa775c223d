// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The answers that the server gives itself, and what every answer carries.
#pragma once

#include "core/base/clock.h"
#include "core/server/http/message.h"

#include <string>
#include <string_view>

namespace countersign::server {

/// `{"error": …, "error_description": …}`, as OAuth has it (RFC 6749 5.2), `application/json`.
[[nodiscard]] HttpResponse errorAnswer(int status, std::string_view error, std::string_view description);
/// The same with `invalid_request`.
[[nodiscard]] HttpResponse refusal(int status, std::string_view why);

/// IMF-fixdate (RFC 9110 5.6.7), for example "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string httpDate(UnixSeconds at);

/// The answer as it may leave: field names in lower case, the fields that belong to the connection replaced by the
/// server's own, `cache-control: no-store` and `x-content-type-options: nosniff` added where not given. An answer that
/// can't be sent (a line break in a field, a status that is none or interim) becomes a 500.
[[nodiscard]] HttpResponse sealAnswer(HttpResponse answer, UnixSeconds now);

/// Whether an answer of this status has content at all (RFC 9110 6.4.1).
[[nodiscard]] bool hasContent(int status);

} // namespace countersign::server
