// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who the sample agent is: its own key, the client_id it was given and, if it was told so, its tokens, kept in a file
// of its own that only its user can read. It is not the person's key, nor any other of Countersign's.
#pragma once

#include "app/countersignctl/command.h"
#include "core/base/ids.h"
#include "core/crypto/keys.h"

#include <optional>
#include <string>

namespace countersign::ctl {

struct AgentIdentity {
    crypto::PrivateKey key;
    std::optional<ClientId> clientId = {}; ///< nullopt: not registered yet
    std::string accessToken = {}; ///< of `ask --keep-tokens`; empty: none
    std::string refreshToken = {};
};

class AgentFile {
public:
    /// One file for each agent name and issuer; `folder` is made 0700 if missing.
    AgentFile(std::string folder, std::string_view name, std::string_view issuer);

    /// What is kept, or a new key where nothing is. Problem: a file that is not ours alone (mode 0600), or not
    /// readable.
    [[nodiscard]] Answer<AgentIdentity> load() const;
    /// Replaces the file in one step.
    [[nodiscard]] Answer<void> store(const AgentIdentity& identity) const;
    [[nodiscard]] const std::string& path() const { return m_path; }

private:
    std::string m_folder;
    std::string m_path;
};

} // namespace countersign::ctl
