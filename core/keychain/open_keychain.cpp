// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/open_keychain.h"

#include "core/keychain/kwallet_keychain.h"
#include "core/keychain/sealed_file_keychain.h"
#include "core/keychain/secret_service_keychain.h"

#include <utility>

namespace countersign::keychain {

std::vector<Backend> availableBackends()
{
    std::vector<Backend> found;
    if (kwalletAnswers()) {
        found.push_back(Backend::KWallet);
    }
    if (secretServiceAnswers()) {
        found.push_back(Backend::SecretService);
    }
    found.push_back(Backend::SealedFile);
    return found;
}

Result<std::unique_ptr<Keychain>> openKeychain(Backend backend, const OpenOptions& options)
{
    switch (backend) {
    case Backend::KWallet:
        return openKWallet();
    case Backend::SecretService:
        return openSecretService();
    case Backend::SealedFile:
        return openSealedFile(options);
    }
    std::unreachable();
}

} // namespace countersign::keychain
