// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The Merkle tree of RFC 6962 section 2.1 over SHA-256: leaf SHA-256(0x00 ‖ leaf), node SHA-256(0x01 ‖ left ‖ right).
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::crypto {

[[nodiscard]] std::string leafHash(std::string_view leaf);
[[nodiscard]] std::string nodeHash(std::string_view left, std::string_view right);

/// A growing tree's right edge: the roots of its perfect subtrees, largest first. Append is O(log n).
class MerkleFrontier {
public:
    /// The roots of all subtrees that this leaf is the last of, by height (2^height leaves): the leaf's hash first.
    std::vector<std::string> append(std::string_view hashOfLeaf);
    /// Adds 2^height leaves at once. The size must be a multiple of that. Error: InvalidInput.
    [[nodiscard]] Result<void> appendSubtree(int height, std::string_view root);
    [[nodiscard]] std::uint64_t size() const { return m_size; }
    [[nodiscard]] std::string root() const; ///< of the empty tree: SHA-256 of nothing
    [[nodiscard]] const std::vector<std::string>& roots() const { return m_roots; }

    bool operator==(const MerkleFrontier&) const = default;

private:
    std::vector<std::string> merge(int height, std::string_view root);

    std::uint64_t m_size = 0;
    std::vector<std::string> m_roots;
};

/// RFC 9162 section 2.1.3.2. Error: BadSignature with the reason.
[[nodiscard]] Result<void> verifyInclusion(std::uint64_t index, std::uint64_t size, std::string_view hashOfLeaf,
    std::span<const std::string> proof, std::string_view root);

/// RFC 9162 section 2.1.4.2: that the tree of `size` leaves begins with all of the tree of `earlierSize`. The empty
/// tree begins every tree, and its proof is empty. Error: BadSignature with the reason.
[[nodiscard]] Result<void> verifyConsistency(std::uint64_t earlierSize, std::uint64_t size,
    std::span<const std::string> proof, std::string_view earlierRoot, std::string_view root);

} // namespace countersign::crypto
