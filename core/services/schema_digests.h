// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One digest for all that describes an argument: the same for the same meaning, another when anything changes that a
// reference leads to. References are never expanded: each schema is hashed once, with the digests of what it refers to
// in their places; those that refer to each other in a circle are hashed together (a strongly connected component).
// So it costs no more than the size of the document, whatever its references do.
//
// What only explains is left out: title, description, example, examples, externalDocs, deprecated, $comment and x-….
// The order of members does not matter, nor how a number is written.
#pragma once

#include "core/services/references.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace countersign::services {

/// Of all schemas that operations reach, as they are hashed; more than the document itself only where references lead
/// into the midst of what others refer to.
inline constexpr std::size_t kMaxSchemaBytes = 4 * kMaxDocumentBytes;

/// What a value is, which says what its members mean.
enum class Part : std::uint8_t {
    Data,
    Schema,
    Schemas,
    NamedSchemas,
    Discriminator,
    Mapping,
    Parameter,
    Body,
    Contents,
    Content,
};

class SchemaDigests {
public:
    explicit SchemaDigests(References& references) : m_references(&references) { }

    /// base64url SHA-256. Error: InvalidInput, NotSupported (the keywords that change what references mean), TooLarge.
    [[nodiscard]] Result<std::string> of(Node node, Part part);

private:
    struct Reference {
        std::size_t at = 0; ///< in Unit::text
        std::size_t unit = 0;
    };
    /// What is hashed by itself: what was asked for, and what references lead to.
    struct Unit {
        Node node;
        Part part;
        std::string pointer = {}; ///< empty as long as nothing refers to it
        std::string text = {}; ///< without what the references stand for
        std::vector<Reference> references = {};
        std::size_t next = 0; ///< of the references
        std::size_t order = 0; ///< in which it was reached; 0: not yet
        std::size_t low = 0; ///< the earliest that it leads back to
        std::string digest = {}; ///< empty: not known yet
    };

    [[nodiscard]] std::size_t unitOf(const Node& node, Part part);
    [[nodiscard]] Result<void> reach(std::size_t unit);
    [[nodiscard]] Result<void> write(Unit& unit, const Node& node, Part part);
    [[nodiscard]] Result<void> writeObject(Unit& unit, const Node& node, Part part);
    void refer(Unit& unit, const References::Target& target, Part part);
    void leave(std::size_t unit);
    void closeCircle(std::size_t unit);
    [[nodiscard]] std::string hashed(const Unit& unit) const;

    References* m_references;
    std::vector<Unit> m_units;
    std::unordered_map<std::uint64_t, std::size_t> m_byNode;
    std::vector<std::size_t> m_path; ///< from what was asked for to where it is now
    std::vector<std::size_t> m_open; ///< reached, and without a digest
    std::size_t m_reached = 0;
    std::size_t m_bytes = 0;
};

} // namespace countersign::services
