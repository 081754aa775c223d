// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/keychain/keychain_testing.h"

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusReply>
#include <QFile>
#include <QProcessEnvironment>
#include <QTemporaryDir>

#include <csignal>

namespace countersign::keychain::testing {

namespace {

constexpr int kPatienceMs = 60'000;

QStringList probeArguments(Backend backend, const QString& folder, const QStringList& arguments)
{
    return QStringList{QString::fromLatin1(backendName(backend)), folder} + arguments;
}

std::string firstWord(const QByteArray& output)
{
    const auto line = output.trimmed();
    const auto colon = line.indexOf(": ");
    return (colon < 0 ? line : line.first(colon)).toStdString();
}

} // namespace

std::string entry(Keychain& keychain, std::string_view name)
{
    const auto value = keychain.read(name);
    if (!value) {
        return std::string(errorName(value.error().code));
    }
    return *value ? std::string((*value)->view()) : "none";
}

AskPassphrase Answers::asker()
{
    return [this](PassphrasePurpose purpose, const QString& reason) -> Result<crypto::SecretBytes> {
        const auto at = purposes.size();
        purposes.push_back(purpose);
        reasons.push_back(reason);
        if (at >= texts.size()) {
            return fail(ErrorCode::Cancelled, "The person closed the window.");
        }
        return crypto::SecretBytes(texts[at]);
    };
}

Ran run(const QString& program, const QStringList& arguments, const QStringList& environment)
{
    auto variables = QProcessEnvironment::systemEnvironment();
    for (const auto& setting : environment) {
        const auto equals = setting.indexOf(u'=');
        variables.insert(setting.first(equals), setting.sliced(equals + 1));
    }
    QProcess process;
    process.setProcessEnvironment(variables);
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(program, arguments);
    if (!process.waitForFinished(kPatienceMs)) {
        process.kill();
        process.waitForFinished();
        return {};
    }
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput()};
}

std::string probe(Backend backend, const QString& folder, const QStringList& arguments, const QStringList& environment)
{
    return firstWord(
        run(QStringLiteral(COUNTERSIGN_KEYCHAIN_PROBE), probeArguments(backend, folder, arguments), environment)
            .output);
}

std::unique_ptr<QProcess> startProbe(Backend backend, const QString& folder, const QStringList& arguments)
{
    auto process = std::make_unique<QProcess>();
    process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process->start(QStringLiteral(COUNTERSIGN_KEYCHAIN_PROBE), probeArguments(backend, folder, arguments));
    return process;
}

QString support(const char* name)
{
    return QStringLiteral(COUNTERSIGN_TEST_SUPPORT "/") + QString::fromLatin1(name);
}

QDBusMessage call(const QString& service, const QString& path, const QString& interface, const QString& method,
    const QVariantList& arguments)
{
    auto message = QDBusMessage::createMethodCall(service, path, interface, method);
    message.setArguments(arguments);
    return QDBusConnection::sessionBus().call(message);
}

bool killService(const QString& service)
{
    const auto bus = QDBusConnection::sessionBus();
    const QDBusReply<uint> pid = bus.interface()->servicePid(service);
    if (!pid.isValid() || ::kill(static_cast<pid_t>(pid.value()), SIGKILL) != 0) {
        return false;
    }
    return QTest::qWaitFor([&] { return !bus.interface()->isServiceRegistered(service).value(); }, kPatienceMs);
}

bool typeInto(const QString& title, const QString& text, const QString& key)
{
    const auto xdotool = [](const QStringList& arguments) {
        return run(QStringLiteral("timeout"), QStringList{QStringLiteral("50"), QStringLiteral("xdotool")} + arguments)
                   .status
            == 0;
    };
    const auto search = QStringList{QStringLiteral("search"), QStringLiteral("--sync"), QStringLiteral("--onlyvisible"),
        QStringLiteral("--name"), title, QStringLiteral("windowfocus"), QStringLiteral("--sync")};
    // Calls of their own: with no window before them, they press keys as a keyboard does.
    return xdotool(search)
        && (text.isEmpty() || xdotool({QStringLiteral("type"), QStringLiteral("--delay"), QStringLiteral("30"), text}))
        && xdotool({QStringLiteral("key"), key});
}

std::string probeOnEmptyBus(Backend backend, const QString& folder, const QStringList& arguments)
{
    const QTemporaryDir configuration;
    QFile file(configuration.filePath(QStringLiteral("bus.conf")));
    if (!file.open(QFile::WriteOnly)) {
        return "no configuration";
    }
    file.write("<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>"
               "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow "
               "eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>");
    file.close();
    const auto inner = QStringList{QStringLiteral("--config-file=") + file.fileName(), QStringLiteral("--"),
                           QStringLiteral(COUNTERSIGN_KEYCHAIN_PROBE)}
        + probeArguments(backend, folder, arguments);
    return firstWord(run(QStringLiteral("dbus-run-session"), inner).output);
}

} // namespace countersign::keychain::testing
