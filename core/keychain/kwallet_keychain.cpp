// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/kwallet_keychain.h"

#include "core/crypto/digest.h"
#include "core/keychain/bus_names.h"

#include <KWallet>

#include <QCoreApplication>
#include <QFileInfo>
#include <QStandardPaths>

#include <format>
#include <sys/stat.h>
#include <utility>

namespace countersign::keychain {

namespace {

using KWallet::Wallet;

constexpr std::string_view kUnharmed = "Until then Countersign can't sign anything. No key was changed or replaced.";

QString serviceName()
{
    return QStringLiteral("org.kde.kwalletd6");
}

QString folderName()
{
    return QStringLiteral("Countersign");
}

std::unexpected<Error> missing()
{
    return fail(ErrorCode::KeychainMissing,
        std::format("KWallet does not answer: its program kwalletd6 does not run and could not be started. "
                    "Countersign's keys are kept in KWallet. Check that you are logged in to a desktop session and "
                    "that KWallet is installed (Debian: package kwallet6), then try again. {}",
            kUnharmed));
}

std::unexpected<Error> switchedOff()
{
    return fail(ErrorCode::KeychainMissing,
        std::format("KWallet is switched off. Countersign's keys are kept in KWallet. Open System Settings, KDE "
                    "Wallet, tick “Enable the KDE wallet subsystem”, and start Countersign again. {}",
            kUnharmed));
}

std::unexpected<Error> locked(const QString& wallet)
{
    return fail(ErrorCode::KeychainLocked,
        std::format("The wallet “{}” is closed, and Countersign's keys are in it. Try again, and enter the wallet's "
                    "password when KWallet asks for it. {}",
            wallet.toStdString(), kUnharmed));
}

std::unexpected<Error> denied(const QString& wallet)
{
    return fail(ErrorCode::KeychainDenied,
        std::format(
            "KWallet did not let Countersign into the wallet “{}”: its window was cancelled, or Countersign is on the "
            "wallet's list of refused programs. Try again and allow it; if no window comes up, open KWalletManager or "
            "System Settings, KDE Wallet, Access Control, and remove “{}” from the refused ones. {}",
            wallet.toStdString(), QCoreApplication::applicationName().toStdString(), kUnharmed));
}

std::unexpected<Error> notStored(const QString& wallet)
{
    return fail(ErrorCode::KeychainDenied,
        std::format(
            "KWallet did not keep what Countersign stored in the wallet “{}”: it is not on disk, or reads back "
            "different. Check that the disk is not full and that the wallet's file can be written, then try again.",
            wallet.toStdString()));
}

// KWallet's sync() reports nothing; that the file was written anew shows on the file. Empty: no such file where KWallet
// of this user usually keeps it, which says nothing.
std::string fileStamp(const QString& wallet)
{
    const auto path = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation)
        + QStringLiteral("/kwalletd/") + wallet + QStringLiteral(".kwl");
    struct stat about{};
    if (::stat(QFile::encodeName(path).constData(), &about) != 0) {
        return {};
    }
    return std::format("{} {}.{} {}", about.st_ino, about.st_mtim.tv_sec, about.st_mtim.tv_nsec, about.st_size);
}

class KWalletKeychain final : public Keychain {
public:
    KWalletKeychain(std::unique_ptr<Wallet> wallet, QString name)
        : m_wallet(std::move(wallet)), m_name(std::move(name)), m_fileSeen(!fileStamp(m_name).empty())
    {
    }

    [[nodiscard]] Backend backend() const override { return Backend::KWallet; }
    [[nodiscard]] Result<std::optional<crypto::SecretBytes>> read(std::string_view name) override;
    [[nodiscard]] Result<void> write(std::string_view name, const crypto::SecretBytes& secret) override;

private:
    [[nodiscard]] Result<void> stillOurs() const;

    std::unique_ptr<Wallet> m_wallet;
    QString m_name;
    bool m_fileSeen; // the wallet's file is where fileStamp() looks
};

// Every call through a closed handle answers like an empty wallet (and after six of them kwalletd6 shows a window), so
// we ask first whether the open wallet counts us among its users, which only a valid handle of ours does.
Result<void> KWalletKeychain::stillOurs() const
{
    if (!runsOnSessionBus(serviceName())) {
        return missing();
    }
    if (!m_wallet->isOpen() || !Wallet::users(m_name).contains(QCoreApplication::applicationName())) {
        return locked(m_name);
    }
    return {};
}

Result<std::optional<crypto::SecretBytes>> KWalletKeychain::read(std::string_view name)
{
    if (auto usable = checkEntry(name, 0); !usable) {
        return std::unexpected(std::move(usable).error());
    }
    if (auto open = stillOurs(); !open) {
        return std::unexpected(std::move(open).error());
    }
    const auto key = QString::fromLatin1(name);
    if (!m_wallet->setFolder(folderName()) || !m_wallet->hasEntry(key)) {
        // "No" is believed only if the wallet did not close in between.
        if (auto open = stillOurs(); !open) {
            return std::unexpected(std::move(open).error());
        }
        return std::nullopt;
    }
    QByteArray value;
    if (m_wallet->readEntry(key, value) != 0 || value.isNull()) { // readEntry of an entry that went away: 0 and null
        return locked(m_name);
    }
    if (auto usable = checkEntry(name, static_cast<std::size_t>(value.size())); !usable) {
        return std::unexpected(std::move(usable).error());
    }
    return crypto::SecretBytes::takeFrom(value);
}

Result<void> KWalletKeychain::write(std::string_view name, const crypto::SecretBytes& secret)
{
    if (auto usable = checkEntry(name, secret.size()); !usable) {
        return usable;
    }
    if (auto open = stillOurs(); !open) {
        return open;
    }
    if (!m_wallet->createFolder(folderName()) || !m_wallet->setFolder(folderName())) {
        return notStored(m_name);
    }
    const auto before = fileStamp(m_name);
    QByteArray value(secret.view().data(), static_cast<qsizetype>(secret.size()));
    const int written = m_wallet->writeEntry(QString::fromLatin1(name), value);
    static_cast<void>(crypto::SecretBytes::takeFrom(value)); // wipes it
    if (written != 0 || m_wallet->sync() != 0) {
        return notStored(m_name);
    }
    // kwalletd6 answers in order, so that this answer comes after the sync.
    const auto stored = read(name);
    if (!stored) {
        return std::unexpected(stored.error());
    }
    if (!*stored || !crypto::equalInConstantTime((*stored)->view(), secret.view())) {
        return notStored(m_name);
    }
    const auto after = fileStamp(m_name);
    if (m_fileSeen && (after.empty() || after == before)) {
        return notStored(m_name);
    }
    m_fileSeen = !after.empty();
    return {};
}

} // namespace

bool kwalletAnswers()
{
    return answersOnSessionBus(serviceName()) && Wallet::isEnabled();
}

Result<std::unique_ptr<Keychain>> openKWallet()
{
    if (!answersOnSessionBus(serviceName())) {
        return missing();
    }
    if (!Wallet::isEnabled()) {
        return switchedOff();
    }
    const auto name = Wallet::LocalWallet();
    std::unique_ptr<Wallet> wallet(Wallet::openWallet(name, 0, Wallet::Synchronous));
    if (!wallet) {
        return runsOnSessionBus(serviceName()) ? denied(name) : missing();
    }
    return std::make_unique<KWalletKeychain>(std::move(wallet), name);
}

} // namespace countersign::keychain
