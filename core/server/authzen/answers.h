// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is answered to evaluations (Authorization API 1.0, sections 6.2 and 7.2). A decision's context says `reason` (a
// name), `reason_user` (for a person), `member` (what it is about), `grant_id`, `request_id` (ask again when the person
// has decided), `log` {index}, and `dry_run` where nothing was decided. A permit or denial that was decided has
// `receipt_id`, `receipt` (JWS) and, of the private details to which that is committed, `receipt_disclosure` {salt,
// text}: `text_commitment` in the receipt is base64url(SHA-256(salt ‖ text)).
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/server/http/message.h"

#include <string>
#include <string_view>

namespace countersign::server {

inline constexpr std::string_view kReceiptField = "action-receipt";

/// Not even asked: why not.
struct NotAsked {
    enum class Kind : std::uint8_t {
        No, ///< a decision: no
        BadRequest, ///< 400
        Forbidden, ///< 403: the caller may not ask that
    } kind = Kind::No;
    std::string reason; ///< a name, for No
    std::string sentence;
};

[[nodiscard]] json::Object decisionJson(const authority::ActionAnswer& answer);
[[nodiscard]] json::Object decisionJson(const NotAsked& why); ///< also where it is one of many: a no, with its error
[[nodiscard]] HttpResponse decisionAnswer(const json::Object& decision);
/// What was decided about an action; its receipt also stands in kReceiptField.
[[nodiscard]] HttpResponse performedAnswer(const authority::ActionAnswer& answer);

/// An error of the whole request: a JSON string (section 10.1.8), with challenges where it is 401.
[[nodiscard]] HttpResponse errorAnswer(const Error& error);
[[nodiscard]] HttpResponse errorAnswer(const NotAsked& why);

} // namespace countersign::server
