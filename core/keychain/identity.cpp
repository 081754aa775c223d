// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/identity.h"

#include "core/base/json.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/keychain/seal.h"

#include <format>
#include <utility>

namespace countersign::keychain {

namespace {

constexpr std::string_view kDeviceEntry = "device-key"; // PKCS #8
constexpr std::string_view kLogEntry = "log-key"; // PKCS #8
constexpr std::string_view kPersonEntry = "person-key"; // {"public": JWK, "sealed": base64url of a box over PKCS #8}
constexpr std::string_view kIdentityEntry = "identity"; // {"device", "log", "person": thumbprints}; written last
constexpr std::string_view kAnchorEntry = "log-anchor"; // {"tree_size", "root": base64url}
constexpr std::string_view kSealPurpose = "person-key";

using crypto::PrivateKey;
using crypto::PublicKey;
using crypto::SecretBytes;

std::unexpected<Error> emptied(const Keychain& keychain, std::string_view what)
{
    return fail(ErrorCode::KeychainEmptied,
        std::format("Countersign's keys can't be used: {0} is open, but {1}. Countersign makes no new keys over an old "
                    "identity, because that would cut its audit log in two; until the old ones are back it can't sign "
                    "anything. If {0} was switched to another wallet, keyring or file, switch it back; otherwise put "
                    "back its last backup; then try again. If the keys are lost for good, move Countersign's data "
                    "folder away and delete its entries from {0}, then start afresh: agents must be registered again, "
                    "and the old log stays readable where you moved it.",
            backendTitle(keychain.backend()), what));
}

std::unexpected<Error> unreadable(const Keychain& keychain, std::string_view entry)
{
    return emptied(keychain, std::format("Countersign's entry “{}” in it can't be read", entry));
}

// The value of an entry that must be there.
Result<SecretBytes> mustRead(Keychain& keychain, std::string_view entry)
{
    auto value = keychain.read(entry);
    if (!value) {
        return std::unexpected(std::move(value).error());
    }
    if (!*value) {
        return emptied(keychain, std::format("Countersign's entry “{}” is gone from it", entry));
    }
    return std::move(**value);
}

Result<bool> has(Keychain& keychain, std::string_view entry)
{
    return keychain.read(entry).transform([](const auto& value) { return value.has_value(); });
}

Result<PrivateKey> readKey(Keychain& keychain, std::string_view entry, crypto::KeyType type)
{
    const auto der = mustRead(keychain, entry);
    if (!der) {
        return std::unexpected(der.error());
    }
    auto key = PrivateKey::fromPkcs8(*der);
    if (!key || key->publicKey().type() != type) {
        return unreadable(keychain, entry);
    }
    return key;
}

Result<void> writeKey(Keychain& keychain, std::string_view entry, const PrivateKey& key)
{
    return key.toPkcs8().and_then([&](const SecretBytes& der) { return keychain.write(entry, der); });
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

std::string identityText(const PublicKey& device, const PublicKey& log, const PublicKey& person)
{
    json::Object object;
    object["device"] = device.thumbprint().value;
    object["log"] = log.thumbprint().value;
    object["person"] = person.thumbprint().value;
    return json::serialize(object);
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
    auto device = PrivateKey::generate(crypto::KeyType::P256);
    auto log = PrivateKey::generate(crypto::KeyType::Ed25519);
    auto person = PrivateKey::generate(crypto::KeyType::P256);
    for (const auto* made : {&device, &log, &person}) {
        if (!*made) {
            return std::unexpected(made->error());
        }
    }
    auto sealed = sealKey(*person, passphrase);
    if (!sealed) {
        return std::unexpected(std::move(sealed).error());
    }
    return FreshKeys{std::move(*device), std::move(*log), std::move(*person), std::move(*sealed)};
}

} // namespace

Result<Identity> createIdentity(Keychain& keychain, const SecretBytes& passphrase)
{
    const auto used = mayHaveSigned(keychain);
    if (!used) {
        return std::unexpected(used.error());
    }
    if (*used) {
        return fail(ErrorCode::KeychainDenied,
            std::format("{} has keys of Countersign already. New ones would replace them, which Countersign never does "
                        "by itself. Start Countersign again to use them.",
                backendTitle(keychain.backend())));
    }
    auto keys = makeKeys(passphrase);
    if (!keys) {
        return std::unexpected(std::move(keys).error());
    }
    const auto stored = writeKey(keychain, kDeviceEntry, keys->device)
                            .and_then([&] { return writeKey(keychain, kLogEntry, keys->log); })
                            .and_then([&] { return keychain.write(kPersonEntry, SecretBytes(keys->sealedPerson)); })
                            .and_then([&] { // last: from here on the keys count
                                return keychain.write(kIdentityEntry,
                                    SecretBytes(identityText(
                                        keys->device.publicKey(), keys->log.publicKey(), keys->person.publicKey())));
                            });
    if (!stored) {
        return std::unexpected(stored.error());
    }
    return Identity{
        std::move(keys->device), std::move(keys->log), keys->person.publicKey(), std::move(keys->sealedPerson)};
}

Result<std::optional<Identity>> loadIdentity(Keychain& keychain, History history)
{
    auto marker = keychain.read(kIdentityEntry);
    if (!marker) {
        return std::unexpected(std::move(marker).error());
    }
    if (!*marker) {
        const auto used = mayHaveSigned(keychain);
        if (!used) {
            return std::unexpected(used.error());
        }
        if (*used || history == History::KeysWereMade) {
            return emptied(keychain, "the keys that Countersign made are not in it, or not all of them");
        }
        return std::nullopt;
    }
    auto device = readKey(keychain, kDeviceEntry, crypto::KeyType::P256);
    if (!device) {
        return std::unexpected(std::move(device).error());
    }
    auto log = readKey(keychain, kLogEntry, crypto::KeyType::Ed25519);
    if (!log) {
        return std::unexpected(std::move(log).error());
    }
    const auto sealedText = mustRead(keychain, kPersonEntry);
    if (!sealedText) {
        return std::unexpected(sealedText.error());
    }
    auto person = parseSealed(sealedText->view());
    if (!person) {
        return unreadable(keychain, kPersonEntry);
    }
    if (identityText(device->publicKey(), log->publicKey(), person->key) != (*marker)->view()) {
        return emptied(keychain, "its keys are not the ones that Countersign made together: one was replaced");
    }
    return Identity{std::move(*device), std::move(*log), std::move(person->key), std::string(sealedText->view())};
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
