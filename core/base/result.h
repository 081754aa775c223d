// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// How everything here fails: Result<T> holds a value or an Error. No exception crosses a module.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace countersign {

/// Why something failed. What the wire says for each code stands in one table, wireError().
enum class ErrorCode : std::uint8_t {
    // A value from outside that can't be used
    InvalidInput,
    TooLarge,
    NotSupported,
    NotFound,
    // OAuth 2.1 (RFC 6749 5.2), CIBA Core 1.0 (11, 13), RFC 7591 3.2.2, RFC 9396 5, RFC 8707 2, RFC 9449 5 and 8, RFC
    // 6750 3.1, Grant Management for OAuth 2.0
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedTokenType,
    InvalidScope,
    InvalidTarget,
    InvalidAuthorizationDetails,
    InvalidGrantId,
    InvalidBindingMessage,
    InvalidClientMetadata,
    InvalidRedirectUri,
    UnknownUserId,
    MissingUserCode,
    AuthorizationPending,
    SlowDown,
    ExpiredToken,
    AccessDenied,
    InvalidDpopProof,
    UseDpopNonce,
    InvalidToken,
    TemporarilyUnavailable, ///< over a cap, or nothing may be decided now
    // Signatures and proofs
    BadSignature,
    Replayed,
    // The keychain; each has its own way to recover
    KeychainMissing, ///< no keychain program answers
    KeychainLocked, ///< it is there, and locked
    KeychainDenied, ///< the person, or the keychain, said no
    KeychainEmptied, ///< it answers, but the keys that were made are gone
    WrongPassphrase,
    // The store
    StorageInUse, ///< another Countersign has it open
    StorageFull,
    StorageCorrupt,
    StorageNewer, ///< written by a newer version
    StorageRolledBack, ///< older than what the keychain remembers
    StorageFailed,
    // The rest
    PortTaken,
    Held, ///< what was asked is held until the person confirms
    Cancelled,
    Internal,
};

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message; ///< a sentence for a person; never a secret

    bool operator==(const Error&) const = default;
};

/// What the wire says for an error: the standard's error code and the HTTP status.
struct WireError {
    std::string_view code;
    int httpStatus;
};

[[nodiscard]] WireError wireError(ErrorCode code);

/// The code's name as the log and `--json` output write it, for example "keychain_locked".
[[nodiscard]] std::string_view errorName(ErrorCode code);

template <typename T> using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message)
{
    return std::unexpected(Error{code, std::move(message)});
}

} // namespace countersign
