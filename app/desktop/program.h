// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tray program: wires the keychain, the authority, the doors and the windows together, and takes them apart in
// order.
#pragma once

#include "app/desktop/notifier.h"
#include "app/desktop/passphrase_broker.h"
#include "app/desktop/startup.h"
#include "app/desktop/tray.h"
#include "app/desktop/window_state.h"
#include "core/authority/authority.h"
#include "core/authority/person_desk.h"
#include "core/authority/trust_keeping.h"
#include "core/authority/witnessing.h"
#include "core/base/clock.h"
#include "core/base/mailbox.h"
#include "core/keychain/keychain_thread.h"
#include "core/server/http/http_server.h"
#include "ui/common/main_window.h"
#include "ui/consent/consent_dialog.h"
#include "ui/start/passphrase_dialog.h"
#include "ui/start/recovery_dialog.h"
#include "ui/start/start_dialog.h"

#include <QObject>
#include <QPointer>

#include <cstdint>
#include <functional>
#include <memory>

class QMessageBox;

namespace countersign::desktop {

class Program final : public QObject {
    Q_OBJECT
public:
    enum class Opening : std::uint8_t { Window, InTray };

    explicit Program(Opening opening);
    ~Program() override;

    void start();
    /// Raises whatever there is to see: also what a second start of the program asks for.
    void showWindow();

private:
    void onFirstStart(const std::vector<keychain::Backend>& available);
    void onFailed(const Error& error);
    void askToStartAnew(const std::vector<keychain::Backend>& available);
    void onStarted();
    [[nodiscard]] Result<void> openDoors();
    void openWindows();
    void saveEvidence(const ui::TimelineFiles::Evidence& wanted, ui::TimelineFiles::Answer<void> answer);
    void importReceipts(
        std::uint64_t entry, const QString& path, ui::TimelineFiles::Answer<authority::ImportedReceipts> answer);
    [[nodiscard]] ui::TimelineFiles timelineFiles();
    void askSealedFilePassphrase(keychain::PassphrasePurpose purpose, const QString& reason);
    void review(const QString& publicId);
    void askToQuit();
    void raise(QWidget& window);

    Opening m_opening;
    SystemClock m_clock;
    std::uint16_t m_port;
    Mailbox m_gui;
    PassphraseBroker m_broker;
    std::unique_ptr<Startup> m_startup;
    keychain::KeychainThread m_keychain;
    // From here on in the order in which they come to be; they go in the opposite one.
    std::unique_ptr<authority::Authority> m_authority;
    std::unique_ptr<authority::TrustKeeping> m_trust;
    std::unique_ptr<authority::Witnessing> m_witnessing;
    std::unique_ptr<server::HttpServer> m_server;
    std::unique_ptr<authority::PersonDesk> m_desk;
    Tray m_tray;
    WindowState m_windowState;
    std::unique_ptr<Notifier> m_notifier;
    std::unique_ptr<ui::MainWindow> m_window;
    std::unique_ptr<ui::ConsentDialog> m_consent;
    QPointer<ui::StartDialog> m_start;
    QPointer<ui::RecoveryDialog> m_recovery;
    std::function<void(const Result<void>&)> m_startAnswer; ///< of either of them
    QPointer<ui::PassphraseDialog> m_passphraseDialog;
    QPointer<QMessageBox> m_message;
};

} // namespace countersign::desktop
