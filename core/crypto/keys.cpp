// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/keys.h"

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/ecdsa_signature.h"
#include "core/crypto/ed25519_point.h"
#include "core/crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace countersign::crypto {

namespace {
constexpr std::size_t kCoordinateBytes = 32;
constexpr char kP256Group[] = "prime256v1";
constexpr std::size_t kMaxKnownPoints = 1024;

std::unexpected<Error> badKey(std::string reason)
{
    ERR_clear_error();
    return fail(ErrorCode::InvalidInput, std::move(reason));
}

PkeyPtr p256FromPoint(std::string_view x, std::string_view y)
{
    std::string group(kP256Group);
    std::string point = '\x04' + std::string(x) + std::string(y);
    std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        OSSL_PARAM_construct_end(),
    };
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1
        || EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1)
        return nullptr;
    PkeyPtr owned(key);
    // P-256's cofactor is 1: a point on the curve is in the group, and the full check's multiplication tells no more
    // (NIST SP 800-56A section 5.6.2.3.4).
    const PkeyContextPtr check(EVP_PKEY_CTX_new_from_pkey(nullptr, owned.get(), nullptr));
    if (!check || EVP_PKEY_public_check_quick(check.get()) != 1)
        return nullptr;
    return owned;
}

std::optional<std::string> coordinate(EVP_PKEY* key, const char* which)
{
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, which, &number) != 1)
        return std::nullopt;
    const BignumPtr owned(number);
    std::string bytes(kCoordinateBytes, '\0');
    if (BN_bn2binpad(number, octets(bytes.data()), static_cast<int>(bytes.size())) < 0)
        return std::nullopt;
    return bytes;
}

/// The digest that the algorithm is defined with; Ed25519 has its own inside.
const EVP_MD* digestFor(KeyType type)
{
    return type == KeyType::P256 ? sha256Algorithm() : nullptr;
}

Result<void> checkIntendedUse(const json::Object& jwk, KeyType type)
{
    const auto use = json::optionalString(jwk, "use");
    const auto algorithm = json::optionalString(jwk, "alg");
    if (!use || !algorithm)
        return badKey("A member of the key has the wrong type.");
    if (*use && **use != "sig")
        return badKey("The key isn't meant for signatures.");
    if (*algorithm) {
        const bool fits =
            type == KeyType::P256 ? **algorithm == "ES256" : **algorithm == "Ed25519" || **algorithm == "EdDSA";
        if (!fits)
            return badKey("The key names an algorithm that doesn't fit it.");
    }
    if (jwk.contains("key_ops")) {
        const auto operations = json::requiredStrings(jwk, "key_ops");
        if (!operations || !std::ranges::contains(*operations, "verify"))
            return badKey("The key isn't meant for verifying signatures.");
    }
    return {};
}

Result<std::string> coordinateMember(const json::Object& jwk, std::string_view name)
{
    const Result<std::string> text = json::requiredString(jwk, name);
    if (!text)
        return std::unexpected(text.error());
    Result<std::string> bytes = fromBase64url(*text);
    if (!bytes || bytes->size() != kCoordinateBytes)
        return badKey("A coordinate of the key isn't 32 bytes in base64url.");
    return bytes;
}
} // namespace

struct PublicKey::Data {
    KeyType type;
    std::string x; // of Ed25519: the whole key
    std::string y;
    PkeyPtr key;
    Thumbprint thumbprint;

    /// Null when the point isn't valid.
    static std::shared_ptr<const Data> fromP256(const std::string& x, const std::string& y)
    {
        // An agent shows the same key with each request, and to read it takes a fifth of what verifying takes.
        static KnownPoints known;
        const std::string point = x + y;
        auto data = known.find(point);
        if (!data && (data = madeFromP256(x, y)))
            known.add(point, data);
        return data;
    }

    static std::shared_ptr<const Data> madeFromP256(const std::string& x, const std::string& y)
    {
        PkeyPtr key = p256FromPoint(x, y);
        if (!key)
            return nullptr;
        // RFC 7638 section 3.2: the required members in lexicographic order. base64url needs no escapes.
        const std::string required =
            R"({"crv":"P-256","kty":"EC","x":")" + base64url(x) + R"(","y":")" + base64url(y) + R"("})";
        return std::make_shared<const Data>(KeyType::P256, x, y, std::move(key), Thumbprint{sha256Base64url(required)});
    }

