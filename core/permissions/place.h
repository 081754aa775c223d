// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Where in authorization_details something stands, for refusals: a JSON pointer that costs nothing until it is said.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace countersign::permissions {

/// One step of a JSON pointer made of text from outside: escaped (RFC 6901), bounded, printable ASCII, because the
/// message may become an OAuth error_description.
[[nodiscard]] std::string shownStep(std::string_view name);

/// Refers to its parts; use it only further down the same call.
class Place {
public:
    Place() = default; ///< authorization_details as a whole
    [[nodiscard]] Place in(std::string_view name) const { return Place(this, name); }
    [[nodiscard]] std::string text() const; ///< "/0/constraints/~1amount"
    [[nodiscard]] std::unexpected<Error> refuse(std::string_view why) const; ///< InvalidAuthorizationDetails

private:
    Place(const Place* above, std::string_view name) : m_above(above), m_name(name) { }

    const Place* m_above = nullptr;
    std::string_view m_name;
};

} // namespace countersign::permissions
