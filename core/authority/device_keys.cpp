// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/device_keys.h"

#include "core/audit/receipt.h"
#include "core/audit/rotation.h"
#include "core/authority/context.h"
#include "core/base/json.h"
#include "core/base/try.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace countersign::authority {

namespace {

/// Of a key that the log does not know yet.
constexpr std::uint64_t kNotLogged = std::numeric_limits<std::uint64_t>::max();
constexpr std::string_view kAnswerTag = "fapi-2-response"; ///< FAPI 2.0 HTTP Signatures
constexpr std::string_view kAnswerLabel = "sig1";

std::unexpected<Error> emptied(const std::string& what)
{
    return fail(ErrorCode::KeychainEmptied,
        "The keychain does not hold the key that the log says is this device's: " + what
            + " Nothing was changed. Put the keychain's last backup back, and try again.");
}

Result<audit::Rotation> rotationIn(const std::string& statement)
{
    const json::Object rotation = TRY(json::parseObject(statement));
    return audit::readRotation(rotation);
}

Result<void> addTerm(DeviceKeys& keys, const audit::Rotation& rotation, std::uint64_t first)
{
    if (!keys.terms.empty() && keys.terms.back().key != rotation.before)
        return emptied("a change of it leads from another key than the one before.");
    if (keys.terms.empty())
        keys.terms.push_back({rotation.before});
    keys.terms.back().until = rotation.at;
    keys.terms.push_back({rotation.after, first});
    return {};
}

/// The log put it in force; the keychain was not told in time.
Result<void> adoptNext(Context& context, DeviceKeys& keys, const audit::LoggedRotation& logged)
{
    keychain::Identity& identity = context.options.identity;
    const bool isThere = identity.next && identity.next->key.publicKey() == logged.rotation.after;
    const auto said = isThere ? rotationIn(identity.next->statement) : fail(ErrorCode::NotFound, "");
    if (!said || said->before != logged.rotation.before || said->after != logged.rotation.after)
        return emptied("it was replaced, and the new one is missing.");
    TRY(addTerm(keys, logged.rotation, logged.index + 1));
    keys.signing = identity.next->key;
    identity.device = identity.next->key;
    identity.rotations.push_back(identity.next->statement);
    identity.next.reset();
    if (context.options.deviceKeeper.adopt)
        context.options.deviceKeeper.adopt(identity);
    return {};
}

Result<void> remember(Context& context, const DeviceKeys& keys)
{
    for (const audit::DeviceTerm& term : keys.terms)
        TRY(audit::rememberDeviceKey(context.database, term.key));
    return {};
}

} // namespace

std::shared_ptr<const DeviceKeys> DeviceRing::keys() const
{
    const std::lock_guard lock(m_mutex);
    return m_keys;
}

void DeviceRing::set(DeviceKeys keys)
{
    auto next = std::make_shared<const DeviceKeys>(std::move(keys));
    const std::lock_guard lock(m_mutex);
    m_keys = std::move(next);
}

Result<DeviceKeys> deviceKeysOf(const keychain::Identity& identity)
{
    DeviceKeys keys{identity.device, {}};
    std::string origin;
    for (const std::string& statement : identity.rotations) {
        const auto rotation = rotationIn(statement);
        if (!rotation)
            return emptied("what was said when it was changed can't be read: " + rotation.error().message);
        if (origin.empty())
            origin = audit::originOf(rotation->before.thumbprint());
        if (rotation->origin != origin)
            return emptied("it is of another log.");
        if (rotation->person != identity.person)
            return emptied("another person than you signed a change of it.");
        TRY(addTerm(keys, *rotation, kNotLogged));
    }
    if (keys.terms.empty())
        keys.terms.push_back({identity.device.publicKey()});
    if (keys.terms.back().key != identity.device.publicKey())
        return emptied("the changes of it don't lead to the present one.");
    return keys;
}

Result<void> alignDevice(Context& context)
{
    DeviceKeys keys = *context.devices.keys();
    const auto logged = TRY(audit::readRotations(context.database));
    for (std::size_t i = 0; i < logged.size(); ++i) {
        if (logged[i].rotation.person != context.options.identity.person)
            return emptied("another person than you signed a change of it.");
        if (i + 1 == keys.terms.size())
            TRY(adoptNext(context, keys, logged[i]));
        else if (keys.terms[i + 1].key != logged[i].rotation.after)
            return emptied("it was changed to another one.");
        keys.terms[i].until = logged[i].at;
        keys.terms[i + 1].first = logged[i].index + 1;
    }
    TRY(remember(context, keys));
    if (context.log)
        context.log->setDevice(keys.terms[logged.size()].key.thumbprint());
    context.devices.set(std::move(keys));
    return {};
}

Result<void> catchUpDevice(Context& context)
{
    DeviceKeys keys = *context.devices.keys();
    // What is missing the database says, each time: an attempt before this one may have been undone.
    const auto logged = TRY(audit::readRotations(context.database));
    if (logged.size() + 1 >= keys.terms.size())
        return {};
    context.log->setDevice(keys.terms[logged.size()].key.thumbprint());
    for (std::size_t i = logged.size() + 1; i < keys.terms.size(); ++i) {
        audit::LeafDraft leaf;
        leaf.kind = audit::LeafKind::KeyRotated;
        leaf.claims[audit::kRotationClaim] = TRY(json::parseObject(context.options.identity.rotations[i - 1]));
        const audit::Appended appended = TRY(context.log->append(leaf, context.now()));
        const json::Object written = TRY(json::parseObject(appended.bytes));
        TRY(audit::rotationOfLeaf(written)); // as every later start will
        keys.terms[i].first = appended.index + 1;
        context.log->setDevice(keys.terms[i].key.thumbprint());
        context.touched.anchor = Touched::Anchor::Due;
    }
    context.devices.set(std::move(keys));
    return {};
}

Result<crypto::SignatureFields> signAnswer(const crypto::PrivateKey& device, const crypto::HttpMessage& answer,
    const std::vector<crypto::Component>& components, UnixSeconds now)
{
    const crypto::SignatureParameters parameters{
        .created = now, .keyId = device.publicKey().thumbprint().value, .tag = std::string(kAnswerTag)};
    return crypto::signMessage(answer, kAnswerLabel, components, parameters, device);
}

} // namespace countersign::authority
