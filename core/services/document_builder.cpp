// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/document_builder.h"

#include "core/base/try.h"
#include "core/permissions/place.h"

#include <algorithm>
#include <format>

namespace countersign::services {

DocumentBuilder::DocumentBuilder(std::string_view source)
{
    m_document.m_source = source;
    m_document.m_text.reserve(source.size());
}

void DocumentBuilder::name(std::string_view name)
{
    m_nameAt = static_cast<std::uint32_t>(m_document.m_text.size());
    m_nameSize = static_cast<std::uint32_t>(name.size());
    m_document.m_text.insert(m_document.m_text.end(), name.begin(), name.end());
}

void DocumentBuilder::push(Document::Value value, LineAndColumn place)
{
    value.nameAt = m_nameAt;
    value.nameSize = std::exchange(m_nameSize, 0);
    if (!m_open.empty())
        ++m_document.m_values[m_open.back()].size;
    m_document.m_values.push_back(value);
    if (place.line != 0)
        m_document.m_places.push_back(place);
}

void DocumentBuilder::add(ValueKind kind, std::string_view text, LineAndColumn place)
{
    const auto at = static_cast<std::uint32_t>(m_document.m_text.size());
    m_document.m_text.insert(m_document.m_text.end(), text.begin(), text.end());
    push({.kind = kind,
             .end = static_cast<std::uint32_t>(size()) + 1,
             .textAt = at,
             .textSize = static_cast<std::uint32_t>(text.size())},
        place);
}

void DocumentBuilder::open(ValueKind kind, LineAndColumn place)
{
    const auto index = static_cast<std::uint32_t>(size());
    push({.kind = kind}, place);
    m_open.push_back(index);
}

void DocumentBuilder::close()
{
    m_document.m_values[m_open.back()].end = static_cast<std::uint32_t>(size());
    m_open.pop_back();
}

void DocumentBuilder::repeat(std::uint32_t index)
{
    const auto shift = static_cast<std::uint32_t>(size()) - index;
    const std::uint32_t end = m_document.m_values[index].end;
    for (std::uint32_t from = index; from < end; ++from) {
        Document::Value value = m_document.m_values[from];
        value.end += shift;
        const LineAndColumn place = m_document.m_places[from];
        if (from == index) {
            push(value, place);
        } else {
            m_document.m_values.push_back(value);
            m_document.m_places.push_back(place);
        }
    }
}

std::size_t DocumentBuilder::sizeOf(std::uint32_t index) const
{
    return m_document.m_values[index].end - index;
}

std::size_t DocumentBuilder::depthOf(std::uint32_t index) const
{
    std::size_t deepest = 0;
    std::vector<std::uint32_t> ends;
    for (std::uint32_t at = index; at < m_document.m_values[index].end; ++at) {
        while (!ends.empty() && ends.back() <= at)
            ends.pop_back();
        const Document::Value& value = m_document.m_values[at];
        if (value.kind == ValueKind::List || value.kind == ValueKind::Object)
            ends.push_back(value.end);
        deepest = std::max(deepest, ends.size());
    }
    return deepest;
}

std::string DocumentBuilder::pointer() const
{
    std::string out;
    for (std::size_t i = 0; i < m_open.size(); ++i) {
        const Document::Value& open = m_document.m_values[m_open[i]];
        if (i > 0 && m_document.m_values[m_open[i - 1]].kind == ValueKind::List)
            out += std::format("/{}", m_document.m_values[m_open[i - 1]].size - 1);
        else if (i > 0)
            out += '/' + permissions::shownStep(m_document.textAt(open.nameAt, open.nameSize));
    }
    return out;
}

std::unexpected<Error> DocumentBuilder::refuse(LineAndColumn where, std::string_view why) const
{
    return refuseAt(where, pointer(), why);
}

std::unexpected<Error> DocumentBuilder::tooMany(LineAndColumn where) const
{
    const LineAndColumn next = where.line != 0 ? where : m_document.placeOf(static_cast<std::uint32_t>(size()));
    return refuseAt(
        next, pointer(), std::format("the document has more than {} values", kMaxDocumentValues), ErrorCode::TooLarge);
}

Result<Document> DocumentBuilder::finish()
{
    TRY(m_document.indexNames());
    return std::move(m_document);
}

std::unexpected<Error> refuseAt(LineAndColumn where, std::string_view pointer, std::string_view why, ErrorCode code)
{
    const std::string place = pointer.empty() ? std::string() : std::format(", at {}", pointer);
    return fail(code, std::format("Line {}, column {}{}: {}.", where.line, where.column, place, why));
}

} // namespace countersign::services
