// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/consent/record.h"

#include "core/agents/trust_evidence_json.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/permissions/permission_json.h"

namespace countersign::consent {

namespace {

constexpr std::string_view kType = "consent+jwt";

json::Value permissionValue(const permissions::Permission& permission)
{
    return json::parse(permissions::permissionJson(permission)).value_or(json::Value());
}

/// What only records of some purposes say.
void addPurpose(json::Object& claims, const ConsentRecord& record)
{
    if (record.purpose != Purpose::Grant)
        claims["purpose"] = purposeName(record.purpose);
    if (record.purpose == Purpose::Amendment)
        claims["previous"] = record.previous; // nobody asked
    else
        claims["request_id"] = record.requestId;
    if (record.purpose == Purpose::Replacement)
        claims["replaces"] = record.replaces.value_or(GrantId()).value;
    if (record.purpose == Purpose::Action) {
        claims["action_digest"] = record.actionDigest;
        return;
    }
    claims["asked"] = permissionValue(record.asked);
    claims["granted"] = permissionValue(record.granted);
}

json::Object toClaims(const ConsentRecord& record)
{
    json::Object claims;
    claims["iss"] = crypto::thumbprintUrn(record.person);
    claims["iat"] = record.decidedAt.value;
    claims["exp"] = record.expiresAt.value;
    claims["grant_id"] = record.grant.value;
    claims["person"] = record.person.value;
    claims["device"] = record.device.value;
    claims["agent"] = json::Object{{"client_id", record.agent.value}, {"jkt", record.agentKey.value}};
    claims["screen"] =
        json::Object{{"digest", record.screenDigest}, {"locale", record.locale}, {"renderer", record.renderer}};
    claims["presence"] = presenceName(record.presence);
    if (record.trust)
        claims["trust"] = agents::trustClaim(*record.trust);
    addPurpose(claims, record);
    return claims;
}

/// A record without a purpose is a grant's, as all were once.
Result<Purpose> purposeOf(const json::Object& claims)
{
    const auto name = TRY(json::optionalString(claims, "purpose"));
    if (!name)
        return Purpose::Grant;
    for (const Purpose purpose : {Purpose::Replacement, Purpose::Action, Purpose::Amendment}) {
        if (*name == purposeName(purpose))
            return purpose;
    }
    return fail(ErrorCode::InvalidInput, "purpose: not known");
}

/// Reads members one after the other; the first error stays.
class Reader {
public:
    explicit Reader(const json::Object& object) : m_object(object) { }
    std::string text(std::string_view name) { return take(json::requiredString(m_object, name)); }
    std::string filled(std::string_view name)
    {
        std::string value = text(name);
        if (value.empty() && !m_error)
            m_error = Error{ErrorCode::InvalidInput, std::string(name) + ": must not be empty"};
        return value;
    }
    std::int64_t integer(std::string_view name) { return take(json::requiredInteger(m_object, name)); }
    permissions::Permission permission(std::string_view name)
    {
        const json::Value* value = m_object.if_contains(name);
        return take(permissions::parsePermission(value != nullptr ? json::serialize(*value) : std::string()));
    }
    json::Object object(std::string_view name)
    {
        const json::Value* value = m_object.if_contains(name);
        if (value != nullptr && value->is_object())
            return value->get_object();
        return take(Result<json::Object>(fail(ErrorCode::InvalidInput, std::string(name) + ": must be an object")));
    }
    void adopt(const Reader& other)
    {
        if (!m_error)
            m_error = other.m_error;
    }
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }

private:
    template <typename T> T take(Result<T> result)
    {
        if (result)
            return std::move(*result);
        if (!m_error)
            m_error = result.error();
        return T{};
    }

    const json::Object& m_object;
    std::optional<Error> m_error;
};

void readPurpose(Reader& reader, ConsentRecord& record)
{
    if (record.purpose == Purpose::Amendment)
        record.previous = reader.filled("previous");
    else
        record.requestId = reader.text("request_id");
    if (record.purpose == Purpose::Replacement)
        record.replaces = GrantId{reader.filled("replaces")};
    if (record.purpose == Purpose::Action) {
        record.actionDigest = reader.filled("action_digest");
        return;
    }
    record.asked = reader.permission("asked");
    record.granted = reader.permission("granted");
}

Result<std::optional<agents::TrustEvidence>> trustIn(const json::Object& claims)
{
    const json::Value* value = claims.if_contains("trust");
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_object())
        return fail(ErrorCode::InvalidInput, "trust: must be an object");
    return TRY(agents::readTrustClaim(value->get_object()));
}

Result<ConsentRecord> fromClaims(const json::Object& claims)
{
    Reader reader(claims);
    ConsentRecord record;
    record.purpose = TRY(purposeOf(claims));
    record.trust = TRY(trustIn(claims));
    record.decidedAt.value = reader.integer("iat");
    record.expiresAt.value = reader.integer("exp");
    record.grant.value = reader.text("grant_id");
    record.person.value = reader.text("person");
    record.device.value = reader.text("device");
    readPurpose(reader, record);
    const std::string presence = reader.text("presence");
    const json::Object agent = reader.object("agent");
    const json::Object screen = reader.object("screen");
    Reader agentReader(agent);
    record.agent.value = agentReader.text("client_id");
    record.agentKey.value = agentReader.text("jkt");
    Reader screenReader(screen);
    record.screenDigest = screenReader.text("digest");
    record.locale = screenReader.text("locale");
    record.renderer = static_cast<int>(screenReader.integer("renderer"));
    reader.adopt(agentReader);
    reader.adopt(screenReader);
    if (reader.error())
        return std::unexpected(*reader.error());
    record.presence = presence == presenceName(Presence::Passphrase) ? Presence::Passphrase : Presence::Click;
    return record;
}

} // namespace

std::string actionJson(const permissions::ActionRequest& action)
{
    using permissions::Value;
    return permissions::valueJson(Value{Value::Members{{"action", Value{action.action.name()}},
        {"arguments", action.arguments}, {"location", Value{action.location.url()}}}});
}

std::string actionDigest(const permissions::ActionRequest& action)
{
    return crypto::sha256Base64url(actionJson(action));
}

std::string consentClaims(const ConsentRecord& record)
{
    // Fails for text that isn't UTF-8 only, and signConsent() refuses the empty claims.
    return crypto::canonicalJson(toClaims(record)).value_or(std::string());
}

Result<std::string> signConsent(const ConsentRecord& record, const crypto::PrivateKey& person)
{
    if (person.publicKey().thumbprint() != record.person)
        return fail(ErrorCode::Internal, "a consent record is signed by the person that it names");
    const std::string claims = consentClaims(record);
    if (claims.empty())
        return fail(ErrorCode::InvalidInput, "the consent record holds text that is not UTF-8");
    const json::Object written = TRY(json::parseObject(claims));
    if (TRY(fromClaims(written)) != record)
        return fail(ErrorCode::Internal, "the consent record would not say what it holds");
    return crypto::signJws(kType, claims, person);
}

Result<ConsentRecord> verifyConsent(std::string_view jws, const crypto::PublicKey& person)
{
    auto claims = crypto::verifyJwt(jws, kType, person);
    if (!claims)
        return std::unexpected(claims.error());
    auto record = fromClaims(*claims);
    if (!record)
        return record;
    // What was read must be all that was signed: nothing lost, nothing read differently.
    if (record->person != person.thumbprint() || crypto::canonicalJson(*claims) != consentClaims(*record))
        return fail(ErrorCode::InvalidInput, "the consent record holds something that this version does not know");
    return record;
}

} // namespace countersign::consent