    /// Points that were valid. Any thread.
    class KnownPoints {
    public:
        std::shared_ptr<const Data> find(const std::string& point)
        {
            const std::lock_guard lock(m_mutex);
            const auto found = m_points.find(point);
            return found == m_points.end() ? nullptr : found->second;
        }
        void add(const std::string& point, std::shared_ptr<const Data> data)
        {
            const std::lock_guard lock(m_mutex);
            if (m_points.size() >= kMaxKnownPoints)
                m_points.clear();
            m_points.insert_or_assign(point, std::move(data));
        }

    private:
        std::mutex m_mutex;
        std::unordered_map<std::string, std::shared_ptr<const Data>> m_points;
    };

    static std::shared_ptr<const Data> fromEd25519(const std::string& raw)
    {
        if (!isEd25519Point(raw))
            return nullptr;
        PkeyPtr key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets(raw), raw.size()));
        if (!key)
            return nullptr;
        const std::string required = R"({"crv":"Ed25519","kty":"OKP","x":")" + base64url(raw) + R"("})"; // RFC 8037 A.3
        return std::make_shared<const Data>(
            KeyType::Ed25519, raw, std::string(), std::move(key), Thumbprint{sha256Base64url(required)});
    }
};

PublicKey::PublicKey(std::shared_ptr<const Data> data) : d(std::move(data)) { }

Result<PublicKey> PublicKey::fromJwk(const json::Object& jwk)
{
    // Everything that RFC 7518 section 6 keeps secret: d, RSA's primes and their kin, and symmetric keys.
    constexpr std::array kSecretMembers{"d", "k", "p", "q", "dp", "dq", "qi", "oth", "priv"};
    if (std::ranges::any_of(kSecretMembers, [&](const char* name) { return jwk.contains(name); }))
        return badKey("The key contains a private part, which must never be sent.");

    const Result<std::string> kty = json::requiredString(jwk, "kty");
    const Result<std::string> crv = json::requiredString(jwk, "crv");
    const bool isP256 = kty && crv && *kty == "EC" && *crv == "P-256";
    const bool isEd25519 = kty && crv && *kty == "OKP" && *crv == "Ed25519";
    if (!isP256 && !isEd25519)
        return fail(ErrorCode::NotSupported, "The key is neither P-256 nor Ed25519.");
    if (const Result<void> use = checkIntendedUse(jwk, isP256 ? KeyType::P256 : KeyType::Ed25519); !use)
        return std::unexpected(use.error());

    const Result<std::string> x = coordinateMember(jwk, "x");
    if (!x)
        return std::unexpected(x.error());
    if (isEd25519)
        return fromEd25519(*x);
    const Result<std::string> y = coordinateMember(jwk, "y");
    if (!y)
        return std::unexpected(y.error());
    if (auto data = Data::fromP256(*x, *y))
        return PublicKey(std::move(data));
    return badKey("The key is not a point on P-256.");
}

Result<PublicKey> PublicKey::fromEd25519(std::string_view raw32)
{
    if (auto data = Data::fromEd25519(std::string(raw32)))
        return PublicKey(std::move(data));
    return badKey("The key is not a valid Ed25519 public key.");
}

KeyType PublicKey::type() const
{
    return d->type;
}

json::Object PublicKey::toJwk() const
{
    if (d->type == KeyType::Ed25519)
        return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url(d->x)}};
    return {{"kty", "EC"}, {"crv", "P-256"}, {"x", base64url(d->x)}, {"y", base64url(d->y)}};
}

const Thumbprint& PublicKey::thumbprint() const
{
    return d->thumbprint;
}

std::string PublicKey::rawEd25519() const
{
    return d->x;
}

bool PublicKey::verify(std::string_view data, std::string_view signature) const
{
    if (signature.size() != kJoseSignatureBytes)
        return false;
    const std::optional<std::string> native =
        d->type == KeyType::P256 ? derFromJose(signature) : std::optional(std::string(signature));
    const DigestContextPtr context(EVP_MD_CTX_new());
    const bool right = native && context
        && EVP_DigestVerifyInit(context.get(), nullptr, digestFor(d->type), nullptr, d->key.get()) == 1
        && EVP_DigestVerify(context.get(), octets(*native), native->size(), octets(data), data.size()) == 1;
    if (!right)
        ERR_clear_error();
    return right;
}

