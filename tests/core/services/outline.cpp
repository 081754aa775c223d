// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/services/outline.h"

#include <QDir>
#include <QFile>

#include <format>

using namespace countersign::services;

namespace countersign::test {

namespace {

std::string fileText(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s can't be read", qPrintable(path));
    return file.readAll().toStdString();
}

std::string withoutComments(const std::string& text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at) + 1;
        if (text[at] != '#')
            out += text.substr(at, end - at);
        at = end;
    }
    return out;
}

std::string joined(const std::vector<std::string>& parts)
{
    std::string out;
    for (const std::string& part : parts)
        out += (out.empty() ? "" : ", ") + part;
    return out;
}

std::string argumentsOutline(const std::vector<Argument>& arguments)
{
    std::vector<std::string> parts;
    for (const Argument& argument : arguments) {
        const char* place = argument.place == ArgumentPlace::Path ? "path"
            : argument.place == ArgumentPlace::Query              ? "query"
                                                                  : "body";
        const char* must = argument.presence == Argument::Presence::Required ? "!" : "";
        parts.push_back(std::format("{} {}{}", place, argument.name, must));
    }
    return joined(parts);
}

} // namespace

std::string demandsOutline(const Requirements& requirements)
{
    if (requirements.isNothing())
        return "nothing";
    std::vector<std::string> parts = {std::string(levelName(requirements.minimumLevel))};
    if (requirements.screening == Screening::Required)
        parts.emplace_back("screened");
    if (requirements.identity == IdentityMethod::ChallengeResponse)
        parts.emplace_back("challenge");
    if (requirements.agentSignature == AgentSignature::Asked)
        parts.emplace_back("signature");
    for (const std::string& capability : requirements.capabilities)
        parts.push_back("can " + capability);
    for (const SpendLimit& limit : requirements.spendLimits) {
        if (limit.perAction)
            parts.push_back(std::format("{} {} each", limit.perAction->text(), limit.currency.code()));
        if (limit.perDay)
            parts.push_back(std::format("{} {} a day", limit.perDay->text(), limit.currency.code()));
    }
    return joined(parts);
}

std::string outline(const Catalogue& catalogue)
{
    std::string out = std::format("{} {}\n", catalogue.title, catalogue.version);
    for (std::size_t i = 0; i < catalogue.baseUrls.size(); ++i)
        out += (i == 0 ? "" : " ") + catalogue.baseUrls[i];
    out += '\n';
    for (const Operation& operation : catalogue.operations) {
        out += std::format("{} {} {} {}: {}; {};{}{}\n", operation.action.name(), operation.method, operation.path,
            operation.effect == Effect::Reads ? "reads" : "changes", argumentsOutline(operation.arguments),
            demandsOutline(operation.requirements), operation.summary.empty() ? "" : " ", operation.summary);
    }
    return out;
}

std::vector<NamedDocument> documents()
{
    const QDir folder(QStringLiteral(TEST_DOCUMENTS));
    const QStringList names = folder.entryList({QStringLiteral("*.json"), QStringLiteral("*.yaml")}, QDir::Files);
    std::vector<NamedDocument> out;
    for (const QString& name : names) {
        const QString outlineName = name.section(u'.', 0, 0) + QStringLiteral(".outline");
        out.push_back({name.toStdString(), fileText(folder.filePath(name)),
            withoutComments(fileText(folder.filePath(outlineName)))});
    }
    return out;
}

} // namespace countersign::test
