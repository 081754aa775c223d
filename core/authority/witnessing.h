// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Has each checkpoint cosigned by the witness that the person configured, one after the other, and keeps its
// signatures. A witness that is away hinders nothing: the newest checkpoint is tried again with the next one, or after
// a while. A witness that contradicts the log is told of.
#pragma once

#include "core/audit/witness.h"
#include "core/authority/authority.h"
#include "core/outbound/outbound.h"

#include <atomic>
#include <memory>

namespace countersign::authority {

class Witnessing {
public:
    /// `authority` outlives it. `reach`: whether the witness may be within the person's own network.
    Witnessing(Authority& authority, audit::Witness witness, outbound::Reach reach);
    Witnessing(const Witnessing&) = delete;
    Witnessing& operator=(const Witnessing&) = delete;
    ~Witnessing();

    /// The settings name a witness at `url` that can't be asked. Shown with the status, as one that is away.
    static void tellUnusable(Authority& authority, std::string url, const Error& why);

private:
    struct Data;
    std::shared_ptr<Data> d; ///< shared with what is under way
};

} // namespace countersign::authority
