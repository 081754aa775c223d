// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A service whose OpenAPI document is imported, and an agent that acts there.
#pragma once

#include "core/authority/catalogue_cases.h"
#include "core/authority/preview_catalogue.h"
#include "core/authority/use_cases.h"
#include "tests/support/actions.h"

#include <QByteArray>

#include <format>

namespace countersign::testing {

/// Payments that can be created and read; `more` are paths and what belongs to the document.
inline QByteArray document(const std::string& type = "string", const std::string& more = {})
{
    return QByteArray::fromStdString(
        std::format("openapi: 3.1.0\ninfo: {{title: Payments, version: '1'}}\n"
                    "servers: [{{url: 'https://payments.example/'}}]\npaths:\n"
                    "  /payments:\n"
                    "    post:\n      operationId: payments.create\n      summary: Pay somebody\n"
                    "      x-agent-trust-required: L2\n"
                    "      requestBody: {{content: {{application/json: {{schema: {{properties: "
                    "{{amount: {{type: {}}}}}}}}}}}}}\n"
                    "    get: {{operationId: payments.read, summary: Read payments}}\n{}",
            type, more));
}

struct CatalogueScene {
    AuthorityFixture fixture;
    ServiceId service = addService(fixture);
    TestAgent agent = fixture.registerAgent();

    Result<authority::CataloguePreview> preview(const QByteArray& text)
    {
        return AuthorityFixture::wait<authority::CataloguePreview>(
            [&](auto reply) { authority::previewCatalogue(fixture.authority(), service, text, std::move(reply)); });
    }
    Result<authority::CataloguePreview> previewFile(const QString& path)
    {
        return AuthorityFixture::wait<authority::CataloguePreview>(
            [&](auto reply) { authority::previewCatalogueFile(fixture.authority(), service, path, std::move(reply)); });
    }
    Result<void> import(const authority::CataloguePreview& preview)
    {
        return fixture.run<void>(
            [&](authority::Context& context) { return authority::importCatalogue(context, preview); });
    }
    Result<void> import(const QByteArray& text) { return import(must(preview(text), "preview")); }
    Result<void> resume(const GrantId& grant)
    {
        return fixture.run<void>([&](authority::Context& context) { return resumeGrant(context, grant); });
    }
    GrantId grantOf(const permissions::Permission& permission) { return fixture.tokensFor(agent, permission).grant; }
    authority::ServiceRow row()
    {
        const auto rows = fixture.run<std::vector<authority::ServiceRow>>(
            [](authority::Context& context) { return listServices(context); });
        return rows->front();
    }
    std::shared_ptr<const services::Catalogue> offered() { return row().catalogue; }
    void restart()
    {
        fixture.stop();
        must(fixture.start(), "start");
    }
    int kept(const char* sql)
    {
        return *fixture.run<int>([&](authority::Context& context) -> Result<int> {
            store::Query query(context.database, sql);
            const auto row = query.next();
            return row && *row ? static_cast<int>(query.integer(0)) : -1;
        });
    }
};

} // namespace countersign::testing
