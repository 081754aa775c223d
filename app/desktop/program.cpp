// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/program.h"

#include "app/desktop/port_choice.h"
#include "app/desktop/settings_as_set.h"
#include "core/evidence/evidence.h"
#include "core/evidence/export.h"
#include "core/evidence/foreign_evidence.h"
#include "core/server/control/control_api.h"
#include "core/server/oauth/agents_api.h"
#include "settings.h"

#include <KWindowSystem>

#include <QApplication>
#include <QFile>
#include <QMessageBox>
#include <QPushButton>
#include <QSaveFile>
#include <QStandardPaths>

#include <unistd.h>

namespace countersign::desktop {

using namespace Qt::StringLiterals;

namespace {

constexpr int kServerThreads = 2;

QString dataFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + u"/countersign"_s;
}

QString socketFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation) + u"/countersign"_s;
}

/// The recorded port; chosen and recorded at the first start.
std::uint16_t recordedPort()
{
    Settings settings;
    if (settings.port() == 0) {
        settings.setPort(chooseFreePort(server::kDefaultPort));
        settings.save();
    }
    return static_cast<std::uint16_t>(settings.port());
}

std::string issuerAt(std::uint16_t port)
{
    return "http://127.0.0.1:" + std::to_string(port);
}

/// All of it or nothing, readable for nobody else.
Result<void> writeFile(const QString& path, const std::string& text)
{
    QSaveFile file(path);
    const auto size = static_cast<qint64>(text.size());
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner)
        || file.write(text.data(), size) != size || !file.commit())
        return fail(ErrorCode::StorageFailed, "The file can't be written: " + file.errorString().toStdString());
    return {};
}

Result<std::vector<audit::ForeignReceipt>> receiptsIn(const QString& path, UnixSeconds now)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::StorageFailed, "The file can't be read: " + file.errorString().toStdString());
    const QByteArray content = file.read(static_cast<qint64>(evidence::kMaxEvidenceBytes) + 1); // one more is too large
    return evidence::readForeignEvidence(content.toStdString(), now);
}

ui::StartDialog::KeyPlace placeOf(keychain::Backend backend, ui::StartDialog::KeyPlace::Here here)
{
    const QString id = QString::fromUtf8(keychain::backendName(backend));
    switch (backend) {
    case keychain::Backend::KWallet:
        return {
            id, Program::tr("KWallet"), Program::tr("The keychain of KDE's desktop. It opens when you log in."), here};
    case keychain::Backend::SecretService:
        return {id, Program::tr("Secret Service"),
            Program::tr("The keychain of GNOME and other desktops. It opens when you log in."), here};
    case keychain::Backend::SealedFile:
        break;
    }
    return {id, Program::tr("A sealed file"),
        Program::tr("For desktops without a keychain. Countersign asks for its passphrase at every start."), here};
}

std::vector<ui::StartDialog::KeyPlace> placesFor(const std::vector<keychain::Backend>& available)
{
    std::vector<ui::StartDialog::KeyPlace> places;
    for (const auto backend :
        {keychain::Backend::KWallet, keychain::Backend::SecretService, keychain::Backend::SealedFile}) {
        const bool here = std::ranges::contains(available, backend);
        places.push_back(
            placeOf(backend, here ? ui::StartDialog::KeyPlace::Here::Yes : ui::StartDialog::KeyPlace::Here::No));
    }
    return places;
}

} // namespace

Program::Program(Opening opening)
    : m_opening(opening)
    , m_port(recordedPort())
    , m_broker(m_gui,
          [this](
              keychain::PassphrasePurpose purpose, const QString& reason) { askSealedFilePassphrase(purpose, reason); })
    , m_startup(std::make_unique<Startup>(
          Startup::Places{dataFolder(), issuerAt(m_port), bodiesAsSet()}, m_gui, m_keychain, m_broker, m_clock))
{
    connect(m_startup.get(), &Startup::firstStart, this, &Program::onFirstStart);
    connect(m_startup.get(), &Startup::failed, this, &Program::onFailed);
    connect(m_startup.get(), &Startup::keychainsFound, this, &Program::askToStartAnew);
    connect(m_startup.get(), &Startup::started, this, &Program::onStarted);
    connect(&m_tray, &Tray::windowWanted, this, &Program::showWindow);
    connect(&m_tray, &Tray::quitWanted, this, &Program::askToQuit);
    connect(&m_tray, &Tray::stopEverythingWanted, this, [this] {
        showWindow();
        if (m_window)
            m_window->askToStopEverything();
    });
}

Program::~Program()
{
    m_broker.shutDown();
    delete m_start;
    delete m_recovery;
    delete m_passphraseDialog;
    delete m_message;
}

void Program::start()
{
    m_startup->begin();
}

