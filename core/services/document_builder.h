// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Makes a Document of what a parser finds, in the order of the text. Used by the two readers only.
#pragma once

#include "core/services/document.h"

namespace countersign::services {

class DocumentBuilder {
public:
    explicit DocumentBuilder(std::string_view source);

    void name(std::string_view name); ///< of the member that comes next
    void add(ValueKind kind, std::string_view text, LineAndColumn place = {});
    void open(ValueKind kind, LineAndColumn place = {}); ///< a list or an object
    void close();
    /// Adds what stands at `index` once more. Only where it is complete and the copy fits.
    void repeat(std::uint32_t index);

    [[nodiscard]] std::size_t size() const { return m_document.m_values.size(); }
    [[nodiscard]] std::size_t depth() const { return m_open.size(); }
    [[nodiscard]] bool isComplete(std::uint32_t index) const { return m_document.m_values[index].end != 0; }
    [[nodiscard]] std::size_t sizeOf(std::uint32_t index) const; ///< itself and all that it holds
    [[nodiscard]] std::size_t depthOf(std::uint32_t index) const; ///< 0: neither list nor object
    [[nodiscard]] std::string pointer() const; ///< to where it is now
    /// `where`: what the parser says.
    [[nodiscard]] std::unexpected<Error> refuse(LineAndColumn where, std::string_view why) const;
    /// Values. `where`: of the one that is too many, where the parser says it.
    [[nodiscard]] std::unexpected<Error> tooMany(LineAndColumn where = {}) const;

    [[nodiscard]] Result<Document> finish();

private:
    void push(Document::Value value, LineAndColumn place);

    Document m_document;
    std::vector<std::uint32_t> m_open;
    std::uint32_t m_nameAt = 0;
    std::uint32_t m_nameSize = 0;
};

/// "Line 3, column 5, at /paths: …"
[[nodiscard]] std::unexpected<Error> refuseAt(
    LineAndColumn where, std::string_view pointer, std::string_view why, ErrorCode code = ErrorCode::InvalidInput);

[[nodiscard]] Result<Document> readJson(std::string_view text);
[[nodiscard]] Result<Document> readYaml(std::string_view text);

} // namespace countersign::services
