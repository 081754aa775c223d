// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/openapi/endpoints.h"

#include "core/server/oauth/replies.h"

#include <QFile>

#include <optional>
#include <string>

namespace countersign::server {

namespace {
std::optional<std::string> readDocument()
{
    QFile file(QStringLiteral(":/openapi/openapi.json"));
    return file.open(QIODevice::ReadOnly) ? std::optional(file.readAll().toStdString()) : std::nullopt;
}
} // namespace

HttpResponse openApiDocument(const OAuthServer& /*server*/)
{
    static const std::optional<std::string> kDocument = readDocument();
    if (!kDocument)
        return refusal({ErrorCode::Internal, "The document is missing in the program."});
    return jsonTextAnswer(200, *kDocument);
}

} // namespace countersign::server
