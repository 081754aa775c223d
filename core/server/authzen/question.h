// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What an evaluation is about, in our terms. Its subject is an agent: by client_id, by the thumbprint URN of its key
// (RFC 9278), or by the name that the person gave it. Its resource is an absolute URL, or `<type>/<id>` under the
// asking service's own location. Its action is `<name>`, or `<resource type>.<name>` where the name has no dot; the
// action's properties are its arguments.
#pragma once

#include "core/authority/agent_api.h"
#include "core/server/authzen/answers.h"
#include "core/server/authzen/caller.h"
#include "core/server/authzen/evaluation.h"

#include <expected>

namespace countersign::server {

/// What is to be done, and that the caller may ask about that place.
[[nodiscard]] std::expected<permissions::ActionRequest, NotAsked> actionOf(
    const Evaluation& evaluation, const Caller& caller);

/// The whole of a dry run.
[[nodiscard]] std::expected<authority::ActionQuery, NotAsked> questionOf(
    const authority::AgentApi& authority, const Evaluation& evaluation, const Caller& caller);

} // namespace countersign::server
