// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/ui/service_samples.h"

#include "core/services/openapi.h"

using namespace Qt::StringLiterals;

namespace countersign::ui::samples {

services::Catalogue offer(Edition edition)
{
    std::string text = R"(openapi: 3.1.0
info: {title: Payments, version: 2.4.0}
servers: [{url: 'https://payments.example/'}]
security: [{Agent: [L1]}]
components:
  securitySchemes:
    Agent: {type: apiKey, in: header, name: Agent-Signature, x-agent-trust: {algorithm: ES256}}
    Treasury: {type: agentAuth, minimumTrustLevel: L3, sanctionsScreeningRequired: true, spendLimit: 10000}
paths:
  /payments:
    get: {operationId: payments.read, summary: Look at what was paid and to whom}
    post:
      operationId: payments.create
      summary: Pay somebody at once
      security: [{Treasury: [payments.create]}]
      requestBody: {content: {application/json: {schema: {properties: {amount: {type: string}, to: {type: string}}}}}}
  /payments/{id}:
    delete:
      operationId: payments.cancel
      summary: Take a payment back that has not left yet
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
  /health:
    get: {operationId: health.read, security: []}
)";
    if (edition == Edition::Later) {
        const auto replace = [&](std::string_view what, std::string_view with) {
            text.replace(text.find(what), what.size(), with);
        };
        replace("amount: {type: string}", "amount: {type: integer}");
        replace("[{Agent: [L1]}]", "[{Agent: [L2]}]");
        replace("minimumTrustLevel: L3", "minimumTrustLevel: L2");
        replace("  /health:\n    get: {operationId: health.read, security: []}",
            "  /payments/all:\n    delete: {operationId: payments.delete-all, summary: Delete the list of payments}");
        replace("2.4.0", "3.0.0");
    }
    return services::importOpenApi(text).value();
}

authority::ServiceRow service(UnixSeconds now)
{
    return {ServiceId{"s1"}, u"Payments"_s, u"https://payments.example/"_s, now, authority::ServiceRow::Document::Kept,
        now, std::make_shared<const services::Catalogue>(offer())};
}

authority::CataloguePreview preview()
{
    authority::CataloguePreview preview;
    preview.service = ServiceId{"s1"};
    preview.catalogue = std::make_shared<const services::Catalogue>(offer(Edition::Later));
    preview.before = 12;
    preview.changes = services::changesBetween(offer(), *preview.catalogue);
    preview.held = {GrantId{"grant-1"}, GrantId{"grant-2"}};
    return preview;
}

consent::ScreenFacts offered(UnixSeconds at)
{
    consent::ScreenFacts facts = payer(at);
    facts.requestId = "req-offered";
    const services::Catalogue catalogue = offer();
    const auto& detail = facts.asked.details.front();
    for (std::size_t i = 0; i < detail.actions.size(); ++i)
        facts.offers.push_back(
            consent::offerOf(&catalogue, detail.locations.front(), 0, static_cast<int>(i), detail.actions[i]));
    return facts;
}

} // namespace countersign::ui::samples
