// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: served   runs all that the desktop program runs but its windows, with a service that was added, and a person
// who answers requests by what their reason says. Prints what the tests of others need as lines NAME=value, and runs
// until its standard input ends.
#include "core/authority/use_cases.h"
#include "tests/app/running_program.h"
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
authority::ServiceSecret addPayments(authority::Authority& authority)
{
    const auto added = AuthorityFixture::wait<authority::ServiceSecret>([&](auto reply) {
        authority.submit<authority::ServiceSecret>(
            [](authority::Context& context) {
                return authority::addService(
                    context, QStringLiteral("Payments"), QStringLiteral("https://payments.example/"));
            },
            std::move(reply));
    });
    return must(added, "service");
}
} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    RunningProgram program(qEnvironmentVariable("XDG_RUNTIME_DIR"));
    const authority::ServiceSecret service = addPayments(program.authority());
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
