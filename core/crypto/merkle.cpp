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
    std::string input(1, '\x00');
    return sha256(input.append(leaf));
}

std::string nodeHash(std::string_view left, std::string_view right)
{
    std::string input(1, '\x01');
    return sha256(input.append(left).append(right));
}

Result<MerkleFrontier> MerkleFrontier::restore(std::uint64_t size, std::vector<std::string> roots)
{
    const bool rightLengths = std::ranges::all_of(roots, [](const auto& root) { return root.size() == kSha256Bytes; });
    if (std::cmp_not_equal(roots.size(), std::popcount(size)) || !rightLengths)
        return fail(ErrorCode::InvalidInput, "The roots don't belong to a tree of this size.");
    MerkleFrontier frontier;
    frontier.m_size = size;
    frontier.m_roots = std::move(roots);
    return frontier;
}

void MerkleFrontier::append(std::string_view hashOfLeaf)
{
    std::string subtree(hashOfLeaf);
    // Each one bit at the low end of the size is a perfect subtree as large as what is being added.
    for (int merges = std::countr_one(m_size); merges > 0; --merges) {
        subtree = nodeHash(m_roots.back(), subtree);
        m_roots.pop_back();
    }
    m_roots.push_back(std::move(subtree));
    ++m_size;
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

} // namespace countersign::crypto
