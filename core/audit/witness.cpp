// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/witness.h"

#include "core/audit/proofs.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/signed_note.h"

namespace countersign::audit {

Result<std::uint64_t> cosignedSize(store::Database& database, const Witness& witness)
{
    const auto key = TRY(crypto::parseNoteVerifierKey(witness.key));
    store::Query query(database, "SELECT coalesce(max(size), 0) FROM cosignatures WHERE witness = ?");
    query.bind(key.name);
    TRY(query.next());
    return static_cast<std::uint64_t>(query.integer(0));
}

Result<std::string> addCheckpointRequest(
    store::Database& database, std::uint64_t earlierSize, const Checkpoint& checkpoint)
{
    if (earlierSize > checkpoint.size)
        return fail(ErrorCode::InvalidInput,
            "The witness has seen " + std::to_string(earlierSize) + " entries, the log has "
                + std::to_string(checkpoint.size) + ".");
    std::string body = "old " + std::to_string(earlierSize) + '\n';
    if (earlierSize > 0) {
        for (const std::string& hash : TRY(consistencyProof(database, earlierSize, checkpoint.size)))
            body += crypto::base64(hash) + '\n';
    }
    return body + '\n' + checkpoint.note;
}

Result<std::string> cosignatureIn(std::string_view answer, const Checkpoint& checkpoint, const Witness& witness)
{
    const auto key = TRY(crypto::parseNoteVerifierKey(witness.key));
    const std::string start = "\u2014 " + key.name + ' ';
    while (!answer.empty()) {
        const std::size_t end = answer.find('\n');
        if (end == std::string_view::npos)
            return fail(ErrorCode::InvalidInput, "The witness's answer breaks off.");
        const std::string line(answer.substr(0, end));
        answer.remove_prefix(end + 1);
        if (line.starts_with(start) && crypto::verifyCosignature(checkpoint.note + line + '\n', witness.key))
            return line;
    }
    return fail(ErrorCode::BadSignature, "The witness's answer has no signature of its key.");
}

Result<std::uint64_t> sizeInConflict(std::string_view contentType, std::string_view body)
{
    const auto size = body.ends_with('\n') ? parseNumber(body.substr(0, body.size() - 1)) : std::nullopt;
    if (contentType != "text/x.tlog.size" || !size)
        return fail(ErrorCode::InvalidInput, "The witness contradicts, and doesn't say which size it knows.");
    return *size;
}

} // namespace countersign::audit
