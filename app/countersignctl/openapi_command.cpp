// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An OpenAPI document as the desktop would import it, for whoever writes one. It asks the running program nothing and
// changes nothing: what a service demands is a floor under the person's decisions, so only they import a document.
#include "app/countersignctl/command.h"
#include "app/countersignctl/input_file.h"
#include "app/countersignctl/terminal_text.h"
#include "core/consent/offer.h"
#include "core/services/catalogue_json.h"
#include "core/services/document.h"
#include "core/services/openapi.h"

namespace countersign::ctl {

namespace {
void describe(QCommandLineParser& parser)
{
    parser.addPositionalArgument(QStringLiteral("file"),
        QStringLiteral("An OpenAPI document (3.0 or 3.1, JSON or YAML); - for standard input."));
}

std::string demandsOf(const services::Operation& operation)
{
    const QString demands = consent::demandWords(operation.requirements, QLocale::c());
    return demands.isEmpty() ? "nothing" : shown(demands.toStdString());
}

std::string told(const services::Catalogue& catalogue)
{
    std::string text = facts({{"title", shown(catalogue.title)}, {"version", shown(catalogue.version)},
        {"operations", std::to_string(catalogue.operations.size())}});
    for (const std::string& url : catalogue.baseUrls)
        text += facts({{"address", shown(url)}});
    Table table{"ACTION", "REQUEST", "EFFECT", "DEMANDS OF THE AGENT"};
    for (const services::Operation& operation : catalogue.operations)
        table.add({operation.action.name(), operation.method + ' ' + shown(operation.path),
            operation.effect == services::Effect::Reads ? "reads" : "changes", demandsOf(operation)});
    return text + '\n' + table.text();
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings&)
{
    const QStringList files = parser.positionalArguments();
    if (files.size() != 1)
        return problem(ExitStatus::Usage, "usage", "Name one file.");
    const auto content = readInput(files.constFirst(), services::kMaxDocumentBytes);
    if (!content)
        return std::unexpected(content.error());
    const auto catalogue = services::importOpenApi(*content);
    if (!catalogue)
        return problem(ExitStatus::Failed, "invalid_document", catalogue.error().message);
    const auto json = services::catalogueJson(*catalogue).and_then([](const std::string& text) {
        return json::parseObject(text, {.maxBytes = services::kMaxCatalogueBytes});
    });
    if (!json)
        return problem(ExitStatus::Failed, "invalid_document", json.error().message);
    return Outcome{*json, told(*catalogue)};
}
} // namespace

const Command kOpenapiCommand{"openapi", "Read an OpenAPI document of a service as the desktop would.", describe, run};

} // namespace countersign::ctl
