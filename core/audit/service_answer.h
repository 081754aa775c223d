// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a service signed of its own response to an action (RFC 9421), as it reports it with the outcome: that it
// answered this very request, and with what. Whose its key is, is not known here. Pure.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/crypto/signature_base.h"

#include <string>
#include <string_view>

namespace countersign::audit {

inline constexpr std::string_view kServiceAnswerTag = "fapi-2-response";

/// The request as the agent sent it, as far as a signature can cover it: of the decision's `request` claim, its private
/// details, and the text of the access token.
[[nodiscard]] crypto::HttpRequest requestAsSent(
    const json::Object& request, const json::Object& details, const std::string& token);

/// `outcome`: the claim with `status` and `response` {`jwk`, `signature_input`, `signature`, and as `fields` what else
/// the signature covers, names in lower case}. It must cover `@status`, of the request `@method` and `@target-uri` and,
/// where that was signed, `signature` and `signature-input`, and `content-digest` where `response_digest` says one,
/// which is the same; with `created` from `from` to `to` (or 5 s off), `keyid` = the key's thumbprint, which is
/// returned, and the tag above. Errors: InvalidInput, NotFound, NotSupported for its form; BadSignature.
[[nodiscard]] Result<Thumbprint> verifyServiceAnswer(
    const json::Object& outcome, const crypto::HttpRequest& request, UnixSeconds from, UnixSeconds to);

} // namespace countersign::audit
