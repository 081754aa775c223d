// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// All that the desktop program runs but its windows: a real authority behind the real server, on a port of its own,
// with the issuer that goes with it, and a person who answers requests by what their reason says ("approve", "deny").
#pragma once

#include "core/authority/authority.h"
#include "core/base/clock.h"
#include "core/server/http/http_server.h"
#include "tests/support/authority_fixture.h"

#include <QString>
#include <QTemporaryDir>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace countersign::testing {

class RunningProgram {
public:
    /// `runtimeFolder`: where "countersign/control.sock" is made.
    explicit RunningProgram(const QString& runtimeFolder);
    ~RunningProgram();
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;

    /// The authority ends and starts again on the same folder; `between` may do there what other programs could.
    void restart(const std::function<void(const QString& dataFolder)>& between = [](const QString&) { });
    /// What the keychain says from now on when it is to remember how far the log goes.
    void setAnchorAnswer(Result<void> answer);

    [[nodiscard]] authority::Authority& authority() { return *m_authority; }
    [[nodiscard]] std::string issuer() const;
    [[nodiscard]] QString dataFolder() const { return m_folder.filePath(QStringLiteral("data")); }

private:
    void startAuthority();
    [[nodiscard]] server::Handler whatIsNow(server::Handler RunningProgram::* handler);

    QTemporaryDir m_folder;
    keychain::Identity m_identity = makeIdentity();
    std::optional<keychain::LogAnchor> m_anchor;
    SystemClock m_clock;
    std::mutex m_mutex; ///< of what calls from other threads see or set
    Result<void> m_anchorAnswer;
    server::Handler m_agents; // there only once the port, and with it the issuer, is known
    server::Handler m_control;
    std::unique_ptr<server::HttpServer> m_server;
    std::unique_ptr<authority::Authority> m_authority;
};

} // namespace countersign::testing