void Program::onFirstStart(const std::vector<keychain::Backend>& available)
{
    ui::StartDialog::Facts facts;
    facts.places = placesFor(available);
    facts.issuer = QString::fromStdString(issuerAt(m_port));
    facts.connectLine =
        u"countersignctl ask --name \"My agent\" --location https://payments.example/ --action payments.read"_s;
    m_start = new ui::StartDialog(facts, [this](ui::StartDialog::Choice& choice, ui::StartDialog::Answer answer) {
        m_startAnswer = std::move(answer);
        const auto backend = keychain::backendFromName(choice.place.toStdString());
        m_startup->makeIdentity(backend.value_or(keychain::Backend::SealedFile), choice.passphrase);
    });
    m_start->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_start, &QDialog::rejected, qApp, &QCoreApplication::quit);
    connect(m_start, &QDialog::accepted, this, &Program::showWindow);
    raise(*m_start);
}

void Program::onFailed(const Error& error)
{
    const QString text = QString::fromStdString(error.message);
    if (m_startAnswer) {
        std::exchange(m_startAnswer, {})(std::unexpected(error));
        return;
    }
    m_tray.showTrouble(text);
    m_message = new QMessageBox(
        QMessageBox::Warning, tr("Countersign can't start"), tr("Countersign can't start"), QMessageBox::NoButton);
    m_message->setAttribute(Qt::WA_DeleteOnClose);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setInformativeText(text);
    const auto* again = m_message->addButton(tr("Try again"), QMessageBox::AcceptRole);
    const auto* quit = m_message->addButton(tr("Quit"), QMessageBox::RejectRole);
    if (m_startup->mayStartAnew(error)) {
        QPushButton* lost = m_message->addButton(tr("The keys are lost for good…"), QMessageBox::ActionRole);
        lost->setObjectName(u"keysAreLost"_s);
        lost->setAutoDefault(false);
        connect(lost, &QPushButton::clicked, this, [this] { m_startup->findKeychains(); });
    }
    connect(again, &QPushButton::clicked, this, [this] { m_startup->begin(); });
    connect(quit, &QPushButton::clicked, qApp, &QCoreApplication::quit);
    raise(*m_message);
}

void Program::askToStartAnew(const std::vector<keychain::Backend>& available)
{
    m_recovery = new ui::RecoveryDialog(
        placesFor(available), [this](ui::RecoveryDialog::Choice& choice, ui::RecoveryDialog::Answer answer) {
            m_startAnswer = [this, answer = std::move(answer)](const Result<void>& made) {
                answer(made.transform([this] {
                    return ui::RecoveryDialog::Made{
                        QString::fromStdString(m_desk->status().device.value), m_startup->archive()};
                }));
            };
            const auto backend = keychain::backendFromName(choice.place.toStdString());
            m_startup->startAnew(backend.value_or(keychain::Backend::SealedFile), choice.passphrase);
        });
    m_recovery->setAttribute(Qt::WA_DeleteOnClose);
    // Closed before anything was decided: what keeps the program from starting is still the same.
    connect(m_recovery, &QDialog::rejected, this, [this] { m_startup->begin(); });
    connect(m_recovery, &QDialog::accepted, this, &Program::showWindow);
    raise(*m_recovery);
}

void Program::onStarted()
{
    m_authority = m_startup->takeAuthority();
    m_trust = std::make_unique<authority::TrustKeeping>(*m_authority, trustAsSet());
    if (auto opened = openDoors(); !opened) {
        m_trust.reset();
        m_authority.reset();
        onFailed(opened.error());
        return;
    }
    m_desk = std::make_unique<authority::PersonDesk>(*m_authority);
    connect(m_desk.get(), &authority::PersonDesk::ready, this, &Program::openWindows);
    m_witnessing = witnessingAsSet(*m_authority);
}

Result<void> Program::openDoors()
{
    server::ServerOptions options;
    options.port = m_port;
    options.socketFolder = socketFolder();
    options.allowedUids = {getuid()};
    options.threads = kServerThreads;
    auto server = server::HttpServer::start(
        std::move(options), server::makeAgentsApi(*m_authority, m_clock), server::makeControlApi(*m_authority));
    if (!server)
        return std::unexpected(server.error());
    m_server = std::move(*server);
    return {};
}

void Program::saveEvidence(const ui::TimelineFiles::Evidence& wanted, ui::TimelineFiles::Answer<void> answer)
{
    // Written on the reader pool, told here.
    auto write = [this, path = wanted.path, answer = std::move(answer)](const Result<std::string>& text) mutable {
        m_gui.post([written = text ? writeFile(path, *text) : std::unexpected(text.error()),
                       answer = std::move(answer)] { answer(written); });
    };
    evidence::ExportOptions options;
    options.form = wanted.path.endsWith(u".html"_s) ? evidence::Form::Html : evidence::Form::Json;
    if (wanted.bodies == ui::TimelineFiles::Evidence::Bodies::Included)
        options.details = evidence::Details::WithBodies;
    evidence::exportEvidence(*m_authority, evidence::EntryWanted{wanted.entry}, options, std::move(write));
}

/// Read and verified on the reader pool; what is in the file comes from outside.
void Program::importReceipts(
    std::uint64_t entry, const QString& path, ui::TimelineFiles::Answer<authority::ImportedReceipts> answer)
{
    m_authority->runAside([this, entry, path, answer = std::move(answer)]() mutable {
        auto receipts = receiptsIn(path, m_clock.now());
        m_gui.post([this, entry, receipts = std::move(receipts), answer = std::move(answer)]() mutable {
            if (!receipts)
                return answer(std::unexpected(receipts.error()));
            m_desk->importReceipts({std::to_string(entry), *std::move(receipts)}, std::move(answer));
        });
    });
}

