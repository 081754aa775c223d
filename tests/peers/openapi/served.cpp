// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: served [--document-later]   runs all that the desktop program runs but its windows, with a service that was
// added and its document, and a person who answers requests by what their reason says. Prints what the tests of others
// need as lines NAME=value, and runs until its standard input ends. Later: once a byte comes there.
#include "core/authority/catalogue_cases.h"
#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "tests/app/running_program.h"
#include "tests/support/actions.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/must.h"

#include <QCoreApplication>
#include <QFile>
#include <QSocketNotifier>

#include <cstdio>

#include <unistd.h>

using namespace countersign;
using namespace countersign::testing;

namespace {
Result<authority::ServiceSecret> addPayments(authority::Context& context)
{
    return authority::addService(context, QStringLiteral("Payments"), QString::fromLatin1(kPaymentsUrl));
}

/// The service's document, which asks for Agent-Signature.
void importDocument(RunningProgram& program, const ServiceId& service)
{
    const auto work = [&](authority::Context& context) -> Result<void> {
        const auto preview =
            TRY(authority::previewCatalogue(context, previewOf(service, catalogueThatDemands(agentSignatureAsked()))));
        return authority::importCatalogue(context, preview);
    };
    must(AuthorityFixture::wait<void>([&](auto reply) { program.authority().submit<void>(work, std::move(reply)); }),
        "document");
}
} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    RunningProgram program(qEnvironmentVariable("XDG_RUNTIME_DIR"));
    const auto service = must(AuthorityFixture::wait<authority::ServiceSecret>([&](auto reply) {
        program.authority().submit<authority::ServiceSecret>(addPayments, std::move(reply));
    }),
        "service");
    if (!application.arguments().contains(QStringLiteral("--document-later")))
        importDocument(program, service.id);
    std::printf("COUNTERSIGN_ISSUER=%s\nCOUNTERSIGN_SERVICE_ID=%s\nCOUNTERSIGN_SERVICE_SECRET=%s\n",
        program.issuer().c_str(), service.id.value.c_str(), service.secret.toStdString().c_str());
    std::fflush(stdout);
    QSocketNotifier end(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&end, &QSocketNotifier::activated, &application, [&] {
        char byte = 0;
        if (::read(STDIN_FILENO, &byte, 1) <= 0)
            QCoreApplication::quit();
        else
            importDocument(program, service.id);
    });
    return QCoreApplication::exec();
}
