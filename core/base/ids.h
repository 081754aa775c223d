// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Identifiers as types of their own, so that one can't be passed for another.
#pragma once

#include <compare>
#include <functional>
#include <string>

namespace countersign {

template <typename Tag> struct StrongId {
    std::string value;

    [[nodiscard]] bool isEmpty() const { return value.empty(); }
    auto operator<=>(const StrongId&) const = default;
};

using ClientId = StrongId<struct ClientIdTag>; ///< RFC 7591 client_id of a registered agent
using GrantId = StrongId<struct GrantIdTag>;
using RequestId = StrongId<struct RequestIdTag>; ///< CIBA auth_req_id
using TokenId = StrongId<struct TokenIdTag>; ///< a token's jti
using ServiceId = StrongId<struct ServiceIdTag>;
using Thumbprint = StrongId<struct ThumbprintTag>; ///< RFC 7638, SHA-256, base64url without padding (43 characters)

} // namespace countersign

template <typename Tag> struct std::hash<countersign::StrongId<Tag>> {
    std::size_t operator()(const countersign::StrongId<Tag>& id) const noexcept
    {
        return std::hash<std::string>{}(id.value);
    }
};
