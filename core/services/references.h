// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Where a document's `$ref`s lead. Only JSON pointers into the same document are followed ("#/components/schemas/Pet");
// nothing is ever fetched.
#pragma once

#include "core/services/document.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace countersign::services {

inline constexpr int kMaxReferenceHops = 16; ///< from reference to reference to what is meant

class References {
public:
    struct Target {
        Node node;
        std::string pointer; ///< the one exact pointer to it
    };

    explicit References(const Document& document) : m_document(&document) { }

    /// What the text of a `$ref` names. Error: InvalidInput (it leads nowhere), NotSupported (out of the document).
    [[nodiscard]] Result<Target> target(Node reference);
    /// What a discriminator's mapping names: as target(), or one of the document's schemas by its bare name.
    [[nodiscard]] Result<Target> mapped(Node name);
    /// `node`, or, where it is a reference object, what is meant in the end. Error: also a circle, or too many hops.
    [[nodiscard]] Result<Node> follow(Node node);

private:
    [[nodiscard]] Result<Target> target(const Node& reference, const std::string& text);
    [[nodiscard]] std::optional<Node> resolve(Node from, std::string_view pointer); ///< nullopt: there is nothing
    [[nodiscard]] std::optional<Node> elementOf(const Node& list, std::string_view step); ///< nullopt: as resolve()

    const Document* m_document;
    /// Of each list that was referred into, by its index(): to walk it anew for each reference would take very long.
    std::unordered_map<std::uint32_t, std::vector<Node>> m_elements;
    std::unordered_map<std::string, Target> m_known;
};

} // namespace countersign::services
