// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// For steps of a test that only lead to what it is about.
#pragma once

#include "core/base/result.h"

#include <QtGlobal>

#include <type_traits>
#include <utility>

namespace countersign::testing {

/// Its answer must be there; else the test program ends, saying what failed.
template <typename T> T must(Result<T> result, const char* what)
{
    if (!result)
        qFatal("%s: %s", what, result.error().message.c_str());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace countersign::testing
