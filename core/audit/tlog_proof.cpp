// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/tlog_proof.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/merkle.h"

namespace countersign::audit {

namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

std::unexpected<Error> malformed(const char* what)
{
    return fail(ErrorCode::InvalidInput, std::string("The log proof is malformed: ") + what + ".");
}

/// Without its newline; an unfinished last line is the rest.
std::string_view takeLine(std::string_view& text)
{
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

} // namespace

std::string tlogProofText(const TlogProof& proof)
{
    std::string text = std::string(kFirstLine) + '\n';
    if (proof.extra)
        text += std::string(kExtra) + crypto::base64(*proof.extra) + '\n';
    text += std::string(kIndex) + std::to_string(proof.index) + '\n';
    for (const std::string& hash : proof.hashes)
        text += crypto::base64(hash) + '\n';
    return text + '\n' + proof.checkpoint;
}

Result<TlogProof> parseTlogProof(std::string_view text)
{
    if (text.size() > kMaxTlogProofBytes)
        return fail(ErrorCode::TooLarge, "The log proof is too long.");
    TlogProof proof;
    if (takeLine(text) != kFirstLine)
        return malformed("its first line is another");
    std::string_view line = takeLine(text);
    if (line.starts_with(kExtra)) {
        proof.extra = TRY(crypto::fromBase64(line.substr(kExtra.size())));
        line = takeLine(text);
    }
    const auto index = line.starts_with(kIndex) ? parseNumber(line.substr(kIndex.size())) : std::nullopt;
    if (!index)
        return malformed("no index");
    proof.index = *index;
    for (line = takeLine(text); !line.empty(); line = takeLine(text)) {
        auto hash = crypto::fromBase64(line);
        if (!hash || hash->size() != crypto::kSha256Bytes)
            return malformed("a hash is none");
        if (proof.hashes.size() == kMaxTlogProofHashes)
            return malformed("it has too many hashes");
        proof.hashes.push_back(std::move(*hash));
    }
    if (text.empty())
        return malformed("no checkpoint");
    proof.checkpoint = std::string(text);
    return proof;
}

Result<TreeHead> verifyTlogProof(
    const TlogProof& proof, std::string_view leafHash, std::string_view origin, const crypto::PublicKey& key)
{
    TreeHead head = TRY(openCheckpoint(proof.checkpoint, origin, key));
    TRY(crypto::verifyInclusion(proof.index, head.size, leafHash, proof.hashes, head.root));
    return head;
}

} // namespace countersign::audit
