// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Secrets in memory: move-only bytes in OpenSSL's secure heap (locked, not dumped, wiped when freed).
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

class QByteArray;
class QString;

namespace countersign::crypto {

inline constexpr std::size_t kSecureHeapBytes = 1024 * 1024;

/// Makes the secure heap. Once, first thing in main(), before any key is touched. Fails when memory can't be locked.
[[nodiscard]] Result<void> initSecureHeap();

class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size); ///< zeroed; terminates the program when the secure heap is exhausted
    explicit SecretBytes(std::string_view bytes); ///< a copy; the caller wipes its own
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes();

    /// Copies and wipes the original, which KWallet or a line edit handed over (shared data is wiped for all owners).
    [[nodiscard]] static SecretBytes takeFrom(QByteArray& bytes);
    [[nodiscard]] static SecretBytes takeFrom(QString& text); ///< as UTF-8

    [[nodiscard]] SecretBytes clone() const { return SecretBytes(view()); }
    [[nodiscard]] std::string_view view() const { return {m_data, m_size}; }
    [[nodiscard]] char* data() { return m_data; }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool isEmpty() const { return m_size == 0; }

private:
    char* m_data = nullptr;
    std::size_t m_size = 0;
};

/// Overwrites memory in a way that the compiler keeps.
void wipe(std::string& bytes);

} // namespace countersign::crypto
