// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/seal.h"

#include "core/crypto/digest.h"

#include <QtCrypto>

#include <algorithm>
#include <array>
#include <cstring>
#include <format>
#include <utility>

namespace countersign::keychain {

namespace {

// The box: magic, version, cost (memory, passes, lanes: 32 bits each, big-endian), Argon2 salt, HKDF salt, nonce,
// ciphertext, tag.
constexpr std::string_view kMagic{"CSBOX\x01", 6};
constexpr std::size_t kNumberBytes = 4;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHkdfSaltBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr int kKeyBytes = 32;
constexpr std::size_t kHeaderBytes = kMagic.size() + 3 * kNumberBytes + kSaltBytes + kHkdfSaltBytes + kNonceBytes;
constexpr std::string_view kInfoPrefix = "countersign/seal/";

struct Header {
    crypto::Argon2Cost cost;
    std::string salt;
    std::string hkdfSalt;
    std::string nonce;
};

void appendNumber(std::string& to, std::uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        to.push_back(static_cast<char>((value >> shift) & 0xFF));
    }
}

std::string takeBytes(std::string_view& from, std::size_t count)
{
    std::string taken(from.substr(0, count));
    from.remove_prefix(count);
    return taken;
}

std::uint32_t takeNumber(std::string_view& from)
{
    std::uint32_t value = 0;
    for (const char c : takeBytes(from, kNumberBytes)) {
        value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
}

std::string writeHeader(const Header& header)
{
    std::string text(kMagic);
    appendNumber(text, header.cost.memoryKib);
    appendNumber(text, header.cost.passes);
    appendNumber(text, header.cost.lanes);
    return text + header.salt + header.hkdfSalt + header.nonce;
}

bool withinLimits(const crypto::Argon2Cost& cost)
{
    return cost.lanes >= 1 && cost.lanes <= kMaxSealLanes && cost.passes >= 1 && cost.passes <= kMaxSealPasses
        && cost.memoryKib >= 8 * cost.lanes && cost.memoryKib <= kMaxSealMemoryKib; // RFC 9106 section 3.1: m >= 8p
}

Result<Header> readHeader(std::string_view box)
{
    if (!box.starts_with(kMagic) || box.size() < kHeaderBytes + kTagBytes
        || box.size() > kHeaderBytes + kMaxSealedBytes + kTagBytes) {
        return fail(ErrorCode::InvalidInput, "This is not a sealed box that this version can read.");
    }
    box.remove_prefix(kMagic.size());
    Header header;
    header.cost = {.memoryKib = takeNumber(box), .passes = takeNumber(box), .lanes = takeNumber(box)};
    header.salt = takeBytes(box, kSaltBytes);
    header.hkdfSalt = takeBytes(box, kHkdfSaltBytes);
    header.nonce = takeBytes(box, kNonceBytes);
    if (!withinLimits(header.cost)) {
        return fail(ErrorCode::InvalidInput, "The sealed box asks for more work than any that Countersign makes.");
    }
    return header;
}

// A copy in QCA's own memory, overwritten as soon as this goes out of scope.
class Lent {
public:
    explicit Lent(std::string_view bytes) : m_array(static_cast<int>(bytes.size()))
    {
        std::ranges::copy(bytes, m_array.data());
    }
    explicit Lent(const QCA::MemoryRegion& region) : m_array(region) { }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() { m_array.fill('\0'); }
    [[nodiscard]] const QCA::SecureArray& array() const { return m_array; }
    [[nodiscard]] std::string_view view() const
    {
        return {m_array.constData(), static_cast<std::size_t>(m_array.size())};
    }

private:
    QCA::SecureArray m_array;
};

QString provider()
{
    return QStringLiteral("qca-ossl");
}

Result<void> qcaIsReady()
{
    static const QCA::Initializer library; // once for the process; QCA unloads itself when the application object ends
    static const bool able =
        QCA::isSupported(QStringList{QStringLiteral("hkdf(sha256)"), QStringLiteral("aes256-gcm")}, provider());
    if (!able) {
        return fail(ErrorCode::NotSupported,
            "QCA's OpenSSL plugin is missing, so keys can't be sealed or unsealed. Install it (Debian: "
            "libqca-qt6-plugins) and start Countersign again.");
    }
    return {};
}

QCA::InitializationVector publicBytes(std::string_view bytes)
{
    return QCA::InitializationVector(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())));
}

// One key for one box: the header and the purpose are in HKDF's info, so that changing either is changing the key.
QCA::SymmetricKey boxKey(const crypto::SecretBytes& key, const Header& header, std::string_view purpose)
{
    const Lent secret(key.view());
    const auto info = std::format("{}{}/", kInfoPrefix, purpose) + writeHeader(header);
    return QCA::HKDF(QStringLiteral("sha256"), provider())
        .makeKey(secret.array(), publicBytes(header.hkdfSalt), publicBytes(info), kKeyBytes);
}

QCA::Cipher gcm(QCA::Direction direction, const QCA::SymmetricKey& key, const Header& header, const QCA::AuthTag& tag)
{
    return QCA::Cipher(QStringLiteral("aes256"), QCA::Cipher::GCM, QCA::Cipher::NoPadding, direction, key,
        publicBytes(header.nonce), tag, provider());
}

