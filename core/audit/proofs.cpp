// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/proofs.h"

#include "core/audit/log_nodes.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/merkle.h"

#include <algorithm>
#include <bit>

namespace countersign::audit {

namespace {

/// The largest power of two below `count`: where RFC 6962 section 2.1 splits.
std::uint64_t splitOf(std::uint64_t count)
{
    return std::bit_floor(count - 1);
}

/// The leaves from `begin` to before `end`, which are a subtree, or the ragged end of one.
Result<std::string> rangeHash(store::Database& database, std::uint64_t begin, std::uint64_t end)
{
    const std::uint64_t count = end - begin;
    if (!std::has_single_bit(count)) {
        const std::uint64_t middle = begin + splitOf(count);
        const std::string left = TRY(rangeHash(database, begin, middle));
        return crypto::nodeHash(left, TRY(rangeHash(database, middle, end)));
    }
    const int height = std::countr_zero(count);
    const int level = height / kLevelHeight;
    crypto::MerkleFrontier subtree;
    for (const std::string& hash : TRY(readHashes(database, level, nodesAt(level, begin), nodesAt(level, count))))
        subtree.append(hash);
    return subtree.root();
}

} // namespace

Result<std::string> rootAt(store::Database& database, std::uint64_t size)
{
    return size == 0 ? crypto::sha256("") : rangeHash(database, 0, size);
}

Result<std::vector<std::string>> inclusionProof(store::Database& database, std::uint64_t index, std::uint64_t size)
{
    if (index >= size)
        return fail(ErrorCode::InvalidInput, "The entry lies outside the tree.");
    std::vector<std::string> proof;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) { // down from the root; the proof goes up
        const std::uint64_t middle = begin + splitOf(end - begin);
        const bool isLeft = index < middle;
        proof.push_back(TRY(isLeft ? rangeHash(database, middle, end) : rangeHash(database, begin, middle)));
        (isLeft ? end : begin) = middle;
    }
    std::ranges::reverse(proof);
    return proof;
}

Result<std::vector<std::string>> consistencyProof(
    store::Database& database, std::uint64_t earlierSize, std::uint64_t size)
{
    if (earlierSize > size)
        return fail(ErrorCode::InvalidInput, "The earlier tree is larger than the later one.");
    std::vector<std::string> proof;
    if (earlierSize == 0 || earlierSize == size)
        return proof;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (earlierSize != end) {
        const std::uint64_t middle = begin + splitOf(end - begin);
        const bool endsLeft = earlierSize <= middle;
        proof.push_back(TRY(endsLeft ? rangeHash(database, middle, end) : rangeHash(database, begin, middle)));
        (endsLeft ? end : begin) = middle;
    }
    if (begin > 0) // else it is the earlier tree itself, whose root the verifier has
        proof.push_back(TRY(rangeHash(database, begin, end)));
    std::ranges::reverse(proof);
    return proof;
}

} // namespace countersign::audit
