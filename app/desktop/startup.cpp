// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/startup.h"

#include "core/base/try.h"
#include "core/keychain/device_rotation.h"
#include "core/keychain/identity.h"

#include <QDir>
#include <QFileInfo>

#include <future>
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

/// Cut off once the new key counted, and before the old private one was overwritten.
void finishRotation(Keychain& keychain, const Identity& identity)
{
    if (identity.rotations.empty())
        return;
    if (auto adopted = keychain::adoptDevice(keychain, identity); !adopted)
        qWarning("The device's old key is still in the keychain: %s", adopted.error().message.c_str());
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
    if (m_anew == Anew::Wanted)
        m_anew = Anew::No;
    auto recovery = authority::readRecovery(m_places.folder);
    if (recovery && !*recovery) {
        if (auto back = authority::takeSealedFileBack(m_places.folder); !back)
            recovery = std::unexpected(back.error());
    }
    if (!recovery) {
        Q_EMIT failed(recovery.error());
        return;
    }
    m_recovery = *std::move(recovery);
    auto record = readIdentityRecord(m_places.folder);
    if (!record) {
        Q_EMIT failed(record.error());
        return;
    }
    m_record = *record;
    if (m_recovery || m_record) {
        openKeychain(m_recovery ? m_recovery->backend : m_record->backend);
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

bool Startup::mayStartAnew(const Error& error) const
{
    return (m_record || m_recovery)
        && (error.code == ErrorCode::KeychainEmptied || error.code == ErrorCode::WrongPassphrase);
}

void Startup::startAnew(Backend backend, QString& passphrase)
{
    m_passphrase = crypto::SecretBytes::takeFrom(passphrase);
    if (m_anew == Anew::Decided) {
        begin();
        return;
    }
    m_anew = Anew::Wanted;
    m_keychain.post([this, backend](Keychain*) {
        if (auto aside = authority::setSealedFileAside(m_places.folder); !aside)
            report(aside.error());
        else
            openKeychain(backend);
    });
}

void Startup::findKeychains()
{
    m_keychain.post([this](Keychain*) {
        m_gui.post([this, available = keychain::availableBackends()] { Q_EMIT keychainsFound(available); });
    });
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
    if (m_anew == Anew::Wanted) {
        if (auto made = makeSuccessor(keychain); !made) {
            report(made.error());
            return;
        }
    }
    if (m_recovery || !m_record) {
        auto made = m_recovery ? carryOutRecovery(keychain) : makeOrAdoptIdentity(keychain);
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
    const auto first = *identity ? keychain::firstDevice(**identity) : Result<Thumbprint>(Thumbprint());
    if (!first) {
        report(first.error());
        return;
    }
    if (*first != m_record->device || (*identity)->person.thumbprint() != m_record->person) {
        report({ErrorCode::KeychainEmptied,
            "The keychain holds other keys than those that this data folder belongs to. Nothing was changed and no key "
            "was made. "
            "Put the keychain back as it was, or start Countersign with the data folder that belongs to these keys."});
        return;
    }
    finishRotation(keychain, **identity);
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
    TRY(keychain::settleSuccessor(keychain)); // of a ceremony whose data folder is gone
    const Thumbprint first = TRY(keychain::firstDevice(**identity));
    m_record = IdentityRecord{keychain.backend(), first, (*identity)->person.thumbprint()};
    if (auto written = writeIdentityRecord(m_places.folder, *m_record); !written)
        return std::unexpected(written.error());
    return std::move(**identity);
}

/// The keys that stand by, and the decision; from then on there is only forward.
Result<void> Startup::makeSuccessor(Keychain& keychain)
{
    const UnixSeconds now = m_clock.now();
    // One that was decided and not carried out yet goes on; after that, its own keys are the ones that are lost.
    const bool goesOn = m_recovery && (!m_record || m_record->device != m_recovery->device);
    const authority::LostLog lost =
        goesOn ? m_recovery->lost : authority::readLostLog(m_places.folder, m_record->device, m_record->person, now);
    const Identity made = TRY(keychain::createSuccessor(keychain, m_passphrase, lost.device, now));
    const authority::Recovery recovery{
        lost, keychain.backend(), made.device.publicKey().thumbprint(), made.person.thumbprint()};
    TRY(authority::decideRecovery(m_places.folder, recovery));
    m_recovery = recovery;
    m_anew = Anew::Decided;
    m_archive = m_places.folder + u'/' + QString::fromStdString(lost.archive);
    return {};
}

Result<Identity> Startup::carryOutRecovery(Keychain& keychain)
{
    auto identity = TRY(keychain::loadIdentity(keychain, History::KeysWereMade));
    if (TRY(keychain::firstDevice(*identity)) != m_recovery->device)
        return fail(ErrorCode::KeychainEmptied,
            "The keychain holds other keys than those with which Countersign was to start anew. Nothing was changed. "
            "Put the keychain back as it was, or start anew once more.");
    if (!m_record || m_record->device != m_recovery->device) {
        TRY(authority::setAside(m_places.folder, *m_recovery));
        m_record = IdentityRecord{m_recovery->backend, m_recovery->device, m_recovery->person};
        TRY(writeIdentityRecord(m_places.folder, *m_record));
    }
    TRY(keychain::settleSuccessor(keychain));
    return *std::move(identity);
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
        .clock = &m_clock,
        .follows = m_recovery ? std::optional(m_recovery->lost) : std::nullopt,
        .deviceKeeper = deviceKeeper(),
        .bodies = m_places.bodies};
    auto started = authority::Authority::start(std::move(options));
    if (!started) {
        report(started.error());
        return;
    }
    m_authority = std::move(*started);
    if (auto ended = m_recovery ? authority::endRecovery(m_places.folder) : Result<void>(); !ended)
        qWarning("That Countersign started anew will be looked at again: %s", ended.error().message.c_str());
    m_gui.post([this] { Q_EMIT this->started(); });
}

authority::DeviceKeeper Startup::deviceKeeper()
{
    authority::DeviceKeeper keeper;
    keeper.stage = [&thread = m_keychain](const Identity& now, const keychain::NextDevice& next) -> Result<void> {
        auto stored = std::make_shared<std::promise<Result<void>>>();
        thread.post(
            [now, next, stored](Keychain* open) { stored->set_value(keychain::stageDevice(*open, now, next)); });
        return stored->get_future().get();
    };
    keeper.adopt = [&thread = m_keychain](const Identity& now) {
        thread.post([now](Keychain* open) {
            if (auto adopted = keychain::adoptDevice(*open, now); !adopted)
                qWarning("The new key will be taken over at the next start: %s", adopted.error().message.c_str());
        });
    };
    return keeper;
}

void Startup::report(Error error)
{
    m_gui.post([this, error = std::move(error)] { Q_EMIT failed(error); });
}

} // namespace countersign::desktop
