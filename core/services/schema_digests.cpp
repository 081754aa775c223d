// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/schema_digests.h"

#include "core/base/decimal.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <utility>

namespace countersign::services {

namespace {

struct Keyword {
    std::string_view name;
    Part part;
};

// JSON Schema 2020-12 and what OpenAPI 3.0 knows of its ancestors. $defs and definitions hold nothing that counts by
// itself.
constexpr auto kSchemaKeywords = std::to_array<Keyword>({
    {"additionalItems", Part::Schema},
    {"additionalProperties", Part::Schema},
    {"allOf", Part::Schemas},
    {"anyOf", Part::Schemas},
    {"contains", Part::Schema},
    {"contentSchema", Part::Schema},
    {"dependencies", Part::NamedSchemas},
    {"dependentSchemas", Part::NamedSchemas},
    {"discriminator", Part::Discriminator},
    {"else", Part::Schema},
    {"if", Part::Schema},
    {"items", Part::Schema},
    {"not", Part::Schema},
    {"oneOf", Part::Schemas},
    {"patternProperties", Part::NamedSchemas},
    {"prefixItems", Part::Schemas},
    {"properties", Part::NamedSchemas},
    {"propertyNames", Part::Schema},
    {"then", Part::Schema},
    {"unevaluatedItems", Part::Schema},
    {"unevaluatedProperties", Part::Schema},
});

constexpr auto kExplanations = std::to_array<std::string_view>(
    {"title", "description", "example", "examples", "externalDocs", "deprecated", "$comment", "$defs", "definitions"});

// They move the base of references, or refer to what depends on the way that led there.
constexpr auto kMovers = std::to_array<std::string_view>({"$id", "$dynamicRef", "$recursiveRef"});

bool mayRefer(Part part)
{
    return part == Part::Schema || part == Part::Parameter || part == Part::Body || part == Part::Content;
}

bool explains(Part part, std::string_view name)
{
    return mayRefer(part) && (name.starts_with("x-") || std::ranges::contains(kExplanations, name));
}

Part partOfMember(Part part, std::string_view name)
{
    switch (part) {
    case Part::Data:
    case Part::Mapping:
        return part;
    case Part::Discriminator:
        return name == "mapping" ? Part::Mapping : Part::Data;
    case Part::Schema: {
        const auto keyword = std::ranges::find(kSchemaKeywords, name, &Keyword::name);
        return keyword == kSchemaKeywords.end() ? Part::Data : keyword->part;
    }
    case Part::Schemas:
    case Part::NamedSchemas:
        return Part::Schema;
    case Part::Parameter:
    case Part::Content:
        if (name == "schema" || name == "itemSchema")
            return Part::Schema;
        [[fallthrough]];
    case Part::Body:
        return name == "content" ? Part::Contents : Part::Data;
    case Part::Contents:
        return Part::Content;
    }
    std::unreachable();
}

void writeText(std::string& out, char kind, std::string_view text)
{
    std::array<char, 20> size{}; // digits of the largest number of 64 bits
    const auto written = std::to_chars(size.begin(), size.end(), text.size());
    out += kind;
    out.append(size.begin(), written.ptr);
    out += ':';
    out += text;
}

std::string numberText(std::string_view text)
{
    // Beyond the limits of Decimal it counts as it was written.
    const Result<Decimal> number = Decimal::parse(text);
    return number ? number->text() : std::string(text);
}

} // namespace

Result<std::string> SchemaDigests::of(Node node, Part part)
{
    const std::size_t asked = unitOf(node, part);
    if (!m_units[asked].digest.empty())
        return m_units[asked].digest;
    TRY(reach(asked));
    while (!m_path.empty()) {
        Unit& unit = m_units[m_path.back()];
        if (unit.next == unit.references.size()) {
            leave(m_path.back());
            continue;
        }
        const std::size_t to = unit.references[unit.next++].unit;
        if (m_units[to].order == 0)
            TRY(reach(to));
        else if (m_units[to].digest.empty())
            unit.low = std::min(unit.low, m_units[to].order);
    }
    return m_units[asked].digest;
}

std::size_t SchemaDigests::unitOf(const Node& node, Part part)
{
    const std::uint64_t key = (std::uint64_t{node.index()} << 8) | std::to_underlying(part);
    const auto [at, isNew] = m_byNode.emplace(key, m_units.size());
    if (isNew)
        m_units.push_back({.node = node, .part = part});
    return at->second;
}

Result<void> SchemaDigests::reach(std::size_t unit)
{
    m_units[unit].order = m_units[unit].low = ++m_reached;
    m_path.push_back(unit);
    m_open.push_back(unit);
    Unit written{.node = m_units[unit].node, .part = m_units[unit].part}; // m_units may grow meanwhile
    TRY(write(written, written.node, written.part));
    m_units[unit].text = std::move(written.text);
    m_units[unit].references = std::move(written.references);
    return {};
}

Result<void> SchemaDigests::write(Unit& unit, const Node& node, Part part)
{
    const std::size_t before = unit.text.size();
    switch (node.kind()) {
    case ValueKind::Object:
        return writeObject(unit, node, part);
    case ValueKind::List:
        unit.text += '[';
        for (const Node element : node.children())
            TRY(write(unit, element, part == Part::Schemas ? Part::Schema : part));
        unit.text += ']';
        return {};
    case ValueKind::Text:
        if (part == Part::Mapping)
            refer(unit, TRY(m_references->mapped(node)), Part::Schema);
        else
            writeText(unit.text, 't', node.text());
        break;
    case ValueKind::Number:
        writeText(unit.text, 'n', numberText(node.text()));
        break;
    case ValueKind::Bool:
    case ValueKind::Null:
        writeText(unit.text, 'l', node.text());
        break;
    }
    m_bytes += unit.text.size() - before;
    if (m_bytes > kMaxSchemaBytes)
        return node.refuse(
            std::format("together the schemas that operations use are larger than {} bytes", kMaxSchemaBytes),
            ErrorCode::TooLarge);
    return {};
}

Result<void> SchemaDigests::writeObject(Unit& unit, const Node& node, Part part)
{
    std::vector<Node> members;
    members.reserve(node.size());
    for (const Node member : node.children()) {
        if (!explains(part, member.name()))
            members.push_back(member);
    }
    std::ranges::sort(members, {}, &Node::name);
    unit.text += '{';
    for (const Node& member : members) {
        if (part == Part::Schema && std::ranges::contains(kMovers, member.name()))
            return member.refuse("this keyword of JSON Schema is not supported", ErrorCode::NotSupported);
        writeText(unit.text, 'm', member.name());
        m_bytes += member.name().size();
        if (member.name() == "$ref" && mayRefer(part))
            refer(unit, TRY(m_references->target(member)), part);
        else
            TRY(write(unit, member, partOfMember(part, member.name())));
    }
    unit.text += '}';
    return {};
}

void SchemaDigests::refer(Unit& unit, const References::Target& target, Part part)
{
    const std::size_t to = unitOf(target.node, part);
    m_units[to].pointer = target.pointer;
    unit.references.push_back({unit.text.size(), to});
}

void SchemaDigests::leave(std::size_t unit)
{
    m_path.pop_back();
    const std::size_t low = m_units[unit].low;
    if (!m_path.empty())
        m_units[m_path.back()].low = std::min(m_units[m_path.back()].low, low);
    if (low == m_units[unit].order)
        closeCircle(unit);
}

void SchemaDigests::closeCircle(std::size_t unit)
{
    auto first = m_open.end();
    do
        --first;
    while (*first != unit);
    const std::vector<std::size_t> circle(first, m_open.end());
    m_open.erase(first, m_open.end());
    std::vector<std::pair<std::string, std::string>> members; // what each is called, and a digest of what it says
    for (const std::size_t each : circle)
        members.emplace_back(m_units[each].pointer, hashed(m_units[each]));
    std::ranges::sort(members);
    std::string together;
    for (const auto& [pointer, digest] : members) {
        writeText(together, 'p', pointer);
        together += digest;
    }
    together = crypto::sha256(together);
    for (const std::size_t each : circle) {
        Unit& done = m_units[each];
        done.digest = circle.size() == 1 ? members.front().second : crypto::sha256Base64url(together + done.pointer);
        done.text = {};
        done.references = {};
    }
}

std::string SchemaDigests::hashed(const Unit& unit) const
{
    std::string out;
    std::size_t at = 0;
    for (const Reference& reference : unit.references) {
        const Unit& to = m_units[reference.unit];
        out += std::string_view(unit.text).substr(at, reference.at - at);
        if (to.digest.empty()) // it is of the same circle
            writeText(out, 'c', to.pointer);
        else
            writeText(out, 'r', to.digest);
        at = reference.at;
    }
    out += std::string_view(unit.text).substr(at);
    return crypto::sha256Base64url(out);
}

} // namespace countersign::services