ui::TimelineFiles Program::timelineFiles()
{
    ui::TimelineFiles files;
    files.saveEvidence = [this](const ui::TimelineFiles::Evidence& wanted, ui::TimelineFiles::Answer<void> answer) {
        saveEvidence(wanted, std::move(answer));
    };
    files.importReceipts = [this](std::uint64_t entry, const QString& path,
                               ui::TimelineFiles::Answer<authority::ImportedReceipts> answer) {
        importReceipts(entry, path, std::move(answer));
    };
    return files;
}

void Program::openWindows()
{
    m_window = std::make_unique<ui::MainWindow>(*m_desk, timelineFiles());
    m_consent = std::make_unique<ui::ConsentDialog>(*m_desk);
    m_window->remember(m_windowState);
    m_consent->remember(m_windowState);
    m_notifier = std::make_unique<Notifier>(*m_desk);
    connect(m_window.get(), &ui::MainWindow::reviewWanted, this, &Program::review);
    connect(m_notifier.get(), &Notifier::reviewRequested, this, &Program::review);
    connect(m_desk.get(), &authority::PersonDesk::requestArrived, this, [this](const QString& publicId) {
        if (Settings().openAtOnce() && !m_notifier->isScreenLocked())
            review(publicId);
    });
    m_tray.follow(*m_desk);
    if (m_startAnswer) {
        // The passphrase was given a moment ago: this session may sign without asking for it again.
        QString passphrase = QString::fromUtf8(m_startup->takePassphrase().view());
        m_desk->unlockPersonKey(
            passphrase, [this](const Result<void>& unlocked) { std::exchange(m_startAnswer, {})(unlocked); });
        return;
    }
    if (m_opening == Opening::Window || !Tray::isReachable())
        showWindow();
}

void Program::askSealedFilePassphrase(keychain::PassphrasePurpose purpose, const QString& reason)
{
    const auto task = purpose == keychain::PassphrasePurpose::OpenSealedFile ? ui::PassphraseDialog::Task::Enter
                                                                             : ui::PassphraseDialog::Task::Choose;
    ui::PassphraseDialog::Words words = ui::PassphraseDialog::sealedFile(task);
    if (!reason.isEmpty())
        words.purpose = reason + u"\n\n"_s + words.purpose;
    m_passphraseDialog =
        new ui::PassphraseDialog(words, [this](QString& passphrase, ui::PassphraseDialog::Answer answer) {
            m_broker.answer(crypto::SecretBytes::takeFrom(passphrase));
            answer({}); // a wrong one is asked for again, with the reason
        });
    m_passphraseDialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_passphraseDialog, &QDialog::rejected, this, [this] { m_broker.cancel(); });
    raise(*m_passphraseDialog);
}

void Program::review(const QString& publicId)
{
    m_consent->showRequest(publicId);
    raise(*m_consent);
}

void Program::showWindow()
{
    for (QWidget* first : {static_cast<QWidget*>(m_message), static_cast<QWidget*>(m_passphraseDialog),
             static_cast<QWidget*>(m_start), static_cast<QWidget*>(m_recovery)}) {
        if (first != nullptr && first->isVisible()) {
            raise(*first);
            return;
        }
    }
    if (m_window)
        raise(*m_window);
}

void Program::raise(QWidget& window)
{
    window.show();
    window.raise();
    KWindowSystem::activateWindow(window.windowHandle());
}

void Program::askToQuit()
{
    const int live = m_desk ? m_desk->status().liveGrants : 0;
    if (live == 0) {
        QCoreApplication::quit();
        return;
    }
    m_message = new QMessageBox(
        QMessageBox::Question, tr("Quit Countersign"), tr("Should what agents hold now end?"), QMessageBox::NoButton);
    m_message->setAttribute(Qt::WA_DeleteOnClose);
    m_message->setInformativeText(tr("Live grants: %1. While Countersign is closed, agents that ask it are refused; "
                                     "grants that you keep go on when it runs again, "
                                     "if their time has not run out.")
            .arg(live));
    const auto* end = m_message->addButton(tr("End them and quit"), QMessageBox::DestructiveRole);
    const auto* keep = m_message->addButton(tr("Keep them and quit"), QMessageBox::AcceptRole);
    m_message->setDefaultButton(m_message->addButton(QMessageBox::Cancel));
    connect(keep, &QPushButton::clicked, qApp, &QCoreApplication::quit);
    connect(end, &QPushButton::clicked, this, [this] {
        m_desk->stopEverything([this](const Result<void>& stopped) {
            if (stopped)
                QCoreApplication::quit();
            else
                m_notifier->say(
                    u"trouble"_s, tr("The grants could not be ended"), QString::fromStdString(stopped.error().message));
        });
    });
    raise(*m_message);
}

} // namespace countersign::desktop
