// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The check of the whole log that was asked for through the control socket: one at a time. A check takes longer than an
// answer may, so that one call begins it and others ask how far it is. Any thread.
#pragma once

#include "core/authority/authority.h"
#include "core/base/json.h"

#include <memory>
#include <optional>

namespace countersign::server {

class LogCheck {
public:
    explicit LogCheck(authority::Authority& authority); ///< there whenever begin() is called
    LogCheck(const LogCheck&) = delete;
    LogCheck& operator=(const LogCheck&) = delete;
    ~LogCheck(); ///< cancels what runs, and does not wait for it

    /// Begins one, unless one runs; either way tell() of it, with `began`: whether this call did.
    json::Object begin();
    /// `{"id", "state", …}`: running (`done` of `total` entries), whole (`entries`), broken (`found`, and
    /// `first_bad_entry` where one can be named), older (whole, but an old copy: `found`), cancelled, or failed
    /// (`found`). nullopt: none was begun yet.
    [[nodiscard]] std::optional<json::Object> tell() const;
    /// The one that runs ends soon, as cancelled.
    void cancel();

private:
    struct State;
    authority::Authority& m_authority;
    std::shared_ptr<State> m_state; ///< shared with the check that runs
};

} // namespace countersign::server
