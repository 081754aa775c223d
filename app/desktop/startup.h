// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// From nothing to a running authority: the keychain is opened, the identity loaded or, at the very first start, made,
// and the authority started. Runs on the keychain's thread, step by step; signals arrive on the GUI thread.
#pragma once

#include "app/desktop/identity_record.h"
#include "app/desktop/passphrase_broker.h"
#include "core/authority/authority.h"
#include "core/base/clock.h"
#include "core/base/mailbox.h"
#include "core/keychain/keychain_thread.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace countersign::desktop {

class Startup final : public QObject {
    Q_OBJECT
public:
    struct Places {
        QString folder; ///< the data folder; made 0700 if missing
        std::string issuer;
    };

    /// `gui`, `keychain`, `broker` and `clock` outlive it; the keychain's thread must have ended (or be idle) before it
    /// is destroyed.
    Startup(
        Places places, Mailbox& gui, keychain::KeychainThread& keychain, PassphraseBroker& broker, const Clock& clock);

    void begin(); ///< also "try again" after failed()
    /// The answer to firstStart(). `passphrase` is wiped.
    void makeIdentity(keychain::Backend backend, QString& passphrase);

    // After started():
    [[nodiscard]] std::unique_ptr<authority::Authority> takeAuthority() { return std::move(m_authority); }
    /// The passphrase given at the first start, for unsealing the person's key at once; empty otherwise.
    [[nodiscard]] crypto::SecretBytes takePassphrase() { return std::move(m_passphrase); }

Q_SIGNALS:
    void firstStart(const std::vector<countersign::keychain::Backend>& available);
    void failed(const countersign::Error& error);
    /// takeAuthority() has it now.
    void started();

private:
    void openKeychain(keychain::Backend backend);
    void loadIdentity(keychain::Keychain& keychain); // on the keychain's thread, as those below
    Result<keychain::Identity> makeOrAdoptIdentity(keychain::Keychain& keychain);
    void startAuthority(keychain::Keychain& keychain, keychain::Identity identity);
    void report(Error error);

    Places m_places;
    Mailbox& m_gui;
    keychain::KeychainThread& m_keychain;
    PassphraseBroker& m_broker;
    const Clock& m_clock;
    std::optional<IdentityRecord> m_record;
    crypto::SecretBytes m_passphrase; ///< set at first start, until the authority runs
    std::unique_ptr<authority::Authority> m_authority;
};

} // namespace countersign::desktop
