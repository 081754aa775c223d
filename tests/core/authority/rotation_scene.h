// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An authority on keys in a real sealed file, with an agent that acts while the device gets other keys.
#pragma once

#include "core/audit/device_terms.h"
#include "core/authority/device_keys.h"
#include "core/base/json.h"
#include "core/crypto/jws.h"
#include "core/keychain/device_rotation.h"
#include "core/keychain/keychain_thread.h"
#include "tests/support/actions.h"

#include <QTemporaryDir>

#include <functional>
#include <future>

namespace countersign::testing {

inline Thumbprint thumbprintOf(const crypto::PrivateKey& key)
{
    return key.publicKey().thumbprint();
}

/// A real keychain, and how far it gets before the power goes.
class SealedKeys {
public:
    enum class Cut : std::uint8_t { Never, BeforeStaging, BeforeAdopting };

    SealedKeys() { open(); }

    void open()
    {
        m_thread.emplace();
        std::promise<bool> opened;
        m_thread->open(keychain::Backend::SealedFile,
            {m_folder.path(),
                [](auto&&, auto&&) -> Result<crypto::SecretBytes> { return crypto::SecretBytes("the file's words"); }},
            [&](const Result<void>& result) { opened.set_value(result.has_value()); });
        if (!opened.get_future().get())
            qFatal("the keychain does not open");
    }
    template <typename T> T on(const std::function<T(keychain::Keychain&)>& work)
    {
        std::promise<T> done;
        m_thread->post([&](keychain::Keychain* open) { done.set_value(work(*open)); });
        return done.get_future().get();
    }
    keychain::Identity create()
    {
        return on<keychain::Identity>([](keychain::Keychain& open) {
            // As createIdentity() stores them, but sealed at the cheap cost of tests.
            keychain::Identity made = makeIdentity();
            const json::Object marker{{"device", thumbprintOf(made.device).value},
                {"log", thumbprintOf(made.log).value}, {"person", made.person.thumbprint().value}};
            if (!open.write("device-key", made.device.toPkcs8().value())
                || !open.write("log-key", made.log.toPkcs8().value())
                || !open.write("person-key", crypto::SecretBytes(made.sealedPersonKey))
                || !open.write("identity", crypto::SecretBytes(json::serialize(marker))))
                qFatal("the keys can't be stored");
            return made;
        });
    }
    keychain::Identity load()
    {
        return on<keychain::Identity>([](keychain::Keychain& open) {
            return keychain::loadIdentity(open, keychain::History::KeysWereMade).value().value();
        });
    }
    authority::DeviceKeeper keeper()
    {
        return {[this](const keychain::Identity& now, const keychain::NextDevice& next) -> Result<void> {
                    if (cut == Cut::BeforeStaging)
                        return fail(ErrorCode::KeychainLocked, "The keychain was locked.");
                    return on<Result<void>>(
                        [&](keychain::Keychain& open) { return keychain::stageDevice(open, now, next); });
                },
            [this](const keychain::Identity& now) {
                if (cut == Cut::Never)
                    m_thread->post([now](keychain::Keychain* open) {
                        if (!keychain::adoptDevice(*open, now))
                            qFatal("not adopted");
                    });
            }};
    }
    QTemporaryDir& folder() { return m_folder; }

    Cut cut = Cut::Never;

private:
    QTemporaryDir m_folder;
    std::optional<keychain::KeychainThread> m_thread;
};

/// An agent that acts, on keys in a sealed file.
struct RotationScene {
    SealedKeys keys;
    QTemporaryDir folder;
    AuthorityFixture fixture{folder.path(), keys.create()};
    Thumbprint first = thumbprintOf(fixture.identity().device);
    std::optional<TestAgent> agent;
    ServiceId service;
    authority::TokenSet tokens;

    RotationScene()
    {
        fixture.setDeviceKeeper(keys.keeper());
        must(fixture.start(), "start");
        agent = fixture.registerAgent();
        service = addService(fixture);
        tokens = grantTo(fixture, *agent, paymentsWith({}));
    }
    [[nodiscard]] std::string pay()
    {
        const auto answer = perform(fixture,
            withSignature(
                performanceOf(fixture, service, tokens.accessToken, *agent, payment("1")), fixture.clock().now()));
        return isPermitted(answer) ? answer->receipt->jws : std::string();
    }
    /// As after a power cut: with what the keychain and the folder have.
    [[nodiscard]] Result<void> restart()
    {
        fixture.stop();
        fixture.setIdentity(keys.load());
        return fixture.start();
    }
    [[nodiscard]] Thumbprint device() { return fixture.status().device; }
    [[nodiscard]] std::vector<crypto::PublicKey> published() { return audit::keysOf(fixture.authority().deviceKeys()); }
    [[nodiscard]] std::string checked()
    {
        const auto entries = AuthorityFixture::wait<std::uint64_t>(
            [&](auto reply) { fixture.authority().checkLog({}, std::move(reply)); });
        return entries ? "right" : entries.error().message;
    }
};

inline std::string signerOf(const std::string& jws)
{
    return crypto::parseJws(jws).value().keyId();
}

} // namespace countersign::testing
