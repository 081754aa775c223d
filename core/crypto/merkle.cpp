// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/merkle.h"

#include "core/crypto/digest.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace countersign::crypto {

std::string leafHash(std::string_view leaf)
{
    std::string input;
    input.reserve(1 + leaf.size());
    return sha256(input.append(1, '\x00').append(leaf));
}

std::string nodeHash(std::string_view left, std::string_view right)
{
    std::string input;
    input.reserve(1 + left.size() + right.size());
    return sha256(input.append(1, '\x01').append(left).append(right));
}

std::vector<std::string> MerkleFrontier::append(std::string_view hashOfLeaf)
{
    return merge(0, hashOfLeaf);
}

Result<void> MerkleFrontier::appendSubtree(int height, std::string_view root)
{
    const bool fits = height >= 0 && height < 64 && m_size % (std::uint64_t{1} << height) == 0;
    if (!fits || root.size() != kSha256Bytes)
        return fail(ErrorCode::InvalidInput, "A subtree doesn't fit at the end of the tree.");
    merge(height, root);
    return {};
}

std::vector<std::string> MerkleFrontier::merge(int height, std::string_view root)
{
    std::vector<std::string> completed{std::string(root)};
    // Each one bit at the low end of the size is a complete subtree as large as what is being added.
    for (int merges = std::countr_one(m_size >> height); merges > 0; --merges) {
        completed.push_back(nodeHash(m_roots.back(), completed.back()));
        m_roots.pop_back();
    }
    m_roots.push_back(completed.back());
    m_size += std::uint64_t{1} << height;
    return completed;
}

std::string MerkleFrontier::root() const
{
    if (m_roots.empty())
        return sha256({});
    std::string root = m_roots.back();
    for (auto left = std::next(m_roots.rbegin()); left != m_roots.rend(); ++left)
        root = nodeHash(*left, root);
    return root;
}

Result<void> verifyInclusion(std::uint64_t index, std::uint64_t size, std::string_view hashOfLeaf,
    std::span<const std::string> proof, std::string_view root)
{
    if (index >= size)
        return fail(ErrorCode::BadSignature, "The entry's index lies outside the log.");
    if (hashOfLeaf.size() != kSha256Bytes || root.size() != kSha256Bytes)
        return fail(ErrorCode::BadSignature, "A hash of the inclusion proof has the wrong length.");

    std::uint64_t node = index;
    std::uint64_t last = size - 1;
    std::string hash(hashOfLeaf);
    for (const std::string& sibling : proof) {
        if (last == 0 || sibling.size() != kSha256Bytes)
            return fail(ErrorCode::BadSignature, "The inclusion proof is too long, or broken.");
        if ((node & 1U) != 0 || node == last) {
            hash = nodeHash(sibling, hash);
            // The right edge of an incomplete tree: levels without a sibling add nothing to the proof.
            while ((node & 1U) == 0 && node != 0) {
                node >>= 1U;
                last >>= 1U;
            }
        } else {
            hash = nodeHash(hash, sibling);
        }
        node >>= 1U;
        last >>= 1U;
    }
    if (last != 0)
        return fail(ErrorCode::BadSignature, "The inclusion proof is too short.");
    if (!equalInConstantTime(hash, root))
        return fail(ErrorCode::BadSignature, "The inclusion proof leads to another root.");
    return {};
}

namespace {

std::unexpected<Error> inconsistent(const char* why)
{
    return fail(ErrorCode::BadSignature, why);
}

Result<void> verifyTrivialConsistency(std::uint64_t earlierSize, std::uint64_t size, std::span<const std::string> proof,
    std::string_view earlierRoot, std::string_view root)
{
    if (earlierSize > size)
        return inconsistent("The earlier tree is larger than the later one.");
    if (!proof.empty())
        return inconsistent("The consistency proof is too long.");
    if (!equalInConstantTime(earlierRoot, earlierSize == 0 ? sha256("") : std::string(root)))
        return inconsistent("The earlier root is not that of a tree of its size.");
    return {};
}

} // namespace

Result<void> verifyConsistency(std::uint64_t earlierSize, std::uint64_t size, std::span<const std::string> proof,
    std::string_view earlierRoot, std::string_view root)
{
    const auto isHash = [](std::string_view hash) { return hash.size() == kSha256Bytes; };
    if (!isHash(earlierRoot) || !isHash(root) || !std::ranges::all_of(proof, isHash))
        return inconsistent("A hash of the consistency proof has the wrong length.");
    if (earlierSize == 0 || earlierSize >= size)
        return verifyTrivialConsistency(earlierSize, size, proof, earlierRoot, root);

    // A complete earlier tree is a subtree of the later one; its root starts the path, and is not repeated in the
    // proof.
    const bool isComplete = std::has_single_bit(earlierSize);
    if (proof.empty() && !isComplete)
        return inconsistent("The consistency proof is too short.");
    std::string earlier(isComplete ? earlierRoot : std::string_view(proof.front()));
    std::string later = earlier;
    std::uint64_t node = (earlierSize - 1) >> std::countr_one(earlierSize - 1);
    std::uint64_t last = (size - 1) >> std::countr_one(earlierSize - 1);
    for (const std::string& sibling : proof.subspan(isComplete ? 0 : 1)) {
        if (last == 0)
            return inconsistent("The consistency proof is too long.");
        if ((node & 1U) != 0 || node == last) {
            earlier = nodeHash(sibling, earlier);
            later = nodeHash(sibling, later);
            while ((node & 1U) == 0 && node != 0) {
                node >>= 1U;
                last >>= 1U;
            }
        } else {
            later = nodeHash(later, sibling);
        }
        node >>= 1U;
        last >>= 1U;
    }
    if (last != 0)
        return inconsistent("The consistency proof is too short.");
    if (!equalInConstantTime(earlier, earlierRoot) || !equalInConstantTime(later, root))
        return inconsistent("The consistency proof leads to other roots.");
    return {};
}

} // namespace countersign::crypto
