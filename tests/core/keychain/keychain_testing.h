// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the keychain's tests share: secrets, answers to passphrase questions, other programs, the bus.
#pragma once

#include "core/keychain/open_keychain.h"

#include <QDBusMessage>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTest>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::keychain::testing {

inline constexpr std::string_view kFilePassphrase = "the file's passphrase"; // the probe's
inline constexpr std::string_view kPersonPassphrase = "the person's passphrase";

[[nodiscard]] inline crypto::SecretBytes secret(std::string_view text)
{
    return crypto::SecretBytes(text);
}

/// The error's name, or "ok".
template <typename T> [[nodiscard]] std::string outcome(const Result<T>& result)
{
    return result ? "ok" : std::string(errorName(result.error().code));
}
template <typename T> [[nodiscard]] QByteArray messageOf(const Result<T>& result)
{
    return result ? QByteArray() : QByteArray::fromStdString(result.error().message);
}

/// An entry's text; "none" where there is none; the error's name.
[[nodiscard]] std::string entry(Keychain& keychain, std::string_view name);

/// Answers passphrase questions one after the other and notes what was asked. Cancels when it has no answer left.
struct Answers {
    std::vector<std::string> texts;
    std::vector<PassphrasePurpose> purposes;
    std::vector<QString> reasons;

    [[nodiscard]] AskPassphrase asker();
};

struct Ran {
    int status = -1;
    QByteArray output;
};

/// Runs a program to its end. `environment`: "NAME=value" to set.
[[nodiscard]] Ran run(const QString& program, const QStringList& arguments, const QStringList& environment = {});
/// The probe's line, without the message of an error.
[[nodiscard]] std::string probe(
    Backend backend, const QString& folder, const QStringList& arguments, const QStringList& environment = {});
/// The probe, started and not waited for.
[[nodiscard]] std::unique_ptr<QProcess> startProbe(
    Backend backend, const QString& folder, const QStringList& arguments);

/// A path in tests/support.
[[nodiscard]] QString support(const char* name);

QDBusMessage call(const QString& service, const QString& path, const QString& interface, const QString& method,
    const QVariantList& arguments = {});
/// Ends the program behind a bus name and waits until the name is free.
[[nodiscard]] bool killService(const QString& service);

/// Waits for a window of that title, gives it the focus, types the text and presses the key ("Return").
[[nodiscard]] bool typeInto(const QString& title, const QString& text, const QString& key);

/// Runs the probe on a new session bus that knows no services at all.
[[nodiscard]] std::string probeOnEmptyBus(Backend backend, const QString& folder, const QStringList& arguments);

} // namespace countersign::keychain::testing
