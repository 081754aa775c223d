// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Each grant's leaves are counted and chained: `seq` from 0 without gaps, `prev` the hash of the one before. A leaf of
// a version that did not write `seq` counts by its place among the grant's leaves.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace countersign::audit {

struct ChainEnd {
    std::int64_t seq = 0;
    std::string hash; ///< leaf hash, 32 bytes
};

/// The last leaf of each grant, read from the log where it is not remembered.
class GrantChains {
public:
    [[nodiscard]] Result<std::optional<ChainEnd>> endOf(store::Database& database, const GrantId& grant);
    void setEnd(const GrantId& grant, ChainEnd end);
    void forget() { m_ends.clear(); } ///< after a rollback

private:
    std::map<GrantId, ChainEnd> m_ends;
};

} // namespace countersign::audit
