// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A service with an OpenAPI document, and what stands on screens because of it.
#pragma once

#include "tests/ui/samples.h"

namespace countersign::ui::samples {

/// The payer at a service whose document was imported.
[[nodiscard]] consent::ScreenFacts offered(UnixSeconds at = kNow);
/// What payments.example offers; Later: in a document of a later day.
enum class Edition : std::uint8_t { First, Later };
[[nodiscard]] services::Catalogue offer(Edition edition = Edition::First);
[[nodiscard]] authority::ServiceRow service(UnixSeconds now = kNow);
[[nodiscard]] authority::CataloguePreview preview();

} // namespace countersign::ui::samples
