// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Every endpoint that agents and services reach, in one table, which /openapi.json describes (a test holds them to each
// other).
#pragma once

#include "core/server/oauth/endpoints.h"

#include <span>
#include <string>
#include <string_view>

namespace countersign::server {

struct Route {
    std::string_view method; ///< GET serves HEAD as well
    /// As in the document: a part in braces stands for one segment of a path, or, where the path ends with it, for all
    /// that follows; never for nothing.
    std::string_view path;
    void (*handle)(OAuthServer&, const HttpRequest&, Respond) = nullptr;
};

[[nodiscard]] std::span<const Route> routes();

struct FoundRoute {
    const Route* route = nullptr; ///< nullptr: none for this method
    std::string allowed; ///< the methods of this path, as Allow has them; empty: there is no such path
};
/// A route whose path has no braces goes before others.
[[nodiscard]] FoundRoute findRoute(std::string_view method, std::string_view path);

} // namespace countersign::server
