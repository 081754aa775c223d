// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_program_provider.h"

#include "core/agents/trust_registry_provider.h"

#include <QProcess>
#include <QProcessEnvironment>
#include <QTimer>

#include <csignal>
#include <utility>

namespace countersign::agents {

namespace {

/// One run: answers once, and deletes itself.
class Run final : public QObject {
public:
    using Done = std::move_only_function<void(std::optional<std::string>)>; ///< nullopt: it failed

    Run(const TrustProgram& program, const std::string& question, Done done, QObject* parent)
        : QObject(parent), m_done(std::move(done))
    {
        setUp(program);
        connect(&m_process, &QProcess::readyReadStandardOutput, this, [this] { read(); });
        connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
            read();
            const bool isRight = status == QProcess::NormalExit && code == 0;
            answer(isRight ? std::optional(m_said.toStdString()) : std::nullopt);
        });
        connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                answer(std::nullopt);
        });
        QTimer::singleShot(kProviderLimit, this, [this] { answer(std::nullopt); });
        m_process.start();
        m_leader = m_process.processId();
        m_process.write(QByteArray::fromStdString(question));
        m_process.closeWriteChannel();
    }

    ~Run() override
    {
        m_process.disconnect(this);
        killAll();
    }

private:
    void setUp(const TrustProgram& program)
    {
        m_process.setProgram(QString::fromStdString(program.path));
        QStringList arguments;
        for (const std::string& argument : program.arguments)
            arguments.append(QString::fromStdString(argument));
        m_process.setArguments(arguments);
        QProcessEnvironment environment;
        environment.insert(QStringLiteral("PATH"), QStringLiteral("/usr/local/bin:/usr/bin:/bin"));
        environment.insert(QStringLiteral("LANG"), QStringLiteral("C.UTF-8"));
        environment.insert(QStringLiteral("HOME"), qEnvironmentVariable("HOME"));
        m_process.setProcessEnvironment(environment);
        m_process.setWorkingDirectory(QStringLiteral("/"));
        m_process.setStandardErrorFile(QProcess::nullDevice());
        m_process.setUnixProcessParameters(QProcess::UnixProcessFlag::ResetSignalHandlers
            | QProcess::UnixProcessFlag::CloseFileDescriptors | QProcess::UnixProcessFlag::CreateNewSession);
    }

    void read()
    {
        m_said += m_process.readAllStandardOutput();
        if (static_cast<std::size_t>(m_said.size()) > kMaxProviderAnswer)
            answer(std::nullopt);
    }

    /// The program leads a session of its own, so that what it started goes with it, also where it has ended itself:
    /// its id is that of the group for as long as anything of the group lives.
    void killAll()
    {
        if (m_leader > 0)
            ::kill(static_cast<pid_t>(-m_leader), SIGKILL);
        m_process.waitForFinished(kKillLimit);
    }

    void answer(std::optional<std::string> said)
    {
        if (!m_done)
            return;
        std::exchange(m_done, nullptr)(std::move(said));
        deleteLater();
    }

    static constexpr int kKillLimit = 1000; // milliseconds; a killed process is gone at once

    QProcess m_process;
    qint64 m_leader = 0; ///< 0: it was not started
    QByteArray m_said;
    Done m_done;
};

std::string questionOf(const TrustQuestion& question)
{
    json::Object object{{"agent_id", question.key.thumbprint().value}, {"jwk", question.key.toJwk()}};
    if (!question.token.empty())
        object["trust_token"] = question.token;
    return json::serialize(object);
}

} // namespace

TrustProgramProvider::TrustProgramProvider(TrustProgram program, const Clock& clock)
    : m_program(std::move(program)), m_clock(clock)
{
}

void TrustProgramProvider::ask(const TrustQuestion& question, Done done)
{
    TrustStatement statement{.source = TrustSource::Program,
        .issuer = m_program.name,
        .distrust = Distrust::NoAnswer,
        .maxScreeningAge = m_program.maxScreeningAge};
    auto answer = [this, agent = question.key.thumbprint(), statement = std::move(statement), done = std::move(done)](
                      const std::optional<std::string>& said) mutable {
        if (said)
            takeSaid(statement, *said, agent, m_clock.now(), kProgramFreshness);
        done(std::move(statement));
    };
    new Run(m_program, questionOf(question), std::move(answer), &m_running); // deletes itself
}

} // namespace countersign::agents
