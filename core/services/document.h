// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A document of JSON (RFC 8259) or YAML 1.2 in its core schema, read into one tree whose values know where they stand.
// What begins with '{' is JSON. Of YAML only what JSON can say is taken: names are texts, each once in its object; no
// merge keys, no tags but the core schema's, no directives but %YAML 1.2, one document. Aliases count as what they
// stand for. Read on one thread, then constant.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace countersign::services {

inline constexpr std::size_t kMaxDocumentBytes = 8 * 1024 * 1024;
inline constexpr std::size_t kMaxDocumentDepth = 64; ///< lists and objects inside each other
inline constexpr std::size_t kMaxDocumentValues = 1'000'000; ///< aliases counted as what they stand for
inline constexpr std::size_t kMaxDocumentMembers = 16 * 1024; ///< of one object
inline constexpr std::size_t kMaxDocumentAliases = 10'000;

enum class ValueKind : std::uint8_t { Null, Bool, Number, Text, List, Object };

/// From 1, columns in characters; 0: not known.
struct LineAndColumn {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};
[[nodiscard]] LineAndColumn placeOfOffset(std::string_view text, std::size_t offset);

class Document;

/// A value of a document; refers to it.
class Node {
public:
    class Children;

    [[nodiscard]] ValueKind kind() const;
    [[nodiscard]] bool isObject() const { return kind() == ValueKind::Object; }
    [[nodiscard]] bool isList() const { return kind() == ValueKind::List; }
    [[nodiscard]] bool isText() const { return kind() == ValueKind::Text; }
    /// Of a text; of a number in JSON's grammar, as it was written; "true" or "false". Empty for the rest.
    [[nodiscard]] std::string_view text() const;
    [[nodiscard]] std::string_view name() const; ///< of a member of an object, else empty
    [[nodiscard]] Children children() const; ///< elements or members, in the document's order
    [[nodiscard]] std::size_t size() const; ///< how many they are
    [[nodiscard]] std::optional<Node> member(std::string_view name) const;
    [[nodiscard]] std::uint32_t index() const { return m_index; } ///< tells the document's values apart

    [[nodiscard]] std::string pointer() const; ///< RFC 6901, as a message may show it; "" for the whole
    /// InvalidInput, the message naming line, column and pointer of this value.
    [[nodiscard]] std::unexpected<Error> refuse(std::string_view why, ErrorCode code = ErrorCode::InvalidInput) const;

private:
    friend class Document;
    Node(const Document* document, std::uint32_t index) : m_document(document), m_index(index) { }

    const Document* m_document;
    std::uint32_t m_index;
};

class Document {
public:
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;
    Document(Document&&) = default;
    Document& operator=(Document&&) = default;
    ~Document() = default;

    /// `text` must outlive it. Error: InvalidInput or TooLarge, the message naming line, column and pointer.
    [[nodiscard]] static Result<Document> read(std::string_view text);
    [[nodiscard]] Node root() const { return Node(this, 0); }

private:
    friend class Node;
    friend class DocumentBuilder;
    Document() = default;

    struct Value {
        ValueKind kind = ValueKind::Null;
        std::uint32_t end = 0; ///< the first value behind it and all that it holds
        std::uint32_t size = 0; ///< elements or members
        std::uint32_t nameAt = 0;
        std::uint32_t nameSize = 0;
        std::uint32_t textAt = 0;
        std::uint32_t textSize = 0;
    };
    using Names = std::unordered_map<std::string_view, std::uint32_t>;

    [[nodiscard]] std::string_view textAt(std::uint32_t at, std::uint32_t size) const { return {&m_text[at], size}; }
    [[nodiscard]] LineAndColumn placeOf(std::uint32_t index) const;
    [[nodiscard]] Result<void> indexNames();
    [[nodiscard]] Result<void> indexNames(std::uint32_t object);

    std::string_view m_source;
    std::vector<Value> m_values; ///< each before what it holds
    std::vector<LineAndColumn> m_places; ///< of each value; empty for JSON, where they are looked up when needed
    std::vector<char> m_text; ///< of all texts and names; stays where it is when the document moves
    std::unordered_map<std::uint32_t, Names> m_names; ///< of objects with many members
};

/// Of a list or an object.
class Node::Children {
public:
    class Iterator {
    public:
        Iterator(const Document* document, std::uint32_t index) : m_document(document), m_index(index) { }
        [[nodiscard]] Node operator*() const { return Node(m_document, m_index); }
        Iterator& operator++();
        bool operator==(const Iterator&) const = default;

    private:
        const Document* m_document;
        std::uint32_t m_index;
    };

    Children(const Document* document, std::uint32_t first, std::uint32_t end)
        : m_begin(document, first), m_end(document, end)
    {
    }
    [[nodiscard]] Iterator begin() const { return m_begin; }
    [[nodiscard]] Iterator end() const { return m_end; }

private:
    Iterator m_begin;
    Iterator m_end;
};

} // namespace countersign::services
