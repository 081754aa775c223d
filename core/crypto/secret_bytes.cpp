// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/secret_bytes.h"

#include "core/crypto/openssl.h"

#include <openssl/crypto.h>

#include <QByteArray>
#include <QString>
#include <QStringEncoder>

#include <algorithm>
#include <utility>

namespace countersign::crypto {

namespace {
constexpr std::size_t kSmallestAllocation = 32;
constexpr int kHeapMadeAndLocked = 1; // 2: made, but not locked

/// What Qt's containers hold, and the room behind it where longer text may have stood. Data that they only refer to
/// (literals) isn't theirs to write to.
template <typename Container> void wipeForAllOwners(Container& container)
{
    auto& data = container.data_ptr();
    if (data.isMutable()) {
        const auto characters = static_cast<std::size_t>(data.size + data.freeSpaceAtEnd());
        OPENSSL_cleanse(data.data(), characters * sizeof(*data.data()));
    }
    container.clear();
}
} // namespace

Result<void> initSecureHeap()
{
    if (CRYPTO_secure_malloc_initialized() == 1)
        return {};
    if (CRYPTO_secure_malloc_init(kSecureHeapBytes, kSmallestAllocation) != kHeapMadeAndLocked)
        return fail(ErrorCode::Internal,
            "Memory for keys can't be locked. Raise the limit of locked memory (ulimit -l) and start again.");
    return {};
}

SecretBytes::SecretBytes(std::size_t size) : m_size(size)
{
    if (size == 0)
        return;
    m_data = static_cast<char*>(OPENSSL_secure_zalloc(size));
    orTerminate(m_data != nullptr);
}

SecretBytes::SecretBytes(std::string_view bytes) : SecretBytes(bytes.size())
{
    std::ranges::copy(bytes, m_data);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)), m_size(std::exchange(other.m_size, 0))
{
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept
{
    SecretBytes moved(std::move(other)); // frees what was here, also when `other` is this
    std::swap(m_data, moved.m_data);
    std::swap(m_size, moved.m_size);
    return *this;
}

SecretBytes::~SecretBytes()
{
    OPENSSL_secure_clear_free(m_data, m_size);
}

SecretBytes SecretBytes::takeFrom(QByteArray& bytes)
{
    SecretBytes secret(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    wipeForAllOwners(bytes);
    return secret;
}

SecretBytes SecretBytes::takeFrom(QString& text)
{
    // Encoded straight into the secure heap: QString::toUtf8() would leave a copy behind.
    QStringEncoder encoder(QStringEncoder::Utf8, QStringEncoder::Flag::Stateless);
    SecretBytes room(static_cast<std::size_t>(encoder.requiredSpace(text.size())));
    const char* end = encoder.appendToBuffer(room.data(), text);
    SecretBytes secret(std::string_view(room.data(), static_cast<std::size_t>(end - room.data())));
    wipeForAllOwners(text);
    return secret;
}

void wipe(std::string& bytes)
{
    bytes.resize(bytes.capacity());
    OPENSSL_cleanse(bytes.data(), bytes.size());
    bytes.clear();
}

} // namespace countersign::crypto
