// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/document.h"

#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/permissions/place.h"
#include "core/services/document_builder.h"

#include <algorithm>
#include <format>

namespace countersign::services {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kJsonSpace = " \t\r\n";
constexpr std::uint32_t kManyMembers = 16; ///< from here on an index pays

bool isContinuation(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Where the first bytes stand that are no character.
std::size_t firstNotUtf8(std::string_view text)
{
    constexpr std::size_t kLongest = 4; // bytes of a character
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t size = 1;
        while (size <= kLongest && !isValidUtf8(text.substr(at, size)))
            ++size;
        if (size > kLongest)
            return at;
        at += size;
    }
    return at;
}

/// Neither format has other control characters but as escapes (YAML 1.2 section 5.1), and the YAML parser takes one of
/// them for the end of the text.
Result<void> checkCharacters(std::string_view text)
{
    if (!isValidUtf8(text))
        return refuseAt(placeOfOffset(text, firstNotUtf8(text)), {}, "the document is not UTF-8 text");
    const auto bad = std::ranges::find_if(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
    });
    if (bad == text.end())
        return {};
    return refuseAt(
        placeOfOffset(text, static_cast<std::size_t>(bad - text.begin())), {}, "a control character stands there");
}

/// Where in JSON that was read without an error the value of that number begins, counted from 0 in the text's order.
std::size_t offsetOfValue(std::string_view json, std::uint32_t number)
{
    std::uint32_t seen = 0;
    std::size_t at = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (kJsonSpace.contains(c) || std::string_view(":,]}").contains(c)) {
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        bool isName = false;
        if (c == '"') {
            while (json[end] != '"')
                end += json[end] == '\\' ? 2 : 1;
            ++end;
            const std::size_t next = json.find_first_not_of(kJsonSpace, end);
            isName = next != std::string_view::npos && json[next] == ':';
        } else if (c != '{' && c != '[') {
            end = std::min(json.find_first_of(" \t\r\n,]}", at), json.size());
        }
        if (!isName && seen++ == number)
            return at;
        at = end;
    }
    return json.size();
}

} // namespace

LineAndColumn placeOfOffset(std::string_view text, std::size_t offset)
{
    const std::string_view before = text.substr(0, offset);
    const std::size_t lineStart = before.rfind('\n') + 1; // 0 where there is none
    const auto characters = std::ranges::count_if(before.substr(lineStart), [](char c) { return !isContinuation(c); });
    return {
        static_cast<std::uint32_t>(std::ranges::count(before, '\n')) + 1, static_cast<std::uint32_t>(characters) + 1};
}

Result<Document> Document::read(std::string_view text)
{
    if (text.size() > kMaxDocumentBytes)
        return refuseAt(placeOfOffset(text, kMaxDocumentBytes), {},
            std::format("the document is larger than {} bytes", kMaxDocumentBytes), ErrorCode::TooLarge);
    TRY(checkCharacters(text));
    if (text.starts_with(kByteOrderMark))
        text.remove_prefix(kByteOrderMark.size());
    const std::size_t start = text.find_first_not_of(kJsonSpace);
    if (start == std::string_view::npos)
        return refuseAt(placeOfOffset(text, 0), {}, "the document is empty");
    return text[start] == '{' ? readJson(text) : readYaml(text);
}

LineAndColumn Document::placeOf(std::uint32_t index) const
{
    return m_places.empty() ? placeOfOffset(m_source, offsetOfValue(m_source, index)) : m_places[index];
}

Result<void> Document::indexNames()
{
    for (std::uint32_t index = 0; index < m_values.size(); ++index) {
        if (m_values[index].kind == ValueKind::Object)
            TRY(indexNames(index));
    }
    return {};
}

Result<void> Document::indexNames(std::uint32_t object)
{
    const Node node(this, object);
    if (node.size() > kMaxDocumentMembers)
        return node.refuse(std::format("more than {} members", kMaxDocumentMembers), ErrorCode::TooLarge);
    Names* names = nullptr;
    if (node.size() >= kManyMembers) {
        names = &m_names[object];
        names->reserve(node.size());
    }
    for (const Node member : node.children()) {
        const bool isNew = names != nullptr ? names->emplace(member.name(), member.index()).second
                                            : node.member(member.name())->index() == member.index();
        if (!isNew)
            return member.refuse("the name stands twice in one object");
    }
    return {};
}

ValueKind Node::kind() const
{
    return m_document->m_values[m_index].kind;
}

std::string_view Node::text() const
{
    const Document::Value& value = m_document->m_values[m_index];
    return m_document->textAt(value.textAt, value.textSize);
}

std::string_view Node::name() const
{
    const Document::Value& value = m_document->m_values[m_index];
    return m_document->textAt(value.nameAt, value.nameSize);
}

std::size_t Node::size() const
{
    return m_document->m_values[m_index].size;
}

Node::Children Node::children() const
{
    const Document::Value& value = m_document->m_values[m_index];
    return {m_document, m_index + 1, value.size == 0 ? m_index + 1 : value.end};
}

Node::Children::Iterator& Node::Children::Iterator::operator++()
{
    m_index = m_document->m_values[m_index].end;
    return *this;
}

std::optional<Node> Node::member(std::string_view name) const
{
    if (!isObject())
        return std::nullopt;
    if (size() >= kManyMembers) {
        const Document::Names& names = m_document->m_names.at(m_index);
        const auto found = names.find(name);
        return found == names.end() ? std::nullopt : std::optional(Node(m_document, found->second));
    }
    for (const Node member : children()) {
        if (member.name() == name)
            return member;
    }
    return std::nullopt;
}

std::string Node::pointer() const
{
    std::string out;
    Node at = m_document->root();
    while (at.m_index != m_index) {
        std::uint32_t number = 0;
        Node next = at;
        for (const Node child : at.children()) {
            if (child.m_index > m_index)
                break;
            next = child;
            ++number;
        }
        out += '/' + (at.isList() ? std::to_string(number - 1) : permissions::shownStep(next.name()));
        at = next;
    }
    return out;
}

std::unexpected<Error> Node::refuse(std::string_view why, ErrorCode code) const
{
    return refuseAt(m_document->placeOf(m_index), pointer(), why, code);
}

} // namespace countersign::services
