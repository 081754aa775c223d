// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Members of documents whose form is nobody's question here: what is missing, or of another type, is empty.
#pragma once

#include "core/base/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::json {

[[nodiscard]] inline std::string textOf(const Object& object, std::string_view name)
{
    return optionalString(object, name).value_or(std::nullopt).value_or(std::string());
}

[[nodiscard]] inline std::int64_t numberOf(const Object& object, std::string_view name, std::int64_t otherwise = 0)
{
    return optionalInteger(object, name).value_or(std::nullopt).value_or(otherwise);
}

[[nodiscard]] inline Object objectOf(const Object& object, std::string_view name)
{
    const Value* value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : Object();
}

} // namespace countersign::json
