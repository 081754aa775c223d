// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Reading an OpenAPI document takes a while, so it is read on the reader pool; what it would change is then asked on
// the authority's thread.
#pragma once

#include "core/authority/authority.h"

#include <QByteArray>

namespace countersign::authority {

/// As PersonDesk::previewCatalogue(). Replies on either thread, always.
void previewCatalogue(
    Authority& authority, const ServiceId& service, QByteArray document, Reply<CataloguePreview> reply);

} // namespace countersign::authority
