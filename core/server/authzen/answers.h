// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is answered to evaluations (Authorization API 1.0, sections 6.2 and 7.2). A decision's context says `reason` (a
// name), `reason_user` (for a person), `member` (what it is about), `grant_id`, `request_id` (ask again when the person
// has decided), `log` {index}, and `dry_run` where nothing was decided.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/server/http/message.h"

#include <string>
#include <string_view>

namespace countersign::server {

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

/// An error of the whole request: a JSON string (section 10.1.8), with challenges where it is 401.
[[nodiscard]] HttpResponse errorAnswer(const Error& error);
[[nodiscard]] HttpResponse errorAnswer(const NotAsked& why);

} // namespace countersign::server
