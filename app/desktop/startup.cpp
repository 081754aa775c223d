// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/startup.h"

#include "core/keychain/identity.h"

#include <QDir>
#include <QFileInfo>

#include <utility>

namespace countersign::desktop {

using keychain::Backend;
using keychain::History;
using keychain::Identity;
using keychain::Keychain;

namespace {

bool makeFolder(const QString& path)
{
    const QDir folder(path);
    return folder.exists()
        || (QDir().mkpath(QFileInfo(path).path())
            && QDir().mkdir(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
}

} // namespace

Startup::Startup(
    Places places, Mailbox& gui, keychain::KeychainThread& keychain, PassphraseBroker& broker, const Clock& clock)
    : m_places(std::move(places)), m_gui(gui), m_keychain(keychain), m_broker(broker), m_clock(clock)
{
}

void Startup::begin()
{
    if (!makeFolder(m_places.folder)) {
        Q_EMIT failed({ErrorCode::StorageFailed, "The folder " + m_places.folder.toStdString() + " can't be made."});
        return;
    }
    auto record = readIdentityRecord(m_places.folder);
    if (!record) {
        Q_EMIT failed(record.error());
        return;
    }
    m_record = *record;
    if (m_record) {
        openKeychain(m_record->backend);
        return;
    }
    m_keychain.post([this](Keychain*) {
        m_gui.post([this, available = keychain::availableBackends()] { Q_EMIT firstStart(available); });
    });
}

void Startup::makeIdentity(Backend backend, QString& passphrase)
{
    m_passphrase = crypto::SecretBytes::takeFrom(passphrase);
    openKeychain(backend);
}

void Startup::openKeychain(Backend backend)
{
    keychain::OpenOptions options;
    options.folder = m_places.folder;
    options.askPassphrase = [this](keychain::PassphrasePurpose purpose,
                                const QString& reason) -> Result<crypto::SecretBytes> {
        // At the first start one passphrase is chosen; it seals the file too.
        if (purpose == keychain::PassphrasePurpose::NewSealedFile && !m_passphrase.isEmpty())
            return m_passphrase.clone();
        return m_broker.ask(purpose, reason);
    };
    m_keychain.open(backend, std::move(options), [this](Result<void> opened) {
        if (!opened) {
            report(opened.error());
            return;
        }
        m_keychain.post([this](Keychain* keychain) { loadIdentity(*keychain); });
    });
}

void Startup::loadIdentity(Keychain& keychain)
{
    if (!m_record) {
        auto made = makeOrAdoptIdentity(keychain);
        if (!made) {
            report(made.error());
            return;
        }
        startAuthority(keychain, std::move(*made));
        return;
    }
    auto identity = keychain::loadIdentity(keychain, History::KeysWereMade);
    if (!identity) {
        report(identity.error());
        return;
    }
    if (!*identity || (*identity)->device.publicKey().thumbprint() != m_record->device
        || (*identity)->person.thumbprint() != m_record->person) {
        report({ErrorCode::KeychainEmptied,
            "The keychain holds other keys than those that this data folder belongs to. Nothing was changed and no key "
            "was made. "
            "Put the keychain back as it was, or start Countersign with the data folder that belongs to these keys."});
        return;
    }
    startAuthority(keychain, std::move(**identity));
}

Result<Identity> Startup::makeOrAdoptIdentity(Keychain& keychain)
{
    auto identity = keychain::loadIdentity(keychain, History::FirstStart);
    if (!identity)
        return std::unexpected(identity.error());
    if (!*identity) {
        auto made = keychain::createIdentity(keychain, m_passphrase);
        if (!made)
            return made;
        *identity = std::move(*made);
    }
    m_record = IdentityRecord{
        keychain.backend(), (*identity)->device.publicKey().thumbprint(), (*identity)->person.thumbprint()};
    if (auto written = writeIdentityRecord(m_places.folder, *m_record); !written)
        return std::unexpected(written.error());
    return std::move(**identity);
}

void Startup::startAuthority(Keychain& keychain, Identity identity)
{
    auto anchor = keychain::readAnchor(keychain);
    if (!anchor) {
        report(anchor.error());
        return;
    }
    authority::AuthorityOptions options{.folder = m_places.folder,
        .issuer = m_places.issuer,
        .keychainName = std::string(keychain::backendName(keychain.backend())),
        .identity = std::move(identity),
        .anchor = *anchor,
        .keepAnchor =
            [&thread = m_keychain](const keychain::LogAnchor& now, authority::AnchorKept kept) {
                thread.post([now, kept = std::move(kept)](Keychain* open) {
                    const auto written = keychain::writeAnchor(*open, now);
                    if (!written)
                        qWarning(
                            "The log's size could not be kept in the keychain: %s", written.error().message.c_str());
                    kept(written);
                });
            },
        .clock = &m_clock};
    auto started = authority::Authority::start(std::move(options));
    if (!started) {
        report(started.error());
        return;
    }
    m_authority = std::move(*started);
    m_gui.post([this] { Q_EMIT this->started(); });
}

void Startup::report(Error error)
{
    m_gui.post([this, error = std::move(error)] { Q_EMIT failed(error); });
}

} // namespace countersign::desktop
