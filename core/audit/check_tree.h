// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of the check that computes the tree (RFC 6962 section 2.1), for itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::audit {

class CheckTree {
public:
    static constexpr int kLevelHeight = 8; ///< stored are the roots of subtrees of 2^8, 2^16 … leaves
    static constexpr int kLevels = 7;

    struct Node {
        int level = 0;
        std::uint64_t index = 0;
        std::string hash;
    };

    /// Returns what is to be stored now that this leaf is in.
    std::vector<Node> add(std::string leafHash);
    [[nodiscard]] std::string root() const;

private:
    struct Subtree {
        int height = 0;
        std::string hash;
    };
    std::vector<Subtree> m_stack; ///< full subtrees that wait for a twin of their height
    std::uint64_t m_size = 0;
};

} // namespace countersign::audit
