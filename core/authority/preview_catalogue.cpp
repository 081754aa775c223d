// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/preview_catalogue.h"

#include "core/authority/catalogue_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/services/catalogue_json.h"
#include "core/services/document.h"
#include "core/services/openapi.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>

#include <utility>

namespace countersign::authority {

namespace {

/// One byte more than a document may have, so that what is too large is told from what just fits.
Result<QByteArray> readFile(const QString& path)
{
    const auto unreadable = [](const QString& why) {
        return fail(ErrorCode::InvalidInput,
            QCoreApplication::translate("authority", "The file can't be read: %1.").arg(why).toStdString());
    };
    const QFileInfo info(path);
    if (info.exists() && !info.isFile()) // a pipe would keep the thread waiting
        return unreadable(QCoreApplication::translate("authority", "it is no ordinary file"));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return unreadable(file.errorString());
    QByteArray content = file.read(static_cast<qint64>(services::kMaxDocumentBytes) + 1);
    return file.error() == QFileDevice::NoError ? Result<QByteArray>(std::move(content))
                                                : unreadable(file.errorString());
}

/// What there is to know without the database.
Result<CataloguePreview> readDocument(const ServiceId& service, const Result<QByteArray>& text)
{
    const QByteArray bytes = TRY(text);
    const std::string_view document(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    services::Catalogue catalogue = TRY(services::importOpenApi(document));
    std::string json = TRY(services::catalogueJson(catalogue));
    CataloguePreview preview;
    preview.service = service;
    preview.digest = crypto::sha256(json);
    preview.document = crypto::sha256(document);
    preview.catalogue = std::make_shared<const services::Catalogue>(std::move(catalogue));
    preview.json = std::make_shared<const std::string>(std::move(json));
    return preview;
}

/// `text`: gets it, on the pool.
template <typename Text>
void preview(Authority& authority, const ServiceId& service, Text text, Reply<CataloguePreview> reply)
{
    authority.runAside([&authority, service, text = std::move(text), reply = std::move(reply)]() mutable {
        auto read = readDocument(service, text());
        if (!read)
            return reply(std::move(read));
        authority.submit(Authority::Work<CataloguePreview>([read = *std::move(read)](Context& context) {
            return authority::previewCatalogue(context, read);
        }),
            std::move(reply));
    });
}

} // namespace

void previewCatalogue(
    Authority& authority, const ServiceId& service, QByteArray document, Reply<CataloguePreview> reply)
{
    preview(
        authority, service, [document = std::move(document)] { return Result<QByteArray>(document); },
        std::move(reply));
}

void previewCatalogueFile(
    Authority& authority, const ServiceId& service, const QString& path, Reply<CataloguePreview> reply)
{
    preview(authority, service, [path] { return readFile(path); }, std::move(reply));
}

} // namespace countersign::authority
