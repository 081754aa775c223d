// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Detecting and opening keychains.
#pragma once

#include "core/base/result.h"
#include "core/keychain/keychain.h"

#include <QString>

#include <functional>
#include <memory>
#include <vector>

namespace countersign::keychain {

/// What asks the person for the sealed file's passphrase; called on the keychain thread, may block it.
/// `reason`: a sentence ("wrong passphrase, try again"), empty the first time. Cancelled: Error{Cancelled}.
/// The second argument says whether a new passphrase is being chosen.
enum class PassphrasePurpose : std::uint8_t { OpenSealedFile, NewSealedFile };
using AskPassphrase = std::function<Result<crypto::SecretBytes>(PassphrasePurpose purpose, const QString& reason)>;

struct OpenOptions {
    QString folder; ///< where the sealed file lives: the data folder
    AskPassphrase askPassphrase;
};

/// The keychains that answer on this desktop, in the order of preference: KWallet, Secret Service. The sealed file is
/// always possible and comes last. Asks the bus only; opens nothing. Call on the keychain thread.
[[nodiscard]] std::vector<Backend> availableBackends();

/// Opens one keychain, which may show the desktop's own unlock window and then blocks until the person answered it.
/// Errors as for Keychain; StorageInUse when another process has the sealed file open. Changes nothing that is stored:
/// a sealed file that does not exist yet is made, and its passphrase chosen, by the first write.
[[nodiscard]] Result<std::unique_ptr<Keychain>> openKeychain(Backend backend, const OpenOptions& options);

} // namespace countersign::keychain
