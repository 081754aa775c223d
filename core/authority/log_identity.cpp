// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/log_identity.h"

#include "core/base/json.h"
#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/crypto/signed_note.h"

#include <array>

namespace countersign::authority {

namespace {

constexpr std::string_view kKey = "log_identity"; ///< in the meta table: JSON

Result<audit::LogIdentity> read(const json::Object& kept)
{
    const json::Object device = json::objectOf(kept, "device");
    const json::Object person = json::objectOf(kept, "person");
    return audit::LogIdentity{json::textOf(kept, "origin"), TRY(crypto::PublicKey::fromJwk(device)),
        TRY(crypto::PublicKey::fromJwk(person)), json::textOf(kept, "vkey"), json::textOf(kept, "statement")};
}

/// The statement may be by a key that was replaced since: each vouches for the one after.
bool isOf(const audit::LogIdentity& kept, const Context& context, const std::string& verifierKey)
{
    const auto statement = audit::readLogKeyStatement(kept.statement, std::array{kept.device});
    const bool isRight = statement && statement->origin == kept.origin && statement->verifierKey == kept.verifierKey;
    return isRight && kept.origin == context.log->origin() && kept.verifierKey == verifierKey
        && kept.person == context.options.identity.person;
}

} // namespace

Result<std::optional<audit::LogIdentity>> keptLogIdentity(store::Database& database)
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

Result<void> keepLogIdentity(Context& context)
{
    const keychain::Identity& own = context.options.identity;
    const std::string origin = context.log->origin();
    const std::string verifierKey = crypto::noteVerifierKey(origin, own.log.publicKey());
    if (const auto kept = keptLogIdentity(context.database); kept && *kept && isOf(**kept, context, verifierKey))
        return {};
    const json::Object identity{{"origin", origin}, {"vkey", verifierKey}, {"device", own.device.publicKey().toJwk()},
        {"person", own.person.toJwk()},
        {"statement", TRY(audit::signLogKeyStatement(origin, own.log.publicKey(), own.device, context.now()))}};
    store::Query query(context.database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    return query.bind(kKey).bind(json::serialize(identity)).run();
}

} // namespace countersign::authority