struct PrivateKey::Data {
    PkeyPtr key;
    PublicKey publicKey;

    static Result<PrivateKey> wrap(PkeyPtr key)
    {
        if (!key)
            return badKey("The private key can't be read.");
        Result<PublicKey> publicKey = publicPart(key.get());
        if (!publicKey)
            return std::unexpected(publicKey.error());
        const PkeyContextPtr check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
        if (!check || EVP_PKEY_check(check.get()) != 1)
            return badKey("The private key and its public key don't belong together.");
        return PrivateKey(std::make_shared<const Data>(std::move(key), *std::move(publicKey)));
    }

private:
    static Result<PublicKey> publicPart(EVP_PKEY* key)
    {
        if (EVP_PKEY_is_a(key, "ED25519") == 1) {
            std::string raw(kCoordinateBytes, '\0');
            std::size_t length = raw.size();
            if (EVP_PKEY_get_raw_public_key(key, octets(raw.data()), &length) != 1 || length != raw.size())
                return badKey("The private key has no public part.");
            return PublicKey::fromEd25519(raw);
        }
        std::array<char, 32> group{};
        const bool isP256 = EVP_PKEY_is_a(key, "EC") == 1
            && EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1
            && std::string_view(group.data()) == kP256Group;
        if (!isP256)
            return fail(ErrorCode::NotSupported, "The private key is neither P-256 nor Ed25519.");
        const std::optional<std::string> x = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X);
        const std::optional<std::string> y = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y);
        auto data = x && y ? PublicKey::Data::fromP256(*x, *y) : nullptr;
        if (!data)
            return badKey("The private key has no valid public part.");
        return PublicKey(std::move(data));
    }
};

PrivateKey::PrivateKey(std::shared_ptr<const Data> data) : d(std::move(data)) { }

Result<PrivateKey> PrivateKey::generate(KeyType type)
{
    return Data::wrap(PkeyPtr(type == KeyType::P256 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kP256Group)
                                                    : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")));
}

Result<PrivateKey> PrivateKey::fromPkcs8(const SecretBytes& der)
{
    const unsigned char* at = octets(der.view());
    const Pkcs8Ptr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    if (!info || at != octets(der.view()) + der.size())
        return badKey("The private key isn't PKCS #8.");
    return Data::wrap(PkeyPtr(EVP_PKCS82PKEY_ex(info.get(), nullptr, nullptr)));
}

Result<SecretBytes> PrivateKey::toPkcs8() const
{
    const Pkcs8Ptr info(EVP_PKEY2PKCS8(d->key.get()));
    const int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : 0;
    if (length <= 0)
        return fail(ErrorCode::Internal, "The private key can't be written.");
    SecretBytes der(static_cast<std::size_t>(length));
    unsigned char* at = octets(der.data());
    i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at);
    return der;
}

const PublicKey& PrivateKey::publicKey() const
{
    return d->publicKey;
}

Result<std::string> PrivateKey::sign(std::string_view data) const
{
    const KeyType type = d->publicKey.type();
    const DigestContextPtr context(EVP_MD_CTX_new());
    std::string native(static_cast<std::size_t>(EVP_PKEY_get_size(d->key.get())), '\0');
    std::size_t length = native.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, digestFor(type), nullptr, d->key.get()) != 1
        || EVP_DigestSign(context.get(), octets(native.data()), &length, octets(data), data.size()) != 1) {
        ERR_clear_error();
        return fail(ErrorCode::Internal, "Signing failed.");
    }
    native.resize(length);
    if (type == KeyType::Ed25519)
        return native;
    if (std::optional<std::string> signature = joseFromDer(native))
        return *std::move(signature);
    return fail(ErrorCode::Internal, "Signing failed.");
}

std::string thumbprintUrn(const Thumbprint& thumbprint)
{
    return "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + thumbprint.value;
}

} // namespace countersign::crypto
