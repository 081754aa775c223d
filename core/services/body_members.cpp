// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/body_members.h"

#include "core/base/ascii.h"
#include "core/base/try.h"

#include <algorithm>
#include <format>
#include <map>
#include <set>

namespace countersign::services {

namespace {

using Presence = Argument::Presence;
using Members = std::map<std::string_view, Presence>;

/// "application/json; charset=utf-8", "application/problem+json", forms. Wildcards may be any of them.
bool isReadable(std::string_view mediaType)
{
    std::string type = ascii::lowered(mediaType.substr(0, mediaType.find(';')));
    type.resize(type.find_last_not_of(" \t") + 1);
    return type == "application/json" || type.ends_with("+json") || type == "application/x-www-form-urlencoded"
        || type == "multipart/form-data" || type == "*/*" || type == "application/*";
}

class Search {
public:
    explicit Search(References& references) : m_references(&references) { }

    [[nodiscard]] Result<Members> members(Node schema)
    {
        m_waiting.push_back({schema, Presence::Required});
        while (!m_waiting.empty()) {
            const auto [next, presence] = m_waiting.back();
            m_waiting.pop_back();
            TRY(look(next, presence));
        }
        Members out;
        for (const std::string_view name : m_names)
            out.emplace(name, m_required.contains(name) ? Presence::Required : Presence::Optional);
        return out;
    }

private:
    struct Waiting {
        Node schema;
        Presence presence; ///< of what it requires
    };

    Result<void> look(const Node& schema, Presence presence)
    {
        // Seen once as required and once not, it must be looked at twice, but no oftener.
        if (!schema.isObject() || !m_seen.emplace(schema.index(), presence).second)
            return {};
        if (m_seen.size() > kMaxBodySchemas)
            return tooMany(schema);
        if (const std::optional<Node> reference = schema.member("$ref"))
            m_waiting.push_back({TRY(m_references->target(*reference)).node, presence});
        for (const std::string_view several : {"allOf", "anyOf", "oneOf"}) {
            const std::optional<Node> schemas = schema.member(several);
            if (!schemas || !schemas->isList())
                continue;
            if (m_waiting.size() + schemas->size() > kMaxBodySchemas)
                return tooMany(*schemas);
            for (const Node element : schemas->children())
                m_waiting.push_back({element, several == "allOf" ? presence : Presence::Optional});
        }
        return takeNames(schema, presence);
    }

    static std::unexpected<Error> tooMany(const Node& schema)
    {
        return schema.refuse(
            std::format("the body is made of more than {} schemas", kMaxBodySchemas), ErrorCode::TooLarge);
    }

    Result<void> takeNames(const Node& schema, Presence presence)
    {
        if (const std::optional<Node> properties = schema.member("properties"); properties && properties->isObject()) {
            for (const Node property : properties->children()) {
                if (property.name().size() > kMaxArgumentNameBytes)
                    return property.refuse(
                        std::format("the name is longer than {} bytes", kMaxArgumentNameBytes), ErrorCode::TooLarge);
                m_names.insert(property.name());
                if (m_names.size() > kMaxArguments)
                    return properties->refuse(
                        std::format("more than {} arguments", kMaxArguments), ErrorCode::TooLarge);
            }
        }
        const std::optional<Node> required = schema.member("required");
        if (presence != Presence::Required || !required || !required->isList())
            return {};
        if (required->size() > kMaxArguments)
            return required->refuse(std::format("more than {} arguments", kMaxArguments), ErrorCode::TooLarge);
        for (const Node name : required->children()) {
            if (name.isText())
                m_required.insert(name.text());
        }
        return {};
    }

    References* m_references;
    std::vector<Waiting> m_waiting;
    std::set<std::pair<std::uint32_t, Presence>> m_seen;
    std::set<std::string_view> m_names;
    std::set<std::string_view> m_required;
};

} // namespace

Result<std::vector<Argument>> bodyMembers(Node body, References& references)
{
    const std::optional<Node> content = body.member("content");
    if (!content || !content->isObject())
        return body.refuse("a request body needs its content");
    if (content->size() > kMaxMediaTypes)
        return content->refuse(std::format("more than {} media types", kMaxMediaTypes), ErrorCode::TooLarge);
    std::map<std::string_view, int> required; // how many of the media types require it
    int types = 0;
    for (const Node media : content->children()) {
        ++types;
        const std::optional<Node> schema = media.member("schema");
        if (!schema || !isReadable(media.name()))
            continue;
        for (const auto& [name, presence] : TRY(Search(references).members(*schema)))
            required[name] += presence == Presence::Required ? 1 : 0;
        if (required.size() > kMaxArguments)
            return content->refuse(std::format("more than {} arguments", kMaxArguments), ErrorCode::TooLarge);
    }
    const std::optional<Node> isNeeded = body.member("required");
    const bool bodyIsNeeded = isNeeded && isNeeded->text() == "true";
    std::vector<Argument> out;
    for (const auto& [name, times] : required) {
        const bool always = bodyIsNeeded && times == types;
        out.push_back({std::string(name), ArgumentPlace::Body, always ? Presence::Required : Presence::Optional});
    }
    return out;
}

} // namespace countersign::services
