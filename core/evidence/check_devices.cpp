// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The device's keys, one after the other: the log bears the name of the first, each change is an entry of the log that
// both keys and the person signed, and every other entry is by the one that was in force at its place.

#include "core/audit/log.h"
#include "core/audit/rotation.h"
#include "core/base/try.h"
#include "core/evidence/case.h"

#include <algorithm>

namespace countersign::evidence {

namespace {

bool knows(const audit::DeviceTerms& terms, const crypto::PublicKey& key)
{
    return std::ranges::contains(terms, key, &audit::DeviceTerm::key);
}

Result<crypto::PublicKey> firstKey(const Case& file)
{
    const auto key = std::ranges::find(file.file.devices, audit::deviceOf(file.origin),
        [](const crypto::PublicKey& each) { return each.thumbprint(); });
    if (key == file.file.devices.end())
        return fail(ErrorCode::BadSignature, "The device's key that the log is named after is missing.");
    return *key;
}

Result<void> rotate(Case& file, const OpenedEntry& opened)
{
    const auto rotation = audit::rotationOfLeaf(opened.claims);
    if (!rotation)
        return wrongAt(opened, rotation.error().message);
    if (rotation->origin != file.origin)
        return wrongAt(opened, "this change of keys is another log's");
    if (knows(file.devices, rotation->after))
        return wrongAt(opened, "it brings back a key that had been replaced");
    file.devices.back().until = opened.at;
    file.devices.push_back({rotation->after, opened.entry->index + 1});
    return {};
}

/// A log is one person's for life; a change of keys is by the person of its entry (rotationOfLeaf).
Result<void> checkPerson(const Case& file, const OpenedEntry& opened)
{
    if (textClaim(opened.claims, "person") != textClaim(file.entries.front().claims, "person"))
        return wrongAt(opened, "it is of another person's log than the first entry");
    return {};
}

/// And nobody else's key stands beside theirs, for which no entry says anything.
Result<void> checkNoOther(const Case& file)
{
    const std::string person = file.entries.empty() ? std::string() : textClaim(file.entries.front().claims, "person");
    for (const crypto::PublicKey& key : file.file.persons) {
        if (!file.entries.empty() && key.thumbprint().value != person)
            return fail(ErrorCode::BadSignature,
                "The key " + key.thumbprint().value + " is not that of the person whose log it is.");
    }
    return {};
}

} // namespace

Result<Finding> checkDevices(Case& file)
{
    file.devices.push_back({TRY(firstKey(file))});
    for (const OpenedEntry& opened : file.entries) {
        TRY(checkPerson(file, opened));
        if (textClaim(opened.claims, "device") != file.devices.back().key.thumbprint().value)
            return wrongAt(opened, "it is not by the key that was the device's then");
        if (opened.type == "key_rotated")
            TRY(rotate(file, opened));
    }
    TRY(checkNoOther(file));
    for (const crypto::PublicKey& key : file.file.devices) {
        if (!knows(file.devices, key))
            return fail(ErrorCode::BadSignature,
                "Nothing says that the key " + key.thumbprint().value + " became the device's.");
    }
    if (file.devices.size() == 1)
        return passed("The device has had one key, and the log bears its name.");
    return passed(counted(file.devices.size() - 1, "change", "changes")
        + " of the device's key, each signed by both keys and by the person; every entry is by the one in force.");
}

} // namespace countersign::evidence
