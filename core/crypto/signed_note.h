// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Signed notes (C2SP signed-note v1.0) with Ed25519: the form of checkpoints.
#pragma once

#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <string>
#include <string_view>

namespace countersign::crypto {

/// "<name>+<hex key id>+<base64 key>": what Go's note.NewVerifier takes.
[[nodiscard]] std::string noteVerifierKey(std::string_view name, const PublicKey& key);
/// `text` must end in a newline and hold no control characters but newlines.
[[nodiscard]] Result<std::string> signNote(std::string_view text, std::string_view name, const PrivateKey& key);
/// The text of a note that carries a valid signature of (name, key). Signatures of others are passed over.
[[nodiscard]] Result<std::string> openNote(std::string_view note, std::string_view name, const PublicKey& key);

} // namespace countersign::crypto
