// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person's signatures under grants, and what was on the screen: the consent that made a grant, then its amendments
// and the approvals of single actions under it. Used on the authority's thread, inside a transaction where it writes.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/consent/request.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::authority {

struct StoredConsent {
    GrantId grant;
    std::string record; ///< JWS, typ consent+jwt
    std::string screenText;
    std::string salt; ///< of the screen's digest
    std::string locale;
    int renderer = 0;
    std::uint64_t leafIndex = 0;
    consent::Purpose purpose = consent::Purpose::Grant;
};

class ConsentStore {
public:
    explicit ConsentStore(store::Database& database) : m_database(&database) { }

    /// After those of the same grant that are there.
    [[nodiscard]] Result<void> add(const StoredConsent& consent);
    /// The consent that made a grant; nullopt: none, as under one that was delegated.
    [[nodiscard]] Result<std::optional<std::string>> recordOf(const GrantId& grant) const;
    /// base64url SHA-256 of that record.
    [[nodiscard]] Result<std::optional<std::string>> digestOf(const GrantId& grant) const;
    /// All of one purpose, oldest first.
    [[nodiscard]] Result<std::vector<std::string>> recordsOf(const GrantId& grant, consent::Purpose purpose) const;

private:
    store::Database* m_database;
};

} // namespace countersign::authority
