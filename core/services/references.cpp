// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/references.h"

#include "core/base/ascii.h"
#include "core/base/try.h"

#include <algorithm>
#include <charconv>
#include <format>

namespace countersign::services {

namespace {

/// A URI fragment's percent-encoding (RFC 3986 section 2.1); nullopt: there is a '%' without two digits.
std::optional<std::string> percentDecoded(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        const std::string_view digits = text.substr(at + 1, 2);
        unsigned value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2)
            return std::nullopt;
        out += static_cast<char>(value);
        at += 2;
    }
    return out;
}

/// A step of a JSON pointer (RFC 6901 section 4); nullopt: a '~' without 0 or 1.
std::optional<std::string> unescaped(std::string_view step)
{
    std::string out;
    for (std::size_t at = 0; at < step.size(); ++at) {
        if (step[at] != '~') {
            out += step[at];
            continue;
        }
        if (++at == step.size() || (step[at] != '0' && step[at] != '1'))
            return std::nullopt;
        out += step[at] == '0' ? '~' : '/';
    }
    return out;
}

std::optional<std::size_t> placeIn(const Node& list, std::string_view step)
{
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), number);
    const bool isNumber = !step.empty() && error == std::errc() && end == step.data() + step.size();
    if (!isNumber || (step.size() > 1 && step[0] == '0') || number >= list.size())
        return std::nullopt;
    return number;
}

} // namespace

std::optional<Node> References::elementOf(const Node& list, std::string_view step)
{
    const std::optional<std::size_t> place = placeIn(list, step);
    if (!place)
        return std::nullopt;
    std::vector<Node>& elements = m_elements[list.index()];
    if (elements.empty()) {
        for (const Node element : list.children())
            elements.push_back(element);
    }
    return elements[*place];
}

std::optional<Node> References::resolve(Node from, std::string_view pointer)
{
    while (!pointer.empty()) {
        pointer.remove_prefix(1); // the '/'
        const std::size_t size = std::min(pointer.find('/'), pointer.size());
        const std::optional<std::string> step = unescaped(pointer.substr(0, size));
        if (!step)
            return std::nullopt;
        const std::optional<Node> next = from.isList() ? elementOf(from, *step) : from.member(*step);
        if (!next)
            return std::nullopt;
        from = *next;
        pointer.remove_prefix(size);
    }
    return from;
}

Result<References::Target> References::target(Node reference)
{
    if (!reference.isText())
        return reference.refuse("a $ref must be a text");
    return target(reference, std::string(reference.text()));
}

Result<References::Target> References::mapped(Node name)
{
    if (!name.isText())
        return name.refuse("a mapping must name a schema");
    const bool isBareName = std::ranges::all_of(
        name.text(), [](char c) { return ascii::isAlphanumeric(c) || c == '_' || c == '-' || c == '.'; });
    return target(name, (isBareName ? "#/components/schemas/" : "") + std::string(name.text()));
}

Result<References::Target> References::target(const Node& reference, const std::string& text)
{
    if (const auto known = m_known.find(text); known != m_known.end())
        return known->second;
    if (!text.starts_with('#'))
        return reference.refuse("only references inside the document are followed", ErrorCode::NotSupported);
    const std::optional<std::string> pointer = percentDecoded(std::string_view(text).substr(1));
    if (!pointer || (!pointer->empty() && !pointer->starts_with('/')))
        return reference.refuse("a reference must be '#' and a JSON pointer");
    const std::optional<Node> node = resolve(m_document->root(), *pointer);
    if (!node)
        return reference.refuse("the reference leads nowhere");
    return m_known.emplace(text, Target{*node, *pointer}).first->second;
}

Result<Node> References::follow(Node node)
{
    Node at = node;
    for (int hop = 0; hop < kMaxReferenceHops; ++hop) {
        const std::optional<Node> reference = at.member("$ref");
        if (!reference)
            return at;
        at = TRY(target(*reference)).node;
    }
    return node.refuse(std::format("more than {} references lead on from here, or in a circle", kMaxReferenceHops - 1));
}

} // namespace countersign::services
