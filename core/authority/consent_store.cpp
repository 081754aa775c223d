// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/consent_store.h"

#include "core/base/try.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

Result<void> ConsentStore::add(const StoredConsent& consent)
{
    store::Query query(*m_database,
        "INSERT INTO consents (grant_id, record, digest, screen_text, salt, locale, renderer, leaf_index) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(consent.grant.value).bind(consent.record).bindBlob(crypto::sha256(consent.record));
    query.bind(consent.screenText).bindBlob(consent.salt).bind(consent.locale);
    query.bind(std::int64_t{consent.renderer}).bind(static_cast<std::int64_t>(consent.leafIndex));
    return query.run();
}

Result<std::optional<std::string>> ConsentStore::recordOf(const GrantId& grant) const
{
    store::Query query(*m_database, "SELECT record FROM consents WHERE grant_id = ?");
    query.bind(grant.value);
    if (!TRY(query.next()))
        return std::nullopt;
    return query.text(0);
}

} // namespace countersign::authority
