// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/end_signals.h"
#include "app/desktop/hardening.h"
#include "app/desktop/program.h"
#include "ui/common/icons.h"

#include <KDBusService>

#include <QApplication>
#include <QCommandLineParser>

#include <cstdio>

using namespace Qt::StringLiterals;

int main(int argc, char** argv)
{
    // 1. Before any thread starts and any secret exists.
    countersign::desktop::blockEndSignals();
    if (const auto hardened = countersign::desktop::hardenProcess(); !hardened) {
        std::fprintf(stderr, "countersign: %s\n", hardened.error().message.c_str());
        return 1;
    }
    // 2. Who we are. The names make the D-Bus name org.countersign.Countersign.
    QApplication::setApplicationName(u"Countersign"_s);
    QApplication::setApplicationVersion(QStringLiteral(COUNTERSIGN_VERSION));
    QApplication::setOrganizationDomain(u"countersign.org"_s);
    QApplication::setDesktopFileName(u"org.countersign.Countersign"_s);
    QApplication app(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false);
    QApplication::setWindowIcon(countersign::ui::appIcon());

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "See what AI agents ask for, approve or deny it, and pull it back."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption background(
        u"background"_s, QCoreApplication::translate("main", "Start in the tray, without a window (for autostart)."));
    parser.addOption(background);
    parser.process(app);

    // 3. One of us: a second start raises the first and ends. Without a bus the database's lock decides.
    KDBusService service(KDBusService::Unique | KDBusService::NoExitOnFailure);

    // 4. The program, and an orderly end.
    countersign::desktop::EndSignals endSignals;
    countersign::desktop::Program program(parser.isSet(background) ? countersign::desktop::Program::Opening::InTray
                                                                   : countersign::desktop::Program::Opening::Window);
    QObject::connect(&service, &KDBusService::activateRequested, &program, &countersign::desktop::Program::showWindow);
    QObject::connect(&endSignals, &countersign::desktop::EndSignals::endWanted, &app, &QCoreApplication::quit);
    program.start();
    return QApplication::exec();
}
