// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Answers signed with the device key (RFC 9421, tag "fapi-2-response"): over @status and content-digest (RFC 9530) of
// the answer, and of the request @method, @target-uri and, where it has them, content-digest, signature-input and
// signature.
#pragma once

#include "core/server/oauth/endpoints.h"

namespace countersign::server {

/// `respond`, which signs every answer that carries a receipt (kReceiptField).
[[nodiscard]] Respond withSignature(const OAuthServer& server, const HttpRequest& request, Respond respond);

} // namespace countersign::server
