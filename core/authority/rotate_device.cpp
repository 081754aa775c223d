// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Replacing the device's key while the program runs, in the order that core/keychain/device_rotation.h gives. Nothing
// is signed with the new key before its entry is durable, and nothing with the old one after.

#include "core/audit/receipt.h"
#include "core/audit/rotation.h"
#include "core/authority/context.h"
#include "core/authority/device_keys.h"
#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/keychain/device_rotation.h"

#include <future>
#include <utility>

namespace countersign::authority {

namespace {

Result<keychain::NextDevice> makeNext(const Context& context)
{
    auto key = TRY(crypto::PrivateKey::generate(crypto::KeyType::P256));
    const json::Object statement = TRY(audit::signRotation(
        context.log->origin(), context.options.identity.device, key, *context.personKey, context.now()));
    return keychain::NextDevice{std::move(key), json::serialize(statement)};
}

/// Waits for what the authority's thread answers; on the reader pool.
template <typename T, typename Call> Result<T> await(Call call)
{
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto answer = promise->get_future();
    call(Reply<T>([promise](Result<T> result) { promise->set_value(std::move(result)); }));
    return answer.get();
}

Result<void> stageAndWrite(Authority& authority, const BegunRotation& begun)
{
    if (!begun.keeper.stage)
        return fail(ErrorCode::KeychainMissing, "There is no keychain to keep a new key in.");
    TRY(begun.keeper.stage(begun.now, begun.next));
    return await<void>([&](auto reply) { authority.submitAlone(writeRotation, std::move(reply)); });
}

/// Here and not by Authority::unlockPersonKey(), which needs a thread of the pool that this one is of.
Result<crypto::PrivateKey> unseal(Authority& authority, const crypto::SecretBytes& passphrase)
{
    const auto sealed = [](Context& context) -> Result<std::string> {
        return context.options.identity.sealedPersonKey;
    };
    const std::string box =
        TRY(await<std::string>([&](auto reply) { authority.submit<std::string>(sealed, std::move(reply)); }));
    return keychain::unsealPersonKey(box, passphrase);
}

Result<BegunRotation> beginNow(Authority& authority, const crypto::PrivateKey& person)
{
    auto begin = [person](Context& context) {
        context.personKey = person; // the passphrase was typed: it is unlocked as by any other way
        context.troubles.erase(Trouble::PersonKeySealed);
        return beginRotation(context);
    };
    return await<BegunRotation>(
        [&](auto reply) { authority.submit<BegunRotation>(std::move(begin), std::move(reply)); });
}

Result<void> rotateNow(Authority& authority, const crypto::SecretBytes& passphrase)
{
    const crypto::PrivateKey person = TRY(unseal(authority, passphrase));
    BegunRotation begun = TRY(beginNow(authority, person));
    if (auto written = stageAndWrite(authority, begun); !written) {
        const auto abandon = [](Context& context) -> Result<void> {
            abandonRotation(context);
            return {};
        };
        TRY(await<void>([&](auto reply) { authority.submit(abandon, std::move(reply)); }));
        return std::unexpected(written.error());
    }
    begun.now.device = begun.next.key;
    begun.now.rotations.push_back(begun.next.statement);
    begun.keeper.adopt(begun.now); // cut off before it is done, the next start does it
    return {};
}

} // namespace

Result<BegunRotation> beginRotation(Context& context)
{
    TRY(mayExtend(context));
    if (!context.personKey)
        return fail(ErrorCode::KeychainLocked, "Your key is locked.");
    if (context.rotation == Context::Rotation::Running)
        return fail(ErrorCode::TemporarilyUnavailable, "The device's key is being replaced already.");
    if (context.options.identity.rotations.size() >= keychain::kMaxRotations)
        return fail(ErrorCode::TooLarge,
            "This device's key was replaced " + std::to_string(keychain::kMaxRotations)
                + " times, the most that one log takes.");
    // After a commit that failed nobody knows what is on the disk; one key for all attempts can't be the wrong one.
    if (!context.options.identity.next || context.rotation == Context::Rotation::None)
        context.options.identity.next = TRY(makeNext(context));
    context.rotation = Context::Rotation::Running;
    keychain::Identity now = context.options.identity;
    keychain::NextDevice next = *std::exchange(now.next, std::nullopt);
    return BegunRotation{std::move(now), std::move(next), context.options.deviceKeeper};
}

void abandonRotation(Context& context)
{
    context.rotation = Context::Rotation::Abandoned;
}

Result<void> writeRotation(Context& context)
{
    TRY(mayExtend(context));
    if (context.rotation != Context::Rotation::Running)
        return fail(ErrorCode::Internal, "No change of keys was begun.");
    const keychain::NextDevice& next = *context.options.identity.next;
    TRY(audit::rememberDeviceKey(context.database, next.key.publicKey()));
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::KeyRotated;
    leaf.claims[audit::kRotationClaim] = TRY(json::parseObject(next.statement));
    TRY(appendLeaf(context, leaf));
    context.touched.device = Touched::Device::Replaced;
    context.touched.anchor = Touched::Anchor::Due;
    return {};
}

void takeRotation(Context& context)
{
    keychain::Identity& identity = context.options.identity;
    DeviceKeys keys = *context.devices.keys();
    identity.device = identity.next->key;
    identity.rotations.push_back(identity.next->statement);
    identity.next.reset();
    context.rotation = Context::Rotation::None;
    keys.signing = identity.device;
    keys.terms.back().until = context.now();
    keys.terms.push_back({identity.device.publicKey(), context.log->size()});
    context.log->setDevice(identity.device.publicKey().thumbprint());
    context.devices.set(std::move(keys));
    context.view.forgetStatusLists(); // the next ones are signed with the new key
}

void rotateDevice(Authority& authority, crypto::SecretBytes passphrase, Reply<void> reply)
{
    authority.runAside([&authority, passphrase = std::move(passphrase), reply = std::move(reply)]() mutable {
        reply(rotateNow(authority, passphrase));
    });
}

} // namespace countersign::authority
