// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/result.h"

#include <array>
#include <cstddef>

namespace countersign {

namespace {
struct Row {
    ErrorCode code;
    std::string_view name;
    WireError wire;
};

// In the order of the enum. What has no name in the standards is the caller's fault (invalid_request) or ours
// (server_error, RFC 6749 section 4.1.2.1, which error_description then explains).
constexpr auto kRows = std::to_array<Row>({
    {ErrorCode::InvalidInput, "invalid_input", {"invalid_request", 400}},
    {ErrorCode::TooLarge, "too_large", {"invalid_request", 413}},
    {ErrorCode::NotSupported, "not_supported", {"invalid_request", 400}},
    {ErrorCode::NotFound, "not_found", {"not_found", 404}},

    {ErrorCode::InvalidRequest, "invalid_request", {"invalid_request", 400}},
    {ErrorCode::InvalidClient, "invalid_client", {"invalid_client", 401}},
    {ErrorCode::InvalidGrant, "invalid_grant", {"invalid_grant", 400}},
    {ErrorCode::UnauthorizedClient, "unauthorized_client", {"unauthorized_client", 400}},
    {ErrorCode::UnsupportedGrantType, "unsupported_grant_type", {"unsupported_grant_type", 400}},
    {ErrorCode::UnsupportedTokenType, "unsupported_token_type", {"unsupported_token_type", 400}},
    {ErrorCode::InvalidScope, "invalid_scope", {"invalid_scope", 400}},
    {ErrorCode::InvalidTarget, "invalid_target", {"invalid_target", 400}},
    {ErrorCode::InvalidAuthorizationDetails, "invalid_authorization_details", {"invalid_authorization_details", 400}},
    {ErrorCode::InvalidGrantId, "invalid_grant_id", {"invalid_grant_id", 400}},
    {ErrorCode::InvalidBindingMessage, "invalid_binding_message", {"invalid_binding_message", 400}},
    {ErrorCode::InvalidClientMetadata, "invalid_client_metadata", {"invalid_client_metadata", 400}},
    {ErrorCode::InvalidRedirectUri, "invalid_redirect_uri", {"invalid_redirect_uri", 400}},
    {ErrorCode::UnknownUserId, "unknown_user_id", {"unknown_user_id", 400}},
    {ErrorCode::MissingUserCode, "missing_user_code", {"missing_user_code", 400}},
    {ErrorCode::AuthorizationPending, "authorization_pending", {"authorization_pending", 400}},
    {ErrorCode::SlowDown, "slow_down", {"slow_down", 400}},
    {ErrorCode::ExpiredToken, "expired_token", {"expired_token", 400}},
    {ErrorCode::AccessDenied, "access_denied", {"access_denied", 400}},
    {ErrorCode::InvalidDpopProof, "invalid_dpop_proof", {"invalid_dpop_proof", 400}},
    {ErrorCode::UseDpopNonce, "use_dpop_nonce", {"use_dpop_nonce", 400}},
    {ErrorCode::InvalidToken, "invalid_token", {"invalid_token", 401}},
    {ErrorCode::TemporarilyUnavailable, "temporarily_unavailable", {"temporarily_unavailable", 429}},

    {ErrorCode::BadSignature, "bad_signature", {"invalid_request", 400}},
    {ErrorCode::Replayed, "replayed", {"invalid_request", 400}},

    {ErrorCode::KeychainMissing, "keychain_missing", {"server_error", 500}},
    {ErrorCode::KeychainLocked, "keychain_locked", {"server_error", 500}},
    {ErrorCode::KeychainDenied, "keychain_denied", {"server_error", 500}},
    {ErrorCode::KeychainEmptied, "keychain_emptied", {"server_error", 500}},
    {ErrorCode::WrongPassphrase, "wrong_passphrase", {"server_error", 500}},

    {ErrorCode::StorageInUse, "storage_in_use", {"server_error", 500}},
    {ErrorCode::StorageFull, "storage_full", {"server_error", 500}},
    {ErrorCode::StorageCorrupt, "storage_corrupt", {"server_error", 500}},
    {ErrorCode::StorageNewer, "storage_newer", {"server_error", 500}},
    {ErrorCode::StorageRolledBack, "storage_rolled_back", {"server_error", 500}},
    {ErrorCode::StorageFailed, "storage_failed", {"server_error", 500}},

    {ErrorCode::PortTaken, "port_taken", {"server_error", 500}},
    // The grant is alive and may come back: a client that reads invalid_grant would throw it away.
    {ErrorCode::Held, "held", {"temporarily_unavailable", 503}},
    {ErrorCode::Cancelled, "cancelled", {"access_denied", 400}},
    {ErrorCode::Internal, "internal", {"server_error", 500}},
});

consteval bool inOrderOfTheEnum()
{
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        if (std::to_underlying(kRows[i].code) != i)
            return false;
    }
    return std::to_underlying(ErrorCode::Internal) == kRows.size() - 1;
}
static_assert(inOrderOfTheEnum());

const Row& row(ErrorCode code)
{
    return kRows.at(std::to_underlying(code));
}
} // namespace

WireError wireError(ErrorCode code)
{
    return row(code).wire;
}

std::string_view errorName(ErrorCode code)
{
    return row(code).name;
}

} // namespace countersign
