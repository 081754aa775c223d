// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/consent_store.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <utility>

namespace countersign::authority {

namespace {

using consent::Purpose;

/// The place of what made a grant; what comes later follows from 1 on.
std::int64_t firstPlaceOf(Purpose purpose)
{
    return purpose == Purpose::Grant || purpose == Purpose::Replacement ? 0 : 1;
}

} // namespace

Result<void> ConsentStore::add(const StoredConsent& consent)
{
    store::Query query(*m_database,
        "INSERT INTO consents (grant_id, seq, purpose, record, digest, screen_text, salt, locale, renderer, "
        "leaf_index) "
        "SELECT ?, coalesce(max(seq) + 1, ?), ?, ?, ?, ?, ?, ?, ?, ? FROM consents WHERE grant_id = ?");
    query.bind(consent.grant.value).bind(firstPlaceOf(consent.purpose));
    query.bind(std::int64_t{std::to_underlying(consent.purpose)}).bind(consent.record);
    query.bindBlob(crypto::sha256(consent.record)).bind(consent.screenText).bindBlob(consent.salt).bind(consent.locale);
    query.bind(std::int64_t{consent.renderer}).bind(static_cast<std::int64_t>(consent.leafIndex));
    return query.bind(consent.grant.value).run();
}

Result<std::optional<std::string>> ConsentStore::recordOf(const GrantId& grant) const
{
    store::Query query(*m_database, "SELECT record FROM consents WHERE grant_id = ? AND seq = 0");
    query.bind(grant.value);
    if (!TRY(query.next()))
        return std::nullopt;
    return query.text(0);
}

Result<std::optional<std::string>> ConsentStore::digestOf(const GrantId& grant) const
{
    store::Query query(*m_database, "SELECT digest FROM consents WHERE grant_id = ? AND seq = 0");
    if (!TRY(query.bind(grant.value).next()))
        return std::nullopt;
    return crypto::base64url(query.blob(0));
}

Result<std::vector<std::string>> ConsentStore::recordsOf(const GrantId& grant, Purpose purpose) const
{
    store::Query query(*m_database, "SELECT record FROM consents WHERE grant_id = ? AND purpose = ? ORDER BY seq");
    query.bind(grant.value).bind(std::int64_t{std::to_underlying(purpose)});
    std::vector<std::string> records;
    while (TRY(query.next()))
        records.push_back(query.text(0));
    return records;
}

} // namespace countersign::authority
