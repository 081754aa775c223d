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
        authority::KeepBodies bodies = {}; ///< as set
    };

    /// `gui`, `keychain`, `broker` and `clock` outlive it; the keychain's thread must have ended (or be idle) before it
    /// is destroyed.
    Startup(
        Places places, Mailbox& gui, keychain::KeychainThread& keychain, PassphraseBroker& broker, const Clock& clock);

    void begin(); ///< also "try again" after failed()
    /// The answer to firstStart(). `passphrase` is wiped.
    void makeIdentity(keychain::Backend backend, QString& passphrase);
    /// Whether what failed() told may mean that the keys are lost, so that the person may decide to start anew.
    [[nodiscard]] bool mayStartAnew(const Error& error) const;
    void findKeychains(); ///< for new keys; keychainsFound()
    /// The person decided so (core/authority/recovery.h). As makeIdentity(); ends with started() or failed(). Once it
    /// was decided, calling it again only goes on.
    void startAnew(keychain::Backend backend, QString& passphrase);
    /// After startAnew(): where the old data is now.
    [[nodiscard]] QString archive() const { return m_archive; }

    // After started():
    [[nodiscard]] std::unique_ptr<authority::Authority> takeAuthority() { return std::move(m_authority); }
    /// The passphrase given at the first start, for unsealing the person's key at once; empty otherwise.
    [[nodiscard]] crypto::SecretBytes takePassphrase() { return std::move(m_passphrase); }

Q_SIGNALS:
    void firstStart(const std::vector<countersign::keychain::Backend>& available);
    void failed(const countersign::Error& error);
    void keychainsFound(const std::vector<countersign::keychain::Backend>& available);
    /// takeAuthority() has it now.
    void started();

private:
    void openKeychain(keychain::Backend backend);
    void loadIdentity(keychain::Keychain& keychain); // on the keychain's thread, as those below
    Result<keychain::Identity> makeOrAdoptIdentity(keychain::Keychain& keychain);
    Result<void> makeSuccessor(keychain::Keychain& keychain);
    Result<keychain::Identity> carryOutRecovery(keychain::Keychain& keychain);
    void startAuthority(keychain::Keychain& keychain, keychain::Identity identity);
    [[nodiscard]] authority::DeviceKeeper deviceKeeper();
    void report(Error error);

    Places m_places;
    Mailbox& m_gui;
    keychain::KeychainThread& m_keychain;
    PassphraseBroker& m_broker;
    const Clock& m_clock;
    std::optional<IdentityRecord> m_record;
    std::optional<authority::Recovery> m_recovery; ///< decided, and not ended
    enum class Anew : std::uint8_t { No, Wanted, Decided } m_anew = Anew::No; ///< in this run of the program
    QString m_archive;
    crypto::SecretBytes m_passphrase; ///< set at first start, until the authority runs
    std::unique_ptr<authority::Authority> m_authority;
};

} // namespace countersign::desktop
