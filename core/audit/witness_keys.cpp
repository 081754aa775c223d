// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/witness_keys.h"

#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/signed_note.h"

#include <algorithm>

namespace countersign::audit {

namespace {

constexpr std::string_view kMetaKey = "witness_keys"; ///< in the meta table: {"keys": [{"key": …, "since": 120}]}

Result<std::vector<WitnessKey>> read(const std::string& text)
{
    const json::Object kept = TRY(json::parseObject(text));
    const json::Value* const keys = kept.if_contains("keys");
    if (keys == nullptr || !keys->is_array())
        return fail(ErrorCode::InvalidInput, "they are no list");
    std::vector<WitnessKey> read;
    for (const json::Value& value : keys->get_array()) {
        if (!value.is_object())
            return fail(ErrorCode::InvalidInput, "one is no key");
        const json::Object& each = value.get_object();
        read.push_back({TRY(json::requiredString(each, "key")),
            static_cast<std::uint64_t>(TRY(json::requiredInteger(each, "since")))});
        TRY(crypto::parseNoteVerifierKey(read.back().key));
    }
    return read;
}

std::string textOf(const std::vector<WitnessKey>& keys)
{
    json::Array list;
    for (const WitnessKey& each : keys)
        list.emplace_back(json::Object{{"key", each.key}, {"since", static_cast<std::int64_t>(each.since)}});
    return json::serialize(json::Object{{"keys", std::move(list)}});
}

} // namespace

Result<void> keepWitnessKey(store::Database& database, std::string_view key, std::uint64_t size)
{
    if (TRY(crypto::parseNoteVerifierKey(key)).algorithm != crypto::NoteAlgorithm::Cosignature)
        return fail(ErrorCode::InvalidInput, "The key is not that of a witness.");
    std::vector<WitnessKey> keys = TRY(keptWitnessKeys(database));
    if (std::ranges::contains(keys, key, &WitnessKey::key))
        return {};
    keys.push_back({std::string(key), size});
    store::Query query(database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    return query.bind(kMetaKey).bind(textOf(keys)).run();
}

Result<std::vector<WitnessKey>> keptWitnessKeys(store::Database& database)
{
    store::Query query(database, "SELECT value FROM meta WHERE key = ?");
    if (!TRY(query.bind(kMetaKey).next()))
        return std::vector<WitnessKey>();
    auto keys = read(query.text(0));
    if (!keys)
        return fail(ErrorCode::StorageCorrupt, "The keys of witnesses can't be read: " + keys.error().message);
    return keys;
}

} // namespace countersign::audit
