// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Signed notes (C2SP signed-note v1.0) with Ed25519: the form of checkpoints; and witnesses' cosignatures under them
// (C2SP tlog-cosignature, cosignature/v1).
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::crypto {

enum class NoteAlgorithm : std::uint8_t { Ed25519 = 0x01, Cosignature = 0x04 };

struct NoteVerifierKey {
    std::string name;
    PublicKey key; ///< Ed25519
    NoteAlgorithm algorithm = NoteAlgorithm::Ed25519;
};

/// Strict: exactly as the key is written. Other algorithms than these two are an error. Error: InvalidInput.
[[nodiscard]] Result<NoteVerifierKey> parseNoteVerifierKey(std::string_view text);

/// "<name>+<hex key id>+<base64 key>": what Go's note.NewVerifier takes.
[[nodiscard]] std::string noteVerifierKey(std::string_view name, const PublicKey& key);
/// `text` must end in a newline and hold no control characters but newlines.
[[nodiscard]] Result<std::string> signNote(std::string_view text, std::string_view name, const PrivateKey& key);
/// The text of a note that carries a valid signature of (name, key). Signatures of others are passed over.
[[nodiscard]] Result<std::string> openNote(std::string_view note, std::string_view name, const PublicKey& key);

/// When that witness cosigned the note. `witness`: its verifier key (vkey, type 0x04). Error: InvalidInput for what is
/// no note or no such key; BadSignature where the witness didn't sign, or wrongly.
[[nodiscard]] Result<UnixSeconds> verifyCosignature(std::string_view note, std::string_view witness);

} // namespace countersign::crypto
