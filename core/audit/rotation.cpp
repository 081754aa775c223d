// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/rotation.h"

#include "core/audit/leaf.h"
#include "core/audit/leaf_codec.h"
#include "core/base/try.h"
#include "core/crypto/jws.h"

#include <utility>

namespace countersign::audit {

namespace {

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::BadSignature, std::move(what));
}

Result<json::Object> objectIn(const json::Object& object, std::string_view name)
{
    const json::Value* value = object.if_contains(name);
    if (value == nullptr || !value->is_object())
        return fail(ErrorCode::InvalidInput, "“" + std::string(name) + "” must be an object.");
    return value->get_object();
}

/// Of the only kind that devices and persons sign with, and written in the one form.
Result<crypto::PublicKey> keyIn(const json::Object& rotation, std::string_view name)
{
    const json::Object jwk = TRY(objectIn(rotation, name));
    auto key = TRY(crypto::PublicKey::fromJwk(jwk));
    if (key.type() != crypto::KeyType::P256 || key.toJwk() != jwk)
        return fail(ErrorCode::InvalidInput, "“" + std::string(name) + "” must be a P-256 key, and nothing more.");
    return key;
}

/// What each of the three says.
json::Object wordsOf(const Rotation& rotation)
{
    return {{"iat", rotation.at.value}, {"new", rotation.after.thumbprint().value},
        {"old", rotation.before.thumbprint().value}, {"origin", rotation.origin},
        {"person", rotation.person.thumbprint().value}};
}

/// Takes when and in which log from the first signature; the others must say the same.
Result<void> readWords(const json::Object& rotation, Rotation& read)
{
    const std::string first = TRY(json::requiredString(rotation, "by_old"));
    const json::Object words = TRY(crypto::verifyJwt(first, kRotationType, read.before));
    read.origin = TRY(json::requiredString(words, "origin"));
    read.at.value = TRY(json::requiredInteger(words, "iat"));
    if (words != wordsOf(read))
        return wrong("The old key signed another change of keys than this one.");
    const std::string byNew = TRY(json::requiredString(rotation, "by_new"));
    if (TRY(crypto::verifyJwt(byNew, kRotationType, read.after)) != words)
        return wrong("The new key signed another change of keys than the old one.");
    const std::string byPerson = TRY(json::requiredString(rotation, "by_person"));
    if (TRY(crypto::verifyJwt(byPerson, kRotationType, read.person)) != words)
        return wrong("The person signed another change of keys than the old key.");
    return {};
}

} // namespace

Result<json::Object> signRotation(std::string_view origin, const crypto::PrivateKey& before,
    const crypto::PrivateKey& after, const crypto::PrivateKey& person, UnixSeconds now)
{
    const json::Object words =
        wordsOf({std::string(origin), before.publicKey(), after.publicKey(), person.publicKey(), now});
    json::Object rotation;
    rotation["old"] = before.publicKey().toJwk();
    rotation["new"] = after.publicKey().toJwk();
    rotation["person"] = person.publicKey().toJwk();
    rotation["by_old"] = TRY(crypto::signJwt(kRotationType, words, before));
    rotation["by_new"] = TRY(crypto::signJwt(kRotationType, words, after));
    rotation["by_person"] = TRY(crypto::signJwt(kRotationType, words, person));
    return rotation;
}

Result<Rotation> readRotation(const json::Object& rotation)
{
    TRY(json::onlyMembers(rotation, {"old", "new", "person", "by_old", "by_new", "by_person"}));
    Rotation read{{}, TRY(keyIn(rotation, "old")), TRY(keyIn(rotation, "new")), TRY(keyIn(rotation, "person")), {}};
    if (read.before == read.after)
        return wrong("The new key is the old one.");
    TRY(readWords(rotation, read));
    return read;
}

Result<Rotation> rotationOfLeaf(const json::Object& claims)
{
    const json::Object rotation = TRY(objectIn(claims, kRotationClaim));
    auto read = TRY(readRotation(rotation));
    if (TRY(json::requiredString(claims, "device")) != read.before.thumbprint().value)
        return wrong("The change of keys was written by another key than the one that hands over.");
    if (TRY(json::requiredString(claims, "person")) != read.person.thumbprint().value)
        return wrong("Another person than the log's signed the change of keys.");
    return read;
}

Result<std::vector<LoggedRotation>> readRotations(store::Database& database)
{
    // The index has the kinds; without being told so SQLite would read all leaves.
    store::Query query(database,
        "SELECT idx, at, leaf FROM log_leaves WHERE idx IN"
        " (SELECT idx FROM log_leaves INDEXED BY log_leaves_in_order WHERE kind = ?) ORDER BY idx");
    query.bind(std::int64_t{std::to_underlying(LeafKind::KeyRotated)});
    std::vector<LoggedRotation> rotations;
    while (TRY(query.next())) {
        const auto index = static_cast<std::uint64_t>(query.integer(0));
        const auto claims = unpackClaims(query.blob(2));
        auto rotation = claims ? rotationOfLeaf(*claims) : Result<Rotation>(std::unexpected(claims.error()));
        if (!rotation)
            return fail(ErrorCode::StorageCorrupt, "entry " + std::to_string(index) + ": " + rotation.error().message);
        rotations.push_back({index, UnixSeconds{query.integer(1)}, *std::move(rotation)});
    }
    return rotations;
}

} // namespace countersign::audit
