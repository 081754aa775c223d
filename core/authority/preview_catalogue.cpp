// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/preview_catalogue.h"

#include "core/authority/catalogue_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/services/catalogue_json.h"
#include "core/services/openapi.h"

#include <utility>

namespace countersign::authority {

namespace {

/// Replies with an error when nobody else did.
class Owed {
public:
    explicit Owed(Reply<CataloguePreview> reply) : m_reply(std::move(reply)) { }
    Owed(Owed&& other) noexcept : m_reply(std::exchange(other.m_reply, nullptr)) { }
    Owed(const Owed&) = delete;
    Owed& operator=(const Owed&) = delete;
    Owed& operator=(Owed&&) = delete;
    ~Owed()
    {
        if (m_reply)
            m_reply(fail(ErrorCode::StorageFailed, "The database can't be read."));
    }
    [[nodiscard]] Reply<CataloguePreview> release() { return std::exchange(m_reply, nullptr); }

private:
    Reply<CataloguePreview> m_reply;
};

/// What there is to know without the database.
Result<CataloguePreview> readDocument(const ServiceId& service, std::string_view document)
{
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

} // namespace

void previewCatalogue(
    Authority& authority, const ServiceId& service, QByteArray document, Reply<CataloguePreview> reply)
{
    authority.read(
        [&authority, service, document = std::move(document), owed = Owed(std::move(reply))](store::Database&) mutable {
            auto read = readDocument(service, {document.constData(), static_cast<std::size_t>(document.size())});
            if (!read)
                return owed.release()(std::move(read));
            authority.submit(Authority::Work<CataloguePreview>([read = *std::move(read)](Context& context) {
                return authority::previewCatalogue(context, read);
            }),
                owed.release());
        });
}

} // namespace countersign::authority