std::size_t codePoints(std::string_view utf8)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::unexpected<Error> wrongPassphrase()
{
    return fail(ErrorCode::WrongPassphrase,
        "That passphrase does not open it. Check Caps Lock and the keyboard layout, and try again.");
}

} // namespace

SealKey::SealKey(std::string salt, const crypto::Argon2Cost& cost, crypto::SecretBytes key)
    : m_salt(std::move(salt)), m_cost(cost), m_key(std::move(key))
{
}

Result<SealKey> SealKey::make(const crypto::SecretBytes& passphrase, const crypto::Argon2Cost& cost)
{
    if (codePoints(passphrase.view()) < kMinPassphraseCharacters) {
        return fail(
            ErrorCode::InvalidInput, std::format("A passphrase has at least {} characters.", kMinPassphraseCharacters));
    }
    if (!withinLimits(cost)) {
        return fail(ErrorCode::InvalidInput, "The cost of sealing is out of its limits.");
    }
    auto salt = crypto::randomBytes(kSaltBytes);
    auto key = crypto::argon2id(passphrase, salt, cost);
    if (!key) {
        return std::unexpected(std::move(key).error());
    }
    return SealKey(std::move(salt), cost, std::move(*key));
}

Result<SealKey> SealKey::forBox(std::string_view box, const crypto::SecretBytes& passphrase)
{
    auto header = readHeader(box);
    if (!header) {
        return std::unexpected(std::move(header).error());
    }
    if (passphrase.isEmpty()) {
        return wrongPassphrase(); // no box has an empty one
    }
    auto key = crypto::argon2id(passphrase, header->salt, header->cost);
    if (!key) {
        return std::unexpected(std::move(key).error());
    }
    return SealKey(std::move(header->salt), header->cost, std::move(*key));
}

Result<std::string> SealKey::seal(const crypto::SecretBytes& plaintext, std::string_view purpose) const
{
    if (plaintext.size() > kMaxSealedBytes) {
        return fail(ErrorCode::TooLarge, std::format("More than {} bytes can't be sealed together.", kMaxSealedBytes));
    }
    if (auto ready = qcaIsReady(); !ready) {
        return std::unexpected(std::move(ready).error());
    }
    const Header header{m_cost, m_salt, crypto::randomBytes(kHkdfSaltBytes), crypto::randomBytes(kNonceBytes)};
    auto key = boxKey(m_key, header, purpose);
    auto cipher = gcm(QCA::Encode, key, header, QCA::AuthTag(static_cast<int>(kTagBytes)));
    const Lent lent(plaintext.view());
    auto ciphertext = cipher.update(lent.array()).toByteArray();
    const bool updated = cipher.ok();
    ciphertext += cipher.final().toByteArray();
    const auto tag = cipher.tag().toByteArray();
    key.fill('\0');
    if (!updated || !cipher.ok() || tag.size() != static_cast<qsizetype>(kTagBytes)
        || ciphertext.size() != static_cast<qsizetype>(plaintext.size())) {
        return fail(ErrorCode::Internal, "QCA could not encrypt.");
    }
    return writeHeader(header) + ciphertext.toStdString() + tag.toStdString();
}

Result<crypto::SecretBytes> SealKey::unseal(std::string_view box, std::string_view purpose) const
{
    const auto header = readHeader(box);
    if (!header) {
        return std::unexpected(header.error());
    }
    if (header->salt != m_salt || header->cost != m_cost) {
        return wrongPassphrase(); // sealed by another passphrase's key
    }
    if (auto ready = qcaIsReady(); !ready) {
        return std::unexpected(std::move(ready).error());
    }
    const auto body = box.substr(kHeaderBytes, box.size() - kHeaderBytes - kTagBytes);
    const Lent tag(box.substr(box.size() - kTagBytes));
    auto key = boxKey(m_key, *header, purpose);
    auto cipher = gcm(QCA::Decode, key, *header, QCA::AuthTag(tag.array()));
    const Lent opened(cipher.update(Lent(body).array())); // not to be looked at before final() said ok
    const bool updated = cipher.ok();
    const Lent rest(cipher.final());
    key.fill('\0');
    if (!updated || !cipher.ok() || opened.view().size() != body.size() || !rest.view().empty()) {
        return wrongPassphrase();
    }
    return crypto::SecretBytes(opened.view());
}

Result<std::string> seal(const crypto::SecretBytes& plaintext, const crypto::SecretBytes& passphrase,
    std::string_view purpose, const crypto::Argon2Cost& cost)
{
    return SealKey::make(passphrase, cost).and_then([&](const SealKey& key) { return key.seal(plaintext, purpose); });
}

Result<crypto::SecretBytes> unseal(
    std::string_view box, const crypto::SecretBytes& passphrase, std::string_view purpose)
{
    return SealKey::forBox(box, passphrase).and_then([&](const SealKey& key) { return key.unseal(box, purpose); });
}

} // namespace countersign::keychain
