// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check_cosignatures.h"

#include "core/audit/witness_keys.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/signed_note.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace countersign::audit {

namespace {

constexpr std::size_t kLineBytes = 4 + 8 + 64; ///< id of the key, time, Ed25519 signature

using KeysByName = std::map<std::string, std::vector<WitnessKey>, std::less<>>;

Result<KeysByName> keysByName(store::Database& database)
{
    KeysByName keys;
    for (WitnessKey& each : TRY(keptWitnessKeys(database))) {
        const std::string name = TRY(crypto::parseNoteVerifierKey(each.key)).name;
        keys[name].push_back(std::move(each));
    }
    return keys;
}

bool hasForm(std::string_view line, const std::string& witness)
{
    const std::string start = "\u2014 " + witness + ' ';
    const auto signature =
        line.starts_with(start) ? crypto::fromBase64(line.substr(start.size())) : fail(ErrorCode::InvalidInput, {});
    return signature && signature->size() == kLineBytes;
}

struct Cosignature {
    std::uint64_t size = 0;
    std::string witness;
    std::string line;
};

bool isRight(const Cosignature& cosignature, const std::string& checkpoint, const KeysByName& keys)
{
    if (cosignature.line.contains('\n'))
        return false; // a line more than it says
    const auto known = keys.find(cosignature.witness);
    if (known == keys.end())
        return hasForm(cosignature.line, cosignature.witness);
    const std::string note = checkpoint + cosignature.line + '\n';
    if (std::ranges::any_of(known->second,
            [&](const WitnessKey& each) { return crypto::verifyCosignature(note, each.key).has_value(); }))
        return true;
    const bool isOlder =
        std::ranges::all_of(known->second, [&](const WitnessKey& each) { return each.since > cosignature.size; });
    return isOlder && hasForm(cosignature.line, cosignature.witness);
}

} // namespace

Result<void> checkCosignatures(store::Database& database, const std::stop_token& stop)
{
    const KeysByName keys = TRY(keysByName(database));
    store::Query query(database,
        "SELECT cosignatures.size, witness, line, note FROM cosignatures LEFT JOIN log_checkpoints USING (size)"
        " ORDER BY cosignatures.size");
    while (TRY(query.next())) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The check was cancelled.");
        const std::string size = std::to_string(query.integer(0));
        if (query.isNull(3))
            return fail(ErrorCode::StorageCorrupt,
                "the checkpoint of " + size + " entries: it is missing; " + query.text(1) + " signed it");
        const Cosignature cosignature{static_cast<std::uint64_t>(query.integer(0)), query.text(1), query.text(2)};
        if (!isRight(cosignature, query.text(3), keys))
            return fail(ErrorCode::StorageCorrupt,
                "entry " + std::to_string(query.integer(0) - 1) + ": the checkpoint of " + size
                    + " entries, which ends with it, is not signed by the witness " + cosignature.witness
                    + " as the data says");
    }
    return {};
}

} // namespace countersign::audit
