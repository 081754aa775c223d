// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What an operation of an OpenAPI document takes: its parameters, and the top-level members of its body where that is
// JSON or a form.
#pragma once

#include "core/services/catalogue.h"
#include "core/services/references.h"

#include <optional>
#include <string_view>
#include <vector>

namespace countersign::services {

inline constexpr std::size_t kMaxArguments = 256; ///< of an operation, headers and cookies counted
inline constexpr std::size_t kMaxArgumentNameBytes = 256;
inline constexpr std::size_t kMaxBodySchemas = 1024; ///< that are looked through for the members of one body
inline constexpr std::size_t kMaxMediaTypes = 64; ///< of one body

struct TakenArguments {
    std::vector<Argument> arguments; ///< sorted by place and name
    std::vector<Node> parameters; ///< parameter objects, those of headers and cookies too, sorted by place and name
    std::optional<Node> body; ///< the request body object
};

/// Of the operation `operation` of the path item `path`, whose template is `pathTemplate`. Error: InvalidInput (two
/// parameters of one name and place, a template that does not go with the path parameters), TooLarge.
[[nodiscard]] Result<TakenArguments> takenArguments(
    Node path, Node operation, std::string_view pathTemplate, References& references);

/// The names in the braces of a path template, in its order; nullopt where braces don't fit together.
[[nodiscard]] std::optional<std::vector<std::string_view>> templateNames(std::string_view pathTemplate);

} // namespace countersign::services
