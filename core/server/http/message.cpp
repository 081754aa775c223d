// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/message.h"

#include <algorithm>

namespace countersign::server {

std::optional<std::string_view> HttpRequest::field(std::string_view lowerCaseName) const
{
    if (fieldCount(lowerCaseName) != 1)
        return std::nullopt;
    return std::ranges::find(fields, lowerCaseName, &Field::name)->value;
}

std::size_t HttpRequest::fieldCount(std::string_view lowerCaseName) const
{
    return static_cast<std::size_t>(std::ranges::count(fields, lowerCaseName, &Field::name));
}

} // namespace countersign::server
