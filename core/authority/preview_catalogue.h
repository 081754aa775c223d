// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Reading an OpenAPI document takes a while, so it is read on the reader pool; what it would change is then asked on
// the authority's thread.
#pragma once

#include "core/authority/authority.h"

#include <QByteArray>
#include <QString>

namespace countersign::authority {

/// What importing the document would change. Replies on either thread, always. Errors as of services::importOpenApi();
/// NotFound: no such service.
void previewCatalogue(
    Authority& authority, const ServiceId& service, QByteArray document, Reply<CataloguePreview> reply);
/// The same of what stands in a file, which is read there too, as far as a document may be long. Also InvalidInput: it
/// can't be read, or is no ordinary file.
void previewCatalogueFile(
    Authority& authority, const ServiceId& service, const QString& path, Reply<CataloguePreview> reply);

} // namespace countersign::authority
