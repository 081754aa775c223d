// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/running_program.h"

#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/server/control/control_api.h"
#include "core/server/oauth/agents_api.h"

#include <QtGlobal>

#include <unistd.h>
#include <utility>

namespace countersign::testing {

namespace {
void answerRequests(authority::Authority& authority, const authority::DeskChanges& changes)
{
    for (const authority::WaitingRequest& waiting : changes.requests) {
        if (waiting.request.state != consent::RequestState::Waiting)
            continue;
        if (waiting.request.bindingMessage.contains("approve")) {
            authority.submit<GrantId>(
                [decision = approvalOf(waiting)](
                    authority::Context& context) { return authority::approveRequest(context, decision); },
                [](const Result<GrantId>&) {});
        } else if (waiting.request.bindingMessage.contains("deny")) {
            authority.submit([id = waiting.request.publicId](
                                 authority::Context& context) { return authority::denyRequest(context, id); },
                [](const Result<void>&) {});
        }
    }
}
} // namespace

RunningProgram::RunningProgram(const QString& runtimeFolder)
{
    server::ServerOptions options;
    options.port = 0;
    options.socketFolder = runtimeFolder + QStringLiteral("/countersign");
    options.allowedUids = {::geteuid()};
    auto server =
        server::HttpServer::start(options, whatIsNow(&RunningProgram::m_agents), whatIsNow(&RunningProgram::m_control));
    if (!server)
        qFatal("%s", server.error().message.c_str());
    m_server = *std::move(server);
    startAuthority();
}

server::Handler RunningProgram::whatIsNow(server::Handler RunningProgram::* handler)
{
    return [this, handler](server::HttpRequest request, server::Respond respond) {
        server::Handler now;
        {
            const std::lock_guard lock(m_mutex);
            now = this->*handler;
        }
        now(std::move(request), std::move(respond));
    };
}

void RunningProgram::startAuthority()
{
    const auto keepAnchor = [this](const keychain::LogAnchor& anchor, const authority::AnchorKept& kept) {
        const std::lock_guard lock(m_mutex);
        if (m_anchorAnswer)
            m_anchor = anchor;
        kept(m_anchorAnswer);
    };
    authority::AuthorityOptions wanted{dataFolder(), issuer(), "test", m_identity, m_anchor, keepAnchor, &m_clock};
    auto started = authority::Authority::start(std::move(wanted));
    if (!started)
        qFatal("%s", started.error().message.c_str());
    m_authority = *std::move(started);
    QString secret = passphrase();
    if (auto unlocked = AuthorityFixture::wait<void>(
            [&](auto reply) { m_authority->unlockPersonKey(crypto::SecretBytes::takeFrom(secret), std::move(reply)); });
        !unlocked)
        qFatal("%s", unlocked.error().message.c_str());
    m_authority->setListener(
        [&running = *m_authority](const authority::DeskChanges& changes) { answerRequests(running, changes); });

    const std::lock_guard lock(m_mutex);
    m_agents = server::makeAgentsApi(*m_authority, m_clock);
    m_control = server::makeControlApi(*m_authority);
}

void RunningProgram::restart(const std::function<void(const QString& dataFolder)>& between)
{
    {
        const std::lock_guard lock(m_mutex);
        m_agents = m_control = [](const server::HttpRequest&, const server::Respond&) { }; // nobody calls meanwhile
    }
    m_authority.reset();
    between(dataFolder());
    startAuthority();
}

void RunningProgram::setAnchorAnswer(Result<void> answer)
{
    const std::lock_guard lock(m_mutex);
    m_anchorAnswer = std::move(answer);
}

RunningProgram::~RunningProgram()
{
    m_server.reset();
    m_authority.reset();
}

std::string RunningProgram::issuer() const
{
    return "http://127.0.0.1:" + std::to_string(m_server->port());
}

} // namespace countersign::testing
