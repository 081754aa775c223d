// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a device that lies could log and sign of one payment: right by every signature of its own, and wrong.
#pragma once

#include "tests/core/evidence/evidence_scene.h"

#include <string>
#include <vector>

namespace countersign::testing {

struct NamedLie {
    std::string name;
    std::string step; ///< of the verification, which fails; empty: it is none
    EvidenceScene::Tell tell;
    /// Whether the page sees it too: it says that it does not ask whether decisions were right.
    enum class Page : std::uint8_t { Sees, DoesNotAsk } page = Page::Sees;
};

/// About a payment of 49.99 EUR to acme.
[[nodiscard]] std::vector<NamedLie> namedLies();

/// The claims of a compact JWS changed, and signed again with another key.
[[nodiscard]] std::string resigned(
    const std::string& jws, const crypto::PrivateKey& key, const std::function<void(json::Object&)>& change);
void replaceIn(std::string& text, const std::string& from, const std::string& to);

} // namespace countersign::testing
