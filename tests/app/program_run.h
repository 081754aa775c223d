// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs of the program on one data folder, with real keys in a sealed file and without its windows.
#pragma once

#include "app/desktop/startup.h"
#include "core/authority/device_keys.h"
#include "core/authority/recovery.h"
#include "core/keychain/identity.h"
#include "tests/support/authority_fixture.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>

namespace countersign::desktop::test {

using namespace Qt::StringLiterals;

inline const QString kWords = u"the words of the person"_s;

/// One run of the program, without its windows.
struct ProgramRun {
    explicit ProgramRun(const QString& folder)
        : broker(gui, [this](keychain::PassphrasePurpose, const QString&) { broker.answer(secret(passphrase)); })
        , startup({folder, "http://127.0.0.1:7317"}, gui, keysThread, broker, clock)
    {
        QObject::connect(&startup, &Startup::started, &startup, [this] {
            running = startup.takeAuthority();
            outcome = "started";
        });
        QObject::connect(&startup, &Startup::failed, &startup, [this](const Error& error) {
            outcome = std::string(errorName(error.code));
            mayStartAnew = startup.mayStartAnew(error);
        });
        QObject::connect(&startup, &Startup::firstStart, &startup, [this] { outcome = "first start"; });
    }
    ~ProgramRun() { broker.shutDown(); }

    static crypto::SecretBytes secret(QString text) { return crypto::SecretBytes::takeFrom(text); }
    std::string wait()
    {
        if (!QTest::qWaitFor([this] { return !outcome.empty(); }, 60'000))
            return "nothing";
        return std::exchange(outcome, {});
    }
    std::string begin()
    {
        startup.begin();
        return wait();
    }
    std::string makeIdentity()
    {
        QString words = kWords;
        startup.makeIdentity(keychain::Backend::SealedFile, words);
        return wait();
    }
    std::string startAnew(QString words = kWords)
    {
        startup.startAnew(keychain::Backend::SealedFile, words);
        return wait();
    }
    /// As after the first start: it began, and its keys are made.
    static void first(const QString& folder)
    {
        ProgramRun run(folder);
        if (run.begin() != "first start" || run.makeIdentity() != "started")
            qFatal("no first start");
    }
    template <typename T> T on(const std::function<T(keychain::Keychain&)>& work)
    {
        std::optional<T> result;
        std::atomic<bool> done = false;
        keysThread.post([&](keychain::Keychain* open) {
            result.emplace(work(*open));
            done = true;
        });
        if (!QTest::qWaitFor([&] { return done.load(); }, 60'000)) // it may ask this thread for a passphrase
            qFatal("the keychain does not answer");
        return *std::move(result);
    }
    authority::DeskStatus status()
    {
        return testing::AuthorityFixture::wait<authority::DeskStatus>([&](auto reply) {
            running->status(std::move(reply));
        }).value();
    }
    /// The newest entries of the log, oldest first.
    std::vector<authority::TimelineEntry> log()
    {
        auto entries = testing::AuthorityFixture::wait<std::vector<authority::TimelineEntry>>([&](auto reply) {
            running->timeline({}, std::nullopt, 100, std::move(reply));
        }).value();
        std::ranges::reverse(entries);
        return entries;
    }

    QString passphrase = kWords;
    std::string outcome;
    bool mayStartAnew = false;
    SystemClock clock;
    Mailbox gui;
    PassphraseBroker broker;
    keychain::KeychainThread keysThread;
    std::unique_ptr<authority::Authority> running;
    Startup startup;
};

inline QStringList archivesIn(const QString& folder)
{
    return QDir(folder).entryList({u"set-aside-*"_s}, QDir::Dirs);
}

/// A sealed file that this passphrase does not open any more: it is gone.
inline void loseKeys(const QString& folder)
{
    if (!QFile::remove(folder + u"/keychain.sealed"_s))
        qFatal("there were no keys");
}

inline Thumbprint deviceOf(const QString& folder)
{
    return readIdentityRecord(folder).value().value().device;
}

} // namespace countersign::desktop::test
