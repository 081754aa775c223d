// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/signed_note.h"

#include "core/base/text_safety.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace countersign::crypto {

namespace {
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kMaxNoteBytes = 1024 * 1024;
constexpr std::size_t kMaxSignatures = 100;
constexpr std::size_t kTimestampBytes = 8;
constexpr std::string_view kSignatureStart = "\u2014 "; // em dash, space

/// The algorithm's byte and the key, as they stand in a verifier key and in what the key id is made from.
std::string typedKey(const PublicKey& key, NoteAlgorithm algorithm)
{
    return static_cast<char>(algorithm) + key.rawEd25519();
}

std::string keyId(std::string_view name, const PublicKey& key, NoteAlgorithm algorithm)
{
    return sha256(std::string(name) + '\n' + typedKey(key, algorithm)).substr(0, kKeyIdBytes);
}

std::string verifierKeyText(std::string_view name, const PublicKey& key, NoteAlgorithm algorithm)
{
    return std::string(name) + '+' + hex(keyId(name, key, algorithm)) + '+' + base64(typedKey(key, algorithm));
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

struct Note {
    std::string text;
    std::vector<SignatureLine> signatures;
};

Result<Note> parseNote(std::string_view note)
{
    const std::size_t split = note.rfind("\n\n");
    if (split == std::string_view::npos || !note.ends_with('\n') || !isNoteText(note))
        return fail(ErrorCode::InvalidInput, "Not a signed note.");
    Note parsed{.text = std::string(note.substr(0, split + 1)), .signatures = {}};
    std::string_view lines = note.substr(split + 2);
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        Result<SignatureLine> line = parseSignatureLine(lines.substr(0, end));
        if (!line)
            return std::unexpected(line.error());
        if (parsed.signatures.size() == kMaxSignatures)
            return fail(ErrorCode::InvalidInput, "The note has too many signatures.");
        parsed.signatures.push_back(std::move(*line));
        lines.remove_prefix(end + 1);
    }
    return parsed;
}

std::vector<std::string> signaturesBy(const Note& note, std::string_view name, std::string_view id)
{
    std::vector<std::string> found;
    for (const SignatureLine& line : note.signatures) {
        if (line.name == name && line.keyId == id)
            found.push_back(line.signature);
    }
    return found;
}

/// The big-endian number before the signature proper.
Result<UnixSeconds> cosignatureTime(std::string_view signature)
{
    std::uint64_t time = 0;
    for (const char byte : signature.substr(0, kTimestampBytes))
        time = time << 8U | static_cast<unsigned char>(byte);
    if (signature.size() < kTimestampBytes || !std::in_range<std::int64_t>(time))
        return fail(ErrorCode::BadSignature, "The time of a cosignature is out of range.");
    return UnixSeconds{static_cast<std::int64_t>(time)};
}
} // namespace

std::string noteVerifierKey(std::string_view name, const PublicKey& key)
{
    return verifierKeyText(name, key, NoteAlgorithm::Ed25519);
}

Result<NoteVerifierKey> parseNoteVerifierKey(std::string_view text)
{
    const auto malformed = [] { return fail(ErrorCode::InvalidInput, "The verifier key of a note is malformed."); };
    // The key's base64 may have plus signs of its own.
    const std::size_t afterName = text.find('+');
    const std::size_t afterId = afterName == std::string_view::npos ? afterName : text.find('+', afterName + 1);
    if (afterId == std::string_view::npos || !isName(text.substr(0, afterName)))
        return malformed();
    const Result<std::string> typed = fromBase64(text.substr(afterId + 1));
    if (!typed || typed->empty())
        return malformed();
    const auto algorithm = static_cast<NoteAlgorithm>(typed->front());
    if (algorithm != NoteAlgorithm::Ed25519 && algorithm != NoteAlgorithm::Cosignature)
        return fail(ErrorCode::NotSupported, "The verifier key of a note is not of an algorithm that we know.");
    auto key = PublicKey::fromEd25519(std::string_view(*typed).substr(1));
    if (!key || verifierKeyText(text.substr(0, afterName), *key, algorithm) != text)
        return malformed();
    return NoteVerifierKey{std::string(text.substr(0, afterName)), std::move(*key), algorithm};
}

Result<std::string> signNote(std::string_view text, std::string_view name, const PrivateKey& key)
{
    if (!isNoteText(text) || !isName(name) || key.publicKey().type() != KeyType::Ed25519)
        return fail(ErrorCode::InvalidInput, "The note's text, name or key doesn't suit a signed note.");
    const Result<std::string> signature = key.sign(text);
    if (!signature)
        return std::unexpected(signature.error());
    return std::string(text) + '\n' + std::string(kSignatureStart) + std::string(name) + ' '
        + base64(keyId(name, key.publicKey(), NoteAlgorithm::Ed25519) + *signature) + '\n';
}

Result<std::string> openNote(std::string_view note, std::string_view name, const PublicKey& key)
{
    if (key.type() != KeyType::Ed25519)
        return fail(ErrorCode::InvalidInput, "The key doesn't suit a signed note.");
    const Result<Note> parsed = parseNote(note);
    if (!parsed)
        return std::unexpected(parsed.error());
    const auto signatures = signaturesBy(*parsed, name, keyId(name, key, NoteAlgorithm::Ed25519));
    if (signatures.empty())
        return fail(ErrorCode::BadSignature, "The note isn't signed by this key.");
    for (const std::string& signature : signatures) {
        if (!key.verify(parsed->text, signature))
            return fail(ErrorCode::BadSignature, "The note's signature is wrong.");
    }
    return parsed->text;
}

Result<UnixSeconds> verifyCosignature(std::string_view note, std::string_view witness)
{
    const Result<NoteVerifierKey> verifier = parseNoteVerifierKey(witness);
    if (!verifier)
        return std::unexpected(verifier.error());
    if (verifier->algorithm != NoteAlgorithm::Cosignature)
        return fail(ErrorCode::InvalidInput, "The key is not that of a witness.");
    const Result<Note> parsed = parseNote(note);
    if (!parsed)
        return std::unexpected(parsed.error());
    const auto signatures =
        signaturesBy(*parsed, verifier->name, keyId(verifier->name, verifier->key, verifier->algorithm));
    if (signatures.size() != 1)
        return fail(ErrorCode::BadSignature, "The note has no cosignature of this witness, or several.");
    const std::string& signature = signatures.front();
    const auto time = cosignatureTime(signature);
    if (!time)
        return std::unexpected(time.error());
    const std::string signedText = "cosignature/v1\ntime " + std::to_string(time->value) + '\n' + parsed->text;
    if (!verifier->key.verify(signedText, std::string_view(signature).substr(kTimestampBytes)))
        return fail(ErrorCode::BadSignature, "The witness's cosignature is wrong.");
    return *time;
}

} // namespace countersign::crypto
