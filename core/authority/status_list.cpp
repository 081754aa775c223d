// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/status_list.h"

#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"

#include <QByteArray>

#include <utility>

namespace countersign::authority {

namespace {

using store::Query;

constexpr int kBits = 2;
constexpr int kPlacesPerByte = 8 / kBits;
constexpr int kTries = 1000; ///< with a quarter of the places free, more than ever needed
constexpr int kBestCompression = 9;
constexpr qsizetype kLengthPrefix = 4; ///< what qCompress() writes before the zlib stream

std::int64_t randomPlace()
{
    static_assert(kStatusListSize == 1 << 12);
    const std::string bytes = crypto::randomBytes(2);
    const auto byte = [&](std::size_t i) { return static_cast<std::int64_t>(static_cast<unsigned char>(bytes[i])); };
    return (byte(0) << 8 | byte(1)) % kStatusListSize;
}

/// The list with the highest place that is taken; -1: none is.
Result<std::int64_t> lastList(const Context& context)
{
    Query query(context.database, "SELECT max(idx) FROM statuses");
    TRY(query.next());
    const auto highest = query.optionalInteger(0);
    return highest ? *highest / kStatusListSize : -1;
}

Result<std::int64_t> countTaken(const Context& context, std::int64_t list)
{
    Query query(context.database, "SELECT count(*) FROM statuses WHERE idx >= ? AND idx < ?");
    query.bind(list * kStatusListSize).bind((list + 1) * kStatusListSize);
    TRY(query.next());
    return query.integer(0);
}

Result<std::int64_t> listWithRoom(const Context& context)
{
    const std::int64_t last = TRY(lastList(context));
    if (last < 0)
        return 0;
    return TRY(countTaken(context, last)) < kStatusListFill ? last : last + 1;
}

/// No list that is still good says anything of them.
Result<void> forgetOldPlaces(Context& context)
{
    Query query(context.database, "DELETE FROM statuses WHERE expires_at <= ?");
    return query.bind((context.now() - kStatusListLife).value).run();
}

TokenStatus statusOf(std::optional<std::int64_t> grantState, bool tokenIsKept)
{
    if (!grantState || !tokenIsKept)
        return TokenStatus::Invalid;
    if (*grantState == std::to_underlying(grants::GrantState::Live))
        return TokenStatus::Valid;
    return *grantState == std::to_underlying(grants::GrantState::Held) ? TokenStatus::Suspended : TokenStatus::Invalid;
}

/// The lowest bits of a byte are its first place.
Result<QByteArray> bitsOf(const Context& context, std::int64_t list)
{
    QByteArray bits(kStatusListSize / kPlacesPerByte, '\0');
    Query query(context.database,
        "SELECT s.idx, g.state, t.id FROM statuses s LEFT JOIN grants g ON g.grant_id = s.grant_id "
        "LEFT JOIN tokens t ON t.token_hash = s.token_hash WHERE s.idx >= ? AND s.idx < ?");
    query.bind(list * kStatusListSize).bind((list + 1) * kStatusListSize);
    while (TRY(query.next())) {
        const auto place = static_cast<qsizetype>(query.integer(0) % kStatusListSize);
        const int status = std::to_underlying(statusOf(query.optionalInteger(1), !query.isNull(2)));
        const int shift = static_cast<int>(place % kPlacesPerByte) * kBits;
        bits[place / kPlacesPerByte] = static_cast<char>(bits.at(place / kPlacesPerByte) | status << shift);
    }
    return bits;
}

std::string uriOf(const std::string& issuer, std::int64_t list)
{
    return issuer + "/status/" + std::to_string(list);
}

} // namespace

StatusPlace statusPlace(const std::string& issuer, std::int64_t index)
{
    return {uriOf(issuer, index / kStatusListSize), index % kStatusListSize};
}

Result<std::int64_t> freeStatusPlace(Context& context)
{
    TRY(forgetOldPlaces(context));
    const std::int64_t first = TRY(listWithRoom(context)) * kStatusListSize;
    for (int i = 0; i < kTries; ++i) {
        const std::int64_t index = first + randomPlace();
        Query query(context.database, "SELECT 1 FROM statuses WHERE idx = ?");
        if (!TRY(query.bind(index).next()))
            return index;
    }
    return fail(ErrorCode::Internal, "There is no free place in the status list.");
}

Result<void> takeStatusPlace(Context& context, std::int64_t index, const grants::Token& token)
{
    Query query(context.database, "INSERT INTO statuses (idx, token_hash, grant_id, expires_at) VALUES (?, ?, ?, ?)");
    return query.bind(index).bindBlob(token.hash).bind(token.grant.value).bind(token.expiresAt.value).run();
}

Result<void> forgetStatusPlaces(Context& context)
{
    return Query(context.database, "DELETE FROM statuses").run();
}

Result<std::string> statusList(Context& context, std::int64_t number)
{
    TRY(mayExtend(context)); // what can't be trusted, or isn't durable yet, is not signed
    if (number < 0 || number > std::max<std::int64_t>(TRY(lastList(context)), 0))
        return fail(ErrorCode::NotFound, "There is no such status list.");
    const QByteArray list = qCompress(TRY(bitsOf(context, number)), kBestCompression).sliced(kLengthPrefix);
    const UnixSeconds now = context.now();
    json::Object claims;
    claims["sub"] = uriOf(context.options.issuer, number);
    claims["iat"] = now.value;
    claims["exp"] = (now + kStatusListLife).value;
    claims["ttl"] = kStatusListRest.count();
    claims["status_list"] = json::Object{{"bits", kBits}, {"lst", crypto::base64url(list.toStdString())}};
    std::string jwt = TRY(crypto::signJwt("statuslist+jwt", claims, context.options.identity.device));
    context.view.keepStatusList(number, jwt, now + kStatusListRest);
    return jwt;
}

} // namespace countersign::authority
