// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: served   runs all that the desktop program runs but its windows, with a service that was added, and a person
// who answers requests by what their reason says. Prints what the tests of others need as lines NAME=value, and runs
// until its standard input ends.
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
/// A service whose document asks for Agent-Signature.
Result<authority::ServiceSecret> addPayments(authority::Context& context)
{
    const auto added = authority::addService(context, QStringLiteral("Payments"), QString::fromLatin1(kPaymentsUrl));
    if (!added)
        return added;
    const auto preview =
        TRY(authority::previewCatalogue(context, previewOf(added->id, catalogueThatDemands(agentSignatureAsked()))));
    TRY(authority::importCatalogue(context, preview));
    return added;
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
    std::printf("COUNTERSIGN_ISSUER=%s\nCOUNTERSIGN_SERVICE_ID=%s\nCOUNTERSIGN_SERVICE_SECRET=%s\n",
        program.issuer().c_str(), service.id.value.c_str(), service.secret.toStdString().c_str());
    std::fflush(stdout);
    QSocketNotifier end(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&end, &QSocketNotifier::activated, &application, [] {
        char byte = 0;
        if (::read(STDIN_FILENO, &byte, 1) <= 0)
            QCoreApplication::quit();
    });
    return QCoreApplication::exec();
}
