// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The story of one entry of the log, as JSON. Times are Unix seconds; what came of a look at a signature, a digest or a
// place in the log is "right", "wrong" or "nothing" (there is none to look at). Texts are already fit for a screen.
#pragma once

#include "core/authority/story.h"
#include "core/base/json.h"

namespace countersign::server {

/// `{"entry", "sent", "because", "chain", "consents", "proof", "outcome", "upstream", "receipt"}`; what an entry has
/// not got is left out.
[[nodiscard]] json::Object storyJson(const authority::Story& story);

} // namespace countersign::server
