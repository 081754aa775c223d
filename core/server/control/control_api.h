// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What `countersignctl` talks to, through control.sock alone: the person's own view of everything, and the ways to end
// what runs. Nothing here approves, unlocks, resumes or widens anything.
//
//   GET  /status               how it stands
//   GET  /grants[?which=all]   the grants, newest first; without `which` those that are live or held. `parent` and
//   `depth`
//                              make the tree; `meters` say what is used up, `narrowed` what a hop took away. Where
//                              `name_shown` is false another agent only says that it is the one of that name
//   GET  /timeline[?…]         the log, newest first: before, count, agent, grant, kind (a,b,…), from, to (Unix time)
//   GET  /timeline/{index}     the story of one entry (control/story_json.h)
//   POST /check                checks the whole log, in the background (control/log_check.h); GET: how far it is, and
//                              the verdict; DELETE: cancels it
//   GET  /evidence?…           an evidence file (control/evidence_query.h)
//   POST /grants/{id}/revoke   ends one grant
//   POST /actions/{id}/upstream   takes in what other servers decided about an action (an entry's number, or a
//   receipt's
//                              id): the body is an evidence file, or {"upstream": […]} (audit/foreign_receipt_json.h).
//                              It adds to what is told of the action, and to nothing that anybody may do
//   POST /stop                 ends all grants
//   GET  /doctor               what `countersignctl doctor` compares with what it finds itself
#pragma once

#include "core/authority/authority.h"
#include "core/server/http/message.h"

namespace countersign::server {

inline constexpr int kDefaultTimelinePage = 50;
inline constexpr std::size_t kMaxListedGrants = 2'000; ///< more are left out, and the answer says so

/// `authority` outlives the handler. Answers are JSON; refusals as the other doors have them.
[[nodiscard]] Handler makeControlApi(authority::Authority& authority);

} // namespace countersign::server
