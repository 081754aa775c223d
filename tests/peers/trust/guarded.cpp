// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: guarded_program TRUST-SETTINGS OPENAPI-DOCUMENT   runs all that the desktop program runs but its windows, with
// sources of trust, a service whose document was imported, and a person who answers requests by what their reason says.
// Prints a JSON object that names the issuer and the service as the tests of others need them, then reads one JSON
// object a line and answers each with one:
//     {"ask": "client_id"}        the sources are asked about that agent again
//     {"trust": "client_id"}      what the sources said of it, as the log has it
//     {"grant": "id"}             {"state", "reason"}
//     {"import": "file"}          another document of the service
//     {"restart": true}           all of it ends and starts again
#include "core/agents/trust_evidence_json.h"
#include "core/agents/trust_settings_json.h"
#include "core/authority/catalogue_cases.h"
#include "core/authority/context.h"
#include "core/authority/preview_catalogue.h"
#include "core/authority/trust_cases.h"
#include "core/authority/trust_keeping.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "tests/app/running_program.h"
#include "tests/support/actions.h"

#include <QCoreApplication>
#include <QFile>
#include <QSocketNotifier>

#include <iostream>
#include <string>

#include <unistd.h>

using namespace countersign;
using namespace countersign::testing;
using authority::Context;

namespace {

std::string contentOf(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s can't be read", qPrintable(path));
    return file.readAll().toStdString();
}

class Guarded {
public:
    Guarded(const QString& settings, const QString& document)
        : m_program(qEnvironmentVariable("XDG_RUNTIME_DIR"))
        , m_settings(must(agents::readTrustSettings(contentOf(settings)), "settings"))
    {
        keepTrust();
        const auto added = must(run<authority::ServiceSecret>([](Context& context) {
            return authority::addService(context, QStringLiteral("Payments"), QString::fromLatin1(kPaymentsUrl));
        }),
            "service");
        m_service = added.id;
        import(document);
        print({{"COUNTERSIGN_ISSUER", m_program.issuer()}, {"COUNTERSIGN_SERVICE_ID", added.id.value},
            {"COUNTERSIGN_SERVICE_SECRET", added.secret.toStdString()}});
    }
    ~Guarded() { m_keeping.reset(); }

    void obey(const json::Object& line)
    {
        json::Object answer;
        if (const auto agent = json::optionalString(line, "ask").value())
            must(run<void>([&](Context& context) { return authority::askTrustAgain(context, ClientId{*agent}); }),
                "ask");
        else if (const auto about = json::optionalString(line, "trust").value())
            answer = trustOf(ClientId{*about});
        else if (const auto grant = json::optionalString(line, "grant").value())
            answer = stateOf(GrantId{*grant});
        else if (const auto document = json::optionalString(line, "import").value())
            import(QString::fromStdString(*document));
        else
            restart();
        print(answer);
    }

private:
    template <typename T> Result<T> run(authority::Authority::Work<T> work)
    {
        return AuthorityFixture::wait<T>(
            [&](auto reply) { m_program.authority().submit(std::move(work), std::move(reply)); });
    }

    void keepTrust() { m_keeping = std::make_unique<authority::TrustKeeping>(m_program.authority(), m_settings); }

    void restart()
    {
        m_keeping.reset();
        m_program.restart();
        keepTrust();
    }

    void import(const QString& path)
    {
        const auto preview = must(AuthorityFixture::wait<authority::CataloguePreview>([&](auto reply) {
            authority::previewCatalogue(
                m_program.authority(), m_service, QByteArray::fromStdString(contentOf(path)), std::move(reply));
        }),
            "document");
        must(run<void>([&](Context& context) { return authority::importCatalogue(context, preview); }), "import");
    }

    json::Object trustOf(const ClientId& agent)
    {
        return must(run<json::Object>([&](Context& context) -> Result<json::Object> {
            return agents::trustClaim(TRY(context.trust.find(agent)).evidence);
        }),
            "trust");
    }

    json::Object stateOf(const GrantId& id)
    {
        return must(run<json::Object>([&](Context& context) -> Result<json::Object> {
            const auto grant = TRY(context.ledger.find(id));
            if (!grant)
                return json::Object{};
            return json::Object{
                {"state", grants::grantStateName(grant->state)}, {"reason", grants::endReasonName(grant->reason)}};
        }),
            "grant");
    }

    static void print(const json::Object& object) { std::cout << json::serialize(object) << std::endl; }

    RunningProgram m_program;
    agents::TrustSettings m_settings;
    std::unique_ptr<authority::TrustKeeping> m_keeping;
    ServiceId m_service;
};

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 3)
        qFatal("usage: guarded_program TRUST-SETTINGS OPENAPI-DOCUMENT");
    Guarded guarded(arguments[1], arguments[2]);
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &application, [&guarded] {
        std::string line;
        if (!std::getline(std::cin, line))
            QCoreApplication::quit();
        else
            guarded.obey(must(json::parseObject(line), "line"));
    });
    return QCoreApplication::exec();
}
