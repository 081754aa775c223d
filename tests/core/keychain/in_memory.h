// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What sits above a keychain is tried on one in memory, which can fail at a given call; the real ones have their own
// tests.
#pragma once

#include "core/keychain/keychain.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace countersign::keychain::testing {

class InMemory final : public Keychain {
public:
    [[nodiscard]] Backend backend() const override { return Backend::KWallet; }
    [[nodiscard]] Result<std::optional<crypto::SecretBytes>> read(std::string_view name) override
    {
        if (failing == ErrorCode::KeychainLocked) {
            return fail(ErrorCode::KeychainLocked, "closed");
        }
        const auto at = entries.find(name);
        return at == entries.end() ? std::nullopt : std::optional(crypto::SecretBytes(at->second));
    }
    [[nodiscard]] Result<void> write(std::string_view name, const crypto::SecretBytes& value) override
    {
        if (writesLeft-- <= 0) {
            return fail(ErrorCode::KeychainDenied, "no more");
        }
        order.emplace_back(name);
        entries.insert_or_assign(std::string(name), std::string(value.view()));
        return {};
    }

    std::map<std::string, std::string, std::less<>> entries;
    std::vector<std::string> order;
    int writesLeft = 1000;
    std::optional<ErrorCode> failing;
};

} // namespace countersign::keychain::testing
