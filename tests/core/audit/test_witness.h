// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A witness that cosigns whatever it is given (C2SP tlog-cosignature, cosignature/v1).
#pragma once

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <string>

namespace countersign::test {

struct TestWitness {
    std::string name;
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::Ed25519).value();

    [[nodiscard]] std::string verifierKey() const
    {
        return name + '+' + crypto::hex(id()) + '+' + crypto::base64('\x04' + key.publicKey().rawEd25519());
    }
    /// Its line under the note, without the newline.
    [[nodiscard]] std::string line(const std::string& note, std::uint64_t time = 1'767'300'000) const
    {
        const std::string text = note.substr(0, note.find("\n\n") + 1);
        const std::string signature = key.sign("cosignature/v1\ntime " + std::to_string(time) + '\n' + text).value();
        std::string bytes = id();
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes += static_cast<char>(time >> static_cast<unsigned>(shift) & 0xffU);
        return "\u2014 " + name + ' ' + crypto::base64(bytes + signature);
    }

private:
    [[nodiscard]] std::string id() const
    {
        return crypto::sha256(name + "\n\x04" + key.publicKey().rawEd25519()).substr(0, 4);
    }
};

} // namespace countersign::test
