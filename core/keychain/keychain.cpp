// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/keychain.h"

#include <algorithm>
#include <format>
#include <utility>

namespace countersign::keychain {

std::string_view backendName(Backend backend)
{
    switch (backend) {
    case Backend::KWallet:
        return "kwallet";
    case Backend::SecretService:
        return "secret-service";
    case Backend::SealedFile:
        return "sealed-file";
    }
    std::unreachable();
}

std::optional<Backend> backendFromName(std::string_view name)
{
    for (const auto backend : {Backend::KWallet, Backend::SecretService, Backend::SealedFile}) {
        if (backendName(backend) == name) {
            return backend;
        }
    }
    return std::nullopt;
}

std::string_view backendTitle(Backend backend)
{
    switch (backend) {
    case Backend::KWallet:
        return "KWallet";
    case Backend::SecretService:
        return "the desktop's keyring";
    case Backend::SealedFile:
        return "the sealed key file";
    }
    std::unreachable();
}

Result<void> checkEntry(std::string_view name, std::size_t size)
{
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (name.empty() || name.size() > kMaxEntryNameBytes || !std::ranges::all_of(name, allowed)) {
        return fail(ErrorCode::InvalidInput, "That is not a name for a keychain entry.");
    }
    if (size > kMaxEntryBytes) {
        return fail(
            ErrorCode::TooLarge, std::format("The keychain entry “{}” is larger than {} bytes.", name, kMaxEntryBytes));
    }
    return {};
}

} // namespace countersign::keychain
