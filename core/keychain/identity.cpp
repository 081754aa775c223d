// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/identity.h"

#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/keychain/device_rotation.h"
#include "core/keychain/identity_entries.h"
#include "core/keychain/seal.h"

#include <format>
#include <utility>

namespace countersign::keychain {

namespace {

constexpr std::string_view kSealPurpose = "person-key";

using crypto::PrivateKey;
using crypto::PublicKey;
using crypto::SecretBytes;

Result<bool> has(Keychain& keychain, std::string_view entry)
{
    return keychain.read(entry).transform([](const auto& value) { return value.has_value(); });
}

struct SealedKey {
    PublicKey key;
    std::string box;
};

Result<SealedKey> parseSealed(std::string_view text)
{
    const auto object = json::parseObject(text);
    if (!object) {
        return std::unexpected(object.error());
    }
    const auto* jwk = object->if_contains("public");
    if (!jwk || !jwk->is_object()) {
        return fail(ErrorCode::InvalidInput, "The sealed key has no public key beside it.");
    }
    auto key = PublicKey::fromJwk(jwk->get_object());
    if (!key) {
        return std::unexpected(std::move(key).error());
    }
    auto box = json::requiredString(*object, "sealed").and_then([](const std::string& sealed) {
        return crypto::fromBase64url(sealed);
    });
    if (!box) {
        return std::unexpected(std::move(box).error());
    }
    return SealedKey{std::move(*key), std::move(*box)};
}

Result<std::string> sealKey(const PrivateKey& key, const SecretBytes& passphrase)
{
    return key.toPkcs8()
        .and_then([&](const SecretBytes& der) { return seal(der, passphrase, kSealPurpose); })
        .transform([&](const std::string& box) {
            json::Object object;
            object["public"] = key.publicKey().toJwk();
            object["sealed"] = crypto::base64url(box);
            return json::serialize(object);
        });
}

// Whether the keys may have signed something: they were all stored, or the log that they sign has an anchor.
Result<bool> mayHaveSigned(Keychain& keychain)
{
    const auto complete = has(keychain, kIdentityEntry);
    if (!complete || *complete) {
        return complete;
    }
    return has(keychain, kAnchorEntry);
}

struct FreshKeys {
    PrivateKey device;
    PrivateKey log;
    PrivateKey person;
    std::string sealedPerson;
};

Result<FreshKeys> makeKeys(const SecretBytes& passphrase)
{
    auto device = TRY(PrivateKey::generate(crypto::KeyType::P256));
    auto log = TRY(PrivateKey::generate(crypto::KeyType::Ed25519));
    auto person = TRY(PrivateKey::generate(crypto::KeyType::P256));
    auto sealed = TRY(sealKey(person, passphrase));
    return FreshKeys{std::move(device), std::move(log), std::move(person), std::move(sealed)};
}

// Last the entry that makes the others count.
Result<Identity> storeKeys(Keychain& keychain, FreshKeys keys, std::optional<Thumbprint> replaces)
{
    TRY(writeKey(keychain, deviceEntry(1), keys.device));
    TRY(writeKey(keychain, kLogEntry, keys.log));
    TRY(keychain.write(kPersonEntry, SecretBytes(keys.sealedPerson)));
    const Marker marker{keys.device.publicKey().thumbprint(), keys.log.publicKey().thumbprint(),
        keys.person.publicKey().thumbprint(), 1, replaces};
    TRY(keychain.write(kIdentityEntry, markerText(marker)));
    return Identity{.device = std::move(keys.device),
        .log = std::move(keys.log),
        .person = keys.person.publicKey(),
        .sealedPersonKey = std::move(keys.sealedPerson),
        .replaces = std::move(replaces)};
}

Result<std::vector<std::string>> readRotations(Keychain& keychain, std::size_t generation)
{
    std::vector<std::string> statements;
    for (std::size_t each = 2; each <= generation; ++each) {
        statements.emplace_back(TRY(mustRead(keychain, rotationEntry(each))).view());
    }
    return statements;
}

// Without both of its entries it signed nothing.
Result<std::optional<NextDevice>> readNext(Keychain& keychain, std::size_t generation)
{
    const auto der = TRY(keychain.read(deviceEntry(generation)));
    const auto statement = TRY(keychain.read(rotationEntry(generation)));
    auto key = der ? PrivateKey::fromPkcs8(*der) : fail(ErrorCode::NotFound, "there is none");
    if (!key || key->publicKey().type() != crypto::KeyType::P256 || !statement) {
        return std::nullopt;
    }
    return NextDevice{*std::move(key), std::string(statement->view())};
}

// What is left of keys that are lost stays, under other names.
Result<void> keepRemains(Keychain& keychain, const std::optional<Marker>& marker, UnixSeconds now)
{
    std::vector<std::string> names{
        std::string(kLogEntry), std::string(kPersonEntry), std::string(kIdentityEntry), std::string(kAnchorEntry)};
    const std::size_t last = marker ? marker->generation : kMaxRotations + 1;
    for (std::size_t generation = marker ? last : 1; generation <= last; ++generation) {
        names.push_back(deviceEntry(generation));
    }
    for (const std::string& name : names) {
        if (const auto value = TRY(keychain.read(name))) {
            TRY(keychain.write(std::format("old-{}-{}", now.value, name), *value));
        }
    }
    return {};
}

// Error: KeychainDenied when the keychain has whole keys that are none of `lost`.
Result<void> mayReplace(Keychain& keychain, const Thumbprint& lost)
{
    const auto whole = loadIdentity(keychain, History::KeysWereMade);
    if (!whole) {
        return whole.error().code == ErrorCode::KeychainEmptied ? Result<void>() : std::unexpected(whole.error());
    }
    if ((*whole)->replaces == lost || TRY(firstDevice(**whole)) == lost) {
        return {};
    }
    return fail(ErrorCode::KeychainDenied,
        std::format("{} has all keys of another data folder of Countersign. New ones would take their place. Put that "
                    "data folder back, or choose another place for the new keys.",
            backendTitle(keychain.backend())));
}

} // namespace

Result<Identity> createIdentity(Keychain& keychain, const SecretBytes& passphrase)
{
    if (TRY(mayHaveSigned(keychain))) {
        return fail(ErrorCode::KeychainDenied,
            std::format("{} has keys of Countersign already. New ones would replace them, which Countersign never does "
                        "by itself. Start Countersign again to use them.",
                backendTitle(keychain.backend())));
    }
    return storeKeys(keychain, TRY(makeKeys(passphrase)), std::nullopt);
}

Result<std::optional<Identity>> loadIdentity(Keychain& keychain, History history)
{
    const auto marker = TRY(readMarker(keychain));
    if (!marker) {
        if (TRY(mayHaveSigned(keychain)) || history == History::KeysWereMade) {
            return emptied(keychain, "the keys that Countersign made are not in it, or not all of them");
        }
        return std::nullopt;
    }
    auto device = TRY(readKey(keychain, deviceEntry(marker->generation), crypto::KeyType::P256));
    auto log = TRY(readKey(keychain, kLogEntry, crypto::KeyType::Ed25519));
    const SecretBytes sealedText = TRY(mustRead(keychain, kPersonEntry));
    auto person = parseSealed(sealedText.view());
    if (!person) {
        return unreadable(keychain, kPersonEntry);
    }
    if (device.publicKey().thumbprint() != marker->device || log.publicKey().thumbprint() != marker->log
        || person->key.thumbprint() != marker->person) {
        return emptied(keychain, "its keys are not the ones that Countersign made together: one was replaced");
    }
    return Identity{.device = std::move(device),
        .log = std::move(log),
        .person = std::move(person->key),
        .sealedPersonKey = std::string(sealedText.view()),
        .rotations = TRY(readRotations(keychain, marker->generation)),
        .next = TRY(readNext(keychain, marker->generation + 1)),
        .replaces = marker->replaces};
}

Result<Thumbprint> firstDevice(const Identity& identity)
{
    if (identity.rotations.empty()) {
        return identity.device.publicKey().thumbprint();
    }
    const json::Object statement = TRY(json::parseObject(identity.rotations.front()));
    const auto* old = statement.if_contains("old");
    if (!old || !old->is_object()) {
        return fail(
            ErrorCode::KeychainEmptied, "The keychain does not say from which key of the device the first change led.");
    }
    return TRY(PublicKey::fromJwk(old->get_object())).thumbprint();
}

Result<Identity> createSuccessor(
    Keychain& keychain, const SecretBytes& passphrase, const Thumbprint& lost, UnixSeconds now)
{
    TRY(mayReplace(keychain, lost));
    auto keys = TRY(makeKeys(passphrase)); // before anything is touched: the passphrase may be too short
    const auto marker = readMarker(keychain).value_or(std::nullopt);
    if (!marker || !marker->replaces) { // else they are of a ceremony that was cut off, and signed nothing
        TRY(keepRemains(keychain, marker, now));
    }
    TRY(writeAnchor(keychain, {0, std::string(crypto::kSha256Bytes, '\0')}));
    return storeKeys(keychain, std::move(keys), lost);
}

Result<void> settleSuccessor(Keychain& keychain)
{
    auto marker = TRY(readMarker(keychain));
    if (!marker) {
        return emptied(keychain, "the keys that Countersign made are not in it any more");
    }
    if (!std::exchange(marker->replaces, std::nullopt)) {
        return {};
    }
    return keychain.write(kIdentityEntry, markerText(*marker));
}

Result<PrivateKey> unsealPersonKey(const std::string& sealedPersonKey, const SecretBytes& passphrase)
{
    const auto sealed = parseSealed(sealedPersonKey);
    if (!sealed) {
        return std::unexpected(sealed.error());
    }
    auto key = unseal(sealed->box, passphrase, kSealPurpose).and_then([](const SecretBytes& der) {
        return PrivateKey::fromPkcs8(der);
    });
    if (!key) {
        return key;
    }
    if (key->publicKey() != sealed->key) {
        return fail(ErrorCode::KeychainDenied,
            "The sealed key in the keychain is not the key that it says it is: something replaced it. Nothing was "
            "signed. Put back the keychain's last backup, and look for a program on this computer that writes into "
            "your keychain.");
    }
    return key;
}

Result<std::optional<LogAnchor>> readAnchor(Keychain& keychain)
{
    const auto stored = keychain.read(kAnchorEntry);
    if (!stored) {
        return std::unexpected(stored.error());
    }
    if (!*stored) {
        return std::nullopt;
    }
    const auto object = json::parseObject((*stored)->view());
    if (!object) {
        return unreadable(keychain, kAnchorEntry);
    }
    const auto size = json::requiredInteger(*object, "tree_size");
    const auto root = json::requiredString(*object, "root").and_then([](const std::string& text) {
        return crypto::fromBase64url(text);
    });
    if (!size || *size < 0 || !root || root->size() != crypto::kSha256Bytes) {
        return unreadable(keychain, kAnchorEntry);
    }
    return LogAnchor{static_cast<std::uint64_t>(*size), *root};
}

Result<void> writeAnchor(Keychain& keychain, const LogAnchor& anchor)
{
    if (anchor.root.size() != crypto::kSha256Bytes || !std::in_range<std::int64_t>(anchor.treeSize)) {
        return fail(ErrorCode::InvalidInput, "A log anchor has a tree size and a root of 32 bytes.");
    }
    json::Object object;
    object["tree_size"] = static_cast<std::int64_t>(anchor.treeSize);
    object["root"] = crypto::base64url(anchor.root);
    return keychain.write(kAnchorEntry, SecretBytes(json::serialize(object)));
}

} // namespace countersign::keychain
