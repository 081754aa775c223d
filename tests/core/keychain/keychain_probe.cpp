// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A program of its own that does one thing with a keychain, for tests of restarts, kills and second processes.
// usage: keychain_probe BACKEND FOLDER VERB [ARG…]; prints one line: the outcome, or the error's name and message.
#include "core/base/json.h"
#include "core/keychain/device_rotation.h"
#include "core/keychain/identity.h"
#include "core/keychain/open_keychain.h"

#include <QCoreApplication>
#include <QStringList>

#include <csignal>
#include <iostream>
#include <string>

using namespace countersign;
using namespace countersign::keychain;

namespace {

constexpr std::string_view kFilePassphrase = "the file's passphrase";
constexpr std::string_view kPersonPassphrase = "the person's passphrase";

int say(std::string_view line)
{
    std::cout << line << std::endl;
    return 0;
}

int say(const Error& error)
{
    std::cout << errorName(error.code) << ": " << error.message << std::endl;
    return 1;
}

// Dies as a power cut would, instead of its n-th write.
class Dying final : public Keychain {
public:
    Dying(Keychain& real, int writes) : m_real(real), m_writes(writes) { }
    [[nodiscard]] Backend backend() const override { return m_real.backend(); }
    [[nodiscard]] Result<std::optional<crypto::SecretBytes>> read(std::string_view name) override
    {
        return m_real.read(name);
    }
    [[nodiscard]] Result<void> write(std::string_view name, const crypto::SecretBytes& secret) override
    {
        if (m_writes-- == 0) {
            ::raise(SIGKILL);
        }
        return m_real.write(name, secret);
    }

private:
    Keychain& m_real;
    int m_writes;
};

int create(Keychain& keychain)
{
    const auto made = createIdentity(keychain, crypto::SecretBytes(kPersonPassphrase));
    return made ? say(made->device.publicKey().thumbprint().value) : say(made.error());
}

int load(Keychain& keychain, History history)
{
    const auto loaded = loadIdentity(keychain, history);
    if (!loaded) {
        return say(loaded.error());
    }
    return say(*loaded ? (*loaded)->device.publicKey().thumbprint().value : "none");
}

// "DEVICE ROTATIONS NEXT"
int tellKeys(Keychain& keychain)
{
    const auto loaded = loadIdentity(keychain, History::KeysWereMade);
    if (!loaded) {
        return say(loaded.error());
    }
    const Identity& keys = **loaded;
    return say(keys.device.publicKey().thumbprint().value + ' ' + std::to_string(keys.rotations.size()) + ' '
        + (keys.next ? keys.next->key.publicKey().thumbprint().value : "none"));
}

// What the log would put in force is adopted.
int adopt(Keychain& keychain, Identity keys, const NextDevice& next)
{
    keys.device = next.key;
    keys.rotations.push_back(next.statement);
    const auto adopted = adoptDevice(keychain, keys);
    return adopted ? say(keys.device.publicKey().thumbprint().value) : say(adopted.error());
}

int rotate(Keychain& keychain)
{
    const auto loaded = loadIdentity(keychain, History::KeysWereMade);
    auto key = crypto::PrivateKey::generate(crypto::KeyType::P256);
    if (!loaded || !key) {
        return say("there are no keys");
    }
    const NextDevice next{
        std::move(*key), json::serialize(json::Object{{"old", (*loaded)->device.publicKey().toJwk()}})};
    const auto staged = stageDevice(keychain, **loaded, next);
    return staged ? adopt(keychain, **loaded, next) : say(staged.error());
}

int succeed(Keychain& keychain, const QStringList& rest)
{
    const auto made = createSuccessor(
        keychain, crypto::SecretBytes(kPersonPassphrase), Thumbprint{rest.value(0).toStdString()}, UnixSeconds{1});
    return made ? say(made->device.publicKey().thumbprint().value) : say(made.error());
}

int read(Keychain& keychain, std::string_view name)
{
    const auto value = keychain.read(name);
    if (!value) {
        return say(value.error());
    }
    return say(*value ? (*value)->view() : "none");
}

int write(Keychain& keychain, std::string_view name, std::string_view value)
{
    const auto written = keychain.write(name, crypto::SecretBytes(value));
    return written ? say("ok") : say(written.error());
}

int run(Keychain& keychain, const std::string& verb, const QStringList& rest)
{
    if (verb == "open") {
        return say("ok");
    }
    if (verb == "hold") { // until standard input ends
        say("ok");
        std::string line;
        std::getline(std::cin, line);
        return 0;
    }
    if (verb == "create") {
        return create(keychain);
    }
    if (verb == "create-and-die") {
        Dying dying(keychain, rest.value(0).toInt());
        return create(dying);
    }
    if (verb == "load") {
        return load(keychain, rest.value(0) == QStringLiteral("first") ? History::FirstStart : History::KeysWereMade);
    }
    if (verb == "keys") {
        return tellKeys(keychain);
    }
    if (verb == "rotate-and-die") {
        Dying dying(keychain, rest.value(0).toInt());
        return rotate(dying);
    }
    if (verb == "adopt") {
        const auto loaded = loadIdentity(keychain, History::KeysWereMade);
        return loaded && (*loaded)->next ? adopt(keychain, **loaded, *(*loaded)->next) : say("nothing is staged");
    }
    if (verb == "succeed") {
        return succeed(keychain, rest);
    }
    if (verb == "succeed-and-die") {
        Dying dying(keychain, rest.value(1).toInt());
        return succeed(dying, rest);
    }
    if (verb == "read") {
        return read(keychain, rest.value(0).toStdString());
    }
    if (verb == "write") {
        return write(keychain, rest.value(0).toStdString(), rest.value(1).toStdString());
    }
    return say("no such verb");
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("org.countersign.Countersign"));
    const auto arguments = QCoreApplication::arguments();
    const auto backend = backendFromName(arguments.value(1).toStdString());
    if (!backend) {
        return say("no such backend");
    }
    const OpenOptions options{
        arguments.value(2), [](PassphrasePurpose, const QString& reason) -> Result<crypto::SecretBytes> {
            if (!reason.isEmpty()) {
                return fail(ErrorCode::Cancelled, "The probe knows one passphrase only.");
            }
            return crypto::SecretBytes(kFilePassphrase);
        }};
    const auto keychain = openKeychain(*backend, options);
    return keychain ? run(**keychain, arguments.value(3).toStdString(), arguments.mid(4)) : say(keychain.error());
}
