// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/audit/log_identity.h"

#include "core/base/json.h"
#include "core/base/json_members.h"
#include "core/base/try.h"

namespace countersign::audit {

namespace {

constexpr std::string_view kKey = "log_identity"; ///< in the meta table: JSON

Result<LogIdentity> read(const json::Object& kept)
{
    const json::Object device = json::objectOf(kept, "device");
    const json::Object person = json::objectOf(kept, "person");
    return LogIdentity{json::textOf(kept, "origin"), TRY(crypto::PublicKey::fromJwk(device)),
        TRY(crypto::PublicKey::fromJwk(person)), json::textOf(kept, "vkey"), json::textOf(kept, "statement")};
}

} // namespace

Result<void> keepLogIdentity(store::Database& database, const LogIdentity& identity)
{
    const json::Object kept{{"origin", identity.origin}, {"vkey", identity.verifierKey},
        {"device", identity.device.toJwk()}, {"person", identity.person.toJwk()}, {"statement", identity.statement}};
    store::Query query(database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    return query.bind(kKey).bind(json::serialize(kept)).run();
}

Result<std::optional<LogIdentity>> keptLogIdentity(store::Database& database)
{
    store::Query query(database, "SELECT value FROM meta WHERE key = ?");
    if (!TRY(query.bind(kKey).next()))
        return std::nullopt;
    const auto kept = json::parseObject(query.text(0));
    auto identity = kept ? read(*kept) : std::unexpected(kept.error());
    if (!identity)
        return fail(ErrorCode::StorageCorrupt, "Whose log it is can't be read: " + identity.error().message);
    return *std::move(identity);
}

} // namespace countersign::audit
