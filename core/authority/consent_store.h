// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person's signatures under grants, and what was on the screen. Used on the authority's thread, inside a
// transaction where it writes.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <string>

namespace countersign::authority {

struct StoredConsent {
    GrantId grant;
    std::string record; ///< JWS, typ consent+jwt
    std::string screenText;
    std::string salt; ///< of the screen's digest
    std::string locale;
    int renderer = 0;
    std::uint64_t leafIndex = 0;
};

class ConsentStore {
public:
    explicit ConsentStore(store::Database& database) : m_database(&database) { }

    [[nodiscard]] Result<void> add(const StoredConsent& consent);
    [[nodiscard]] Result<std::optional<std::string>> recordOf(const GrantId& grant) const;

private:
    store::Database* m_database;
};

} // namespace countersign::authority
