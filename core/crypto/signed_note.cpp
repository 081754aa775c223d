// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/signed_note.h"

#include "core/base/text_safety.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <algorithm>

namespace countersign::crypto {

namespace {
constexpr char kEd25519Algorithm = '\x01';
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kMaxNoteBytes = 1024 * 1024;
constexpr int kMaxSignatures = 100;
constexpr std::string_view kSignatureStart = "\u2014 "; // em dash, space

std::string keyId(std::string_view name, const PublicKey& key)
{
    const std::string identity = std::string(name) + '\n' + kEd25519Algorithm + key.rawEd25519();
    return sha256(identity).substr(0, kKeyIdBytes);
}

bool isName(std::string_view name)
{
    return !name.empty() && isPlainText(name) && !name.contains(' ') && !name.contains('+');
}

bool isNoteText(std::string_view text)
{
    const bool clean =
        std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
    return text.ends_with('\n') && clean && isValidUtf8(text) && text.size() <= kMaxNoteBytes;
}

struct SignatureLine {
    std::string name;
    std::string keyId;
    std::string signature;
};

Result<SignatureLine> parseSignatureLine(std::string_view line)
{
    const auto malformed = [] { return fail(ErrorCode::InvalidInput, "A signature line of the note is malformed."); };
    if (!line.starts_with(kSignatureStart))
        return malformed();
    line.remove_prefix(kSignatureStart.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !isName(line.substr(0, space)))
        return malformed();
    const Result<std::string> bytes = fromBase64(line.substr(space + 1));
    if (!bytes || bytes->size() <= kKeyIdBytes)
        return malformed();
    return SignatureLine{std::string(line.substr(0, space)), bytes->substr(0, kKeyIdBytes), bytes->substr(kKeyIdBytes)};
}
} // namespace

std::string noteVerifierKey(std::string_view name, const PublicKey& key)
{
    return std::string(name) + '+' + hex(keyId(name, key)) + '+' + base64(kEd25519Algorithm + key.rawEd25519());
}

Result<std::string> signNote(std::string_view text, std::string_view name, const PrivateKey& key)
{
    if (!isNoteText(text) || !isName(name) || key.publicKey().type() != KeyType::Ed25519)
        return fail(ErrorCode::InvalidInput, "The note's text, name or key doesn't suit a signed note.");
    const Result<std::string> signature = key.sign(text);
    if (!signature)
        return std::unexpected(signature.error());
    return std::string(text) + '\n' + std::string(kSignatureStart) + std::string(name) + ' '
        + base64(keyId(name, key.publicKey()) + *signature) + '\n';
}

Result<std::string> openNote(std::string_view note, std::string_view name, const PublicKey& key)
{
    if (key.type() != KeyType::Ed25519)
        return fail(ErrorCode::InvalidInput, "The key doesn't suit a signed note.");
    const std::size_t split = note.rfind("\n\n");
    if (split == std::string_view::npos || !note.ends_with('\n') || !isNoteText(note))
        return fail(ErrorCode::InvalidInput, "Not a signed note.");
    const std::string_view text = note.substr(0, split + 1);
    std::string_view lines = note.substr(split + 2);
    const std::string wantedId = keyId(name, key);

    bool verified = false;
    for (int count = 0; !lines.empty(); ++count) {
        const std::size_t end = lines.find('\n');
        const Result<SignatureLine> line = parseSignatureLine(lines.substr(0, end));
        if (!line)
            return std::unexpected(line.error());
        if (count == kMaxSignatures)
            return fail(ErrorCode::InvalidInput, "The note has too many signatures.");
        lines.remove_prefix(end + 1);
        if (line->name != name || line->keyId != wantedId)
            continue;
        if (!key.verify(text, line->signature))
            return fail(ErrorCode::BadSignature, "The note's signature is wrong.");
        verified = true;
    }
    if (!verified)
        return fail(ErrorCode::BadSignature, "The note isn't signed by this key.");
    return std::string(text);
}

} // namespace countersign::crypto
