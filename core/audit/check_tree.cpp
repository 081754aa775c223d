// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check_tree.h"

#include "core/crypto/digest.h"
#include "core/crypto/merkle.h"

#include <utility>

namespace countersign::audit {

std::vector<CheckTree::Node> CheckTree::add(std::string leafHash)
{
    std::vector<Node> stored;
    Subtree last{.height = 0, .hash = std::move(leafHash)};
    while (!m_stack.empty() && m_stack.back().height == last.height) {
        last = {.height = last.height + 1, .hash = crypto::nodeHash(m_stack.back().hash, last.hash)};
        m_stack.pop_back();
        if (last.height % kLevelHeight == 0)
            stored.push_back({.level = last.height / kLevelHeight, .index = m_size >> last.height, .hash = last.hash});
    }
    m_stack.push_back(std::move(last));
    ++m_size;
    return stored;
}

std::string CheckTree::root() const
{
    if (m_stack.empty())
        return crypto::sha256("");
    std::string right = m_stack.back().hash;
    for (auto left = m_stack.rbegin() + 1; left != m_stack.rend(); ++left)
        right = crypto::nodeHash(left->hash, right);
    return right;
}

} // namespace countersign::audit
