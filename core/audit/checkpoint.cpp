// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/checkpoint.h"

#include "core/audit/witness_keys.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/signed_note.h"

#include <charconv>
#include <utility>

namespace countersign::audit {

namespace {

std::optional<std::string_view> takeLine(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || end == 0)
        return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

} // namespace

std::optional<std::uint64_t> parseNumber(std::string_view text)
{
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const bool leadingZero = text.size() > 1 && text.front() == '0';
    if (error != std::errc() || stop != end || leadingZero || !std::in_range<std::int64_t>(number))
        return std::nullopt;
    return number;
}

std::string treeHeadText(const TreeHead& head)
{
    return head.origin + '\n' + std::to_string(head.size) + '\n' + crypto::base64(head.root) + '\n';
}

Result<TreeHead> parseTreeHead(std::string_view text)
{
    const auto malformed = [](const char* what) {
        return fail(ErrorCode::InvalidInput, std::string("The checkpoint is malformed: ") + what + ".");
    };
    const auto origin = takeLine(text);
    if (!origin)
        return malformed("no origin");
    const auto sizeLine = takeLine(text);
    const auto size = sizeLine ? parseNumber(*sizeLine) : std::nullopt;
    if (!size)
        return malformed("no tree size");
    const auto rootLine = takeLine(text);
    const auto root = crypto::fromBase64(rootLine.value_or(""));
    if (!root || root->size() != crypto::kSha256Bytes)
        return malformed("no root hash");
    while (!text.empty()) {
        if (!takeLine(text))
            return malformed("an extension line is empty");
    }
    return TreeHead{.origin = std::string(*origin), .size = *size, .root = *root};
}

Result<TreeHead> openCheckpoint(std::string_view note, std::string_view origin, const crypto::PublicKey& key)
{
    const std::string text = TRY(crypto::openNote(note, origin, key));
    TreeHead head = TRY(parseTreeHead(text));
    if (head.origin != origin)
        return fail(ErrorCode::BadSignature, "The checkpoint is of another log.");
    return head;
}

Result<std::optional<Checkpoint>> lastCheckpoint(store::Database& database)
{
    store::Query query(database, "SELECT size, root, note FROM log_checkpoints ORDER BY size DESC LIMIT 1");
    if (!TRY(query.next()))
        return std::nullopt;
    return Checkpoint{
        .size = static_cast<std::uint64_t>(query.integer(0)), .root = query.blob(1), .note = query.text(2)};
}

Result<std::optional<Checkpoint>> checkpointFor(store::Database& database, std::uint64_t entry)
{
    store::Query query(database,
        "SELECT size, root, note FROM log_checkpoints WHERE size = (SELECT max(size) FROM cosignatures WHERE size > "
        "?)");
    if (TRY(query.bind(static_cast<std::int64_t>(entry)).next()))
        return Checkpoint{
            .size = static_cast<std::uint64_t>(query.integer(0)), .root = query.blob(1), .note = query.text(2)};
    auto last = TRY(lastCheckpoint(database));
    return last && last->size > entry ? std::move(last) : std::nullopt;
}

Result<void> keepCosignature(
    store::Database& database, std::uint64_t size, std::string_view witnessKey, std::string_view line)
{
    TRY(keepWitnessKey(database, witnessKey, size));
    const std::string witness = TRY(crypto::parseNoteVerifierKey(witnessKey)).name;
    store::Query query(database, "INSERT OR REPLACE INTO cosignatures (size, witness, line) VALUES (?, ?, ?)");
    return query.bind(static_cast<std::int64_t>(size)).bind(witness).bind(line).run();
}

Result<std::string> cosignedNote(store::Database& database, const Checkpoint& checkpoint)
{
    std::string note = checkpoint.note;
    store::Query query(database, "SELECT line FROM cosignatures WHERE size = ? ORDER BY witness");
    query.bind(static_cast<std::int64_t>(checkpoint.size));
    while (TRY(query.next()))
        note += query.text(0) + '\n';
    return note;
}

} // namespace countersign::audit
