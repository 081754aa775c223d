// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// TRY(expression): the value of a Result, or return its error from the calling function, which returns a Result too.
#pragma once

#include "core/base/result.h"

namespace countersign {

template <typename T> [[nodiscard]] T valueOf(Result<T>&& result)
{
    return std::move(*result);
}
inline void valueOf(Result<void>&&) { }

} // namespace countersign

#define TRY(expression)                                                                                                \
    __extension__({                                                                                                    \
        auto countersignTried = (expression);                                                                          \
        if (!countersignTried)                                                                                         \
            return std::unexpected(std::move(countersignTried.error()));                                               \
        ::countersign::valueOf(std::move(countersignTried));                                                           \
    })
