// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/keychain/identity_entries.h"

#include "core/base/json.h"
#include "core/base/try.h"
#include "core/keychain/device_rotation.h"

#include <format>
#include <utility>

namespace countersign::keychain {

namespace {

using crypto::PrivateKey;
using crypto::SecretBytes;

Result<Marker> parseMarker(std::string_view text)
{
    const json::Object object = TRY(json::parseObject(text));
    TRY(json::onlyMembers(object, {"device", "log", "person", "generation", "replaces"}));
    Marker marker;
    marker.device.value = TRY(json::requiredString(object, "device"));
    marker.log.value = TRY(json::requiredString(object, "log"));
    marker.person.value = TRY(json::requiredString(object, "person"));
    const std::int64_t generation = TRY(json::optionalInteger(object, "generation")).value_or(1);
    if (generation < 1 || std::cmp_greater(generation, kMaxRotations + 1))
        return fail(ErrorCode::InvalidInput, "There are not that many keys.");
    marker.generation = static_cast<std::size_t>(generation);
    if (auto replaces = TRY(json::optionalString(object, "replaces")))
        marker.replaces = Thumbprint{*std::move(replaces)};
    return marker;
}

} // namespace

std::string deviceEntry(std::size_t generation)
{
    return generation == 1 ? "device-key" : "device-key-" + std::to_string(generation);
}

std::string rotationEntry(std::size_t generation)
{
    return "rotation-" + std::to_string(generation);
}

SecretBytes markerText(const Marker& marker)
{
    json::Object object;
    object["device"] = marker.device.value;
    object["log"] = marker.log.value;
    object["person"] = marker.person.value;
    if (marker.generation > 1) {
        object["generation"] = marker.generation;
    }
    if (marker.replaces) {
        object["replaces"] = marker.replaces->value;
    }
    return SecretBytes(json::serialize(object));
}

Result<std::optional<Marker>> readMarker(Keychain& keychain)
{
    const auto text = TRY(keychain.read(kIdentityEntry));
    if (!text) {
        return std::nullopt;
    }
    auto marker = parseMarker(text->view());
    if (!marker) {
        return unreadable(keychain, kIdentityEntry);
    }
    return *std::move(marker);
}

std::unexpected<Error> emptied(const Keychain& keychain, std::string_view what)
{
    return fail(ErrorCode::KeychainEmptied,
        std::format("Countersign's keys can't be used: {0} is open, but {1}. Countersign makes no new keys over an old "
                    "identity by itself, because that would cut its audit log in two; until the old ones are back it "
                    "can't sign anything. If {0} was switched to another wallet, keyring or file, switch it back; "
                    "otherwise put back its last backup; then try again. Only if the keys are lost for good, start "
                    "anew from Countersign's window: the old log is set aside whole, all permissions are over, and "
                    "agents must be registered again.",
            backendTitle(keychain.backend()), what));
}

std::unexpected<Error> unreadable(const Keychain& keychain, std::string_view entry)
{
    return emptied(keychain, std::format("Countersign's entry “{}” in it can't be read", entry));
}

Result<SecretBytes> mustRead(Keychain& keychain, std::string_view entry)
{
    auto value = TRY(keychain.read(entry));
    if (!value) {
        return emptied(keychain, std::format("Countersign's entry “{}” is gone from it", entry));
    }
    return *std::move(value);
}

Result<PrivateKey> readKey(Keychain& keychain, std::string_view entry, crypto::KeyType type)
{
    const SecretBytes der = TRY(mustRead(keychain, entry));
    auto key = PrivateKey::fromPkcs8(der);
    if (!key || key->publicKey().type() != type) {
        return unreadable(keychain, entry);
    }
    return key;
}

Result<void> writeKey(Keychain& keychain, std::string_view entry, const PrivateKey& key)
{
    return keychain.write(entry, TRY(key.toPkcs8()));
}

} // namespace countersign::keychain
