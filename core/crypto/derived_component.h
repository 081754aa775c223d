// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Derived components of HTTP message signatures (RFC 9421 section 2.2). A part of the signature base, and behind it:
// others ask componentValue(). Error messages are fragments, which it completes. Pure.
#pragma once

#include "core/crypto/signature_base.h"

#include <string>
#include <string_view>

namespace countersign::crypto {

/// `queryName`: the name of @query-param, as the component says it (encoded); else nullptr.
[[nodiscard]] Result<std::string> derivedComponent(
    const HttpRequest& request, std::string_view name, const std::string* queryName);

[[nodiscard]] Result<std::string> statusComponent(int status);

} // namespace countersign::crypto
