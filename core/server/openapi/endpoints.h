// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What this server offers, for machines: an OpenAPI 3.1 document (resources/openapi/openapi.json) with the extension
// `x-agent-trust`. The metadata name it in a Link field (RFC 8631, `service-desc`). Its server is the one that it was
// got from.
#pragma once

#include "core/server/oauth/endpoints.h"

#include <string_view>

namespace countersign::server {

inline constexpr std::string_view kOpenApiPath = "/openapi.json";

[[nodiscard]] HttpResponse openApiDocument(const OAuthServer& server);

} // namespace countersign::server
