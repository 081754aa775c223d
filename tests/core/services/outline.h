// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A catalogue as lines that a test can compare and a person read, and the documents beside this file.
#pragma once

#include "core/services/catalogue.h"

#include <string>
#include <vector>

namespace countersign::test {

/// Title and version, base URLs, then a line an operation: "payments.create POST /payments changes: body amount!, body
/// note; L3, signature; Pay somebody". '!' is what must be there.
[[nodiscard]] std::string outline(const services::Catalogue& catalogue);
[[nodiscard]] std::string demandsOutline(const services::Requirements& requirements);

struct NamedDocument {
    std::string name; ///< of the file
    std::string text;
    std::string outline; ///< as it should be
};
[[nodiscard]] std::vector<NamedDocument> documents();

} // namespace countersign::test
