// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/openapi.h"

#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/services/action_names.h"
#include "core/services/arguments.h"
#include "core/services/base_urls.h"
#include "core/services/demands.h"
#include "core/services/schema_digests.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

namespace countersign::services {

namespace {

struct Method {
    std::string_view member; ///< of a path
    std::string_view name;
};
constexpr auto kMethods = std::to_array<Method>({{"get", "GET"}, {"put", "PUT"}, {"post", "POST"}, {"delete", "DELETE"},
    {"options", "OPTIONS"}, {"head", "HEAD"}, {"patch", "PATCH"}, {"trace", "TRACE"}});
constexpr auto kBesideReference = std::to_array<std::string_view>({"$ref", "summary", "description"});

std::optional<Node> textMember(const Node& object, std::string_view name)
{
    const std::optional<Node> member = object.member(name);
    return member && member->isText() ? member : std::nullopt;
}

Result<void> checkVersion(const Node& root)
{
    if (!root.isObject())
        return root.refuse("this is no OpenAPI document");
    if (root.member("swagger"))
        return root.refuse("Swagger 2.0 is not supported; OpenAPI 3.0 and 3.1 are", ErrorCode::NotSupported);
    const std::optional<Node> version = textMember(root, "openapi");
    if (!version)
        return root.refuse("this is no OpenAPI document: it has no text \"openapi\", like 3.1.0");
    if (!version->text().starts_with("3.0.") && !version->text().starts_with("3.1."))
        return version->refuse("only OpenAPI 3.0 and 3.1 are supported", ErrorCode::NotSupported);
    return {};
}

/// `title` or `version`. Many write the version without quotes, so that YAML makes it a number.
Result<std::string> infoText(const Node& info, std::string_view name, std::size_t maxBytes)
{
    const std::optional<Node> member = info.member(name);
    if (!member || (!member->isText() && member->kind() != ValueKind::Number))
        return info.refuse(std::format("{} is missing, or no text", name));
    if (member->text().size() > maxBytes)
        return member->refuse(std::format("longer than {} bytes", maxBytes), ErrorCode::TooLarge);
    return std::string(member->text());
}

/// The first line, at most so many bytes of it, whole characters only.
std::string shortened(std::string_view text)
{
    text = text.substr(0, text.find_first_of("\r\n"));
    if (text.size() <= kMaxSummaryBytes)
        return std::string(text);
    std::size_t size = kMaxSummaryBytes;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
        --size;
    return std::string(text.substr(0, size)).append("…");
}

std::string summaryOf(const Node& operation)
{
    for (const std::string_view name : {"summary", "description"}) {
        const std::optional<Node> text = textMember(operation, name);
        if (text && !text->text().empty())
            return shortened(text->text());
    }
    return {};
}

/// Whether it could stand behind a base URL as it is, whatever the parameters are.
Result<void> checkPath(const Node& path)
{
    std::string filled;
    bool inBraces = false;
    for (const char c : path.name()) {
        if (!inBraces)
            filled += c == '{' ? 'x' : c;
        inBraces = (inBraces || c == '{') && c != '}';
    }
    if (!path.name().starts_with('/'))
        return path.refuse("a path must begin with '/'");
    if (inBraces || filled.contains('}'))
        return path.refuse("the braces of the path don't fit together");
    if (const auto location = permissions::Location::parse("https://a.example" + filled); !location)
        return path.refuse("this is no path that can be added to a URL as it is: " + location.error().message);
    return {};
}

/// The template with its parameters' names blotted out: paths that differ only in those are the same.
std::string shapeOf(std::string_view path)
{
    std::string out;
    bool inBraces = false;
    for (const char c : path) {
        if (!inBraces)
            out += c;
        inBraces = (inBraces || c == '{') && c != '}';
    }
    return out;
}

class Importer {
public:
    Importer(Node root, Demands demands, References& references)
        : m_root(root), m_demands(std::move(demands)), m_references(&references), m_digests(references)
    {
    }

    [[nodiscard]] Result<std::vector<Operation>> operations()
    {
        const std::optional<Node> paths = m_root.member("paths");
        if (!paths || !paths->isObject())
            return m_root.refuse("there are no paths, and so no operations");
        for (const Node path : paths->children()) {
            if (!path.name().starts_with("x-"))
                TRY(readPath(path));
        }
        if (m_operations.empty())
            return paths->refuse("there are no operations");
        const std::vector<permissions::Action> actions = TRY(actionNames(m_unnamed));
        for (std::size_t i = 0; i < actions.size(); ++i)
            m_operations[i].action = actions[i];
        std::ranges::sort(m_operations, {}, &Operation::action);
        return std::move(m_operations);
    }

private:
    Result<void> readPath(const Node& path)
    {
        TRY(checkPath(path));
        if (!m_shapes.insert(shapeOf(path.name())).second)
            return path.refuse("another path is the same but for the names of its parameters");
        if (!path.isObject())
            return path.refuse("a path must be an object");
        if (path.member("$ref")) {
            for (const Node member : path.children()) {
                if (!std::ranges::contains(kBesideReference, member.name()))
                    return member.refuse("beside a $ref nothing may change what it refers to");
            }
        }
        const Node item = TRY(m_references->follow(path));
        for (const Method& method : kMethods) {
            if (const std::optional<Node> operation = item.member(method.member))
                TRY(readOperation(path.name(), method.name, item, *operation));
        }
        return {};
    }

    Result<void> readOperation(std::string_view path, std::string_view method, const Node& item, const Node& node)
    {
        if (!node.isObject())
            return node.refuse("an operation must be an object");
        if (m_operations.size() == kMaxOperations)
            return node.refuse(std::format("more than {} operations", kMaxOperations), ErrorCode::TooLarge);
        const TakenArguments taken = TRY(takenArguments(item, node, path, *m_references));
        m_arguments += taken.arguments.size();
        if (m_arguments > kMaxCatalogueArguments)
            return node.refuse(std::format("more than {} arguments", kMaxCatalogueArguments), ErrorCode::TooLarge);
        m_unnamed.push_back({.operationId = TRY(operationId(node)), .method = method, .path = path, .at = node});
        m_operations.push_back({.action = {},
            .method = std::string(method),
            .path = std::string(path),
            .summary = summaryOf(node),
            .effect = method == "GET" || method == "HEAD" ? Effect::Reads : Effect::Changes,
            .arguments = taken.arguments,
            .schemaDigest = TRY(digestOf(taken, item, node)),
            .requirements = TRY(m_demands.forOperation(item, node))});
        return {};
    }

    Result<std::string_view> operationId(const Node& operation)
    {
        const std::optional<Node> id = operation.member("operationId");
        if (!id)
            return std::string_view();
        if (!id->isText())
            return id->refuse("operationId must be a text");
        if (!id->text().empty() && !m_operationIds.insert(id->text()).second)
            return id->refuse("two operations have this operationId");
        return id->text();
    }

    /// Of all that says what the arguments are, and where they are sent.
    Result<std::string> digestOf(const TakenArguments& taken, const Node& item, const Node& operation)
    {
        std::string text;
        for (const Node& parameter : taken.parameters)
            text += TRY(m_digests.of(parameter, Part::Parameter)) + '\n';
        text += "body " + (taken.body ? TRY(m_digests.of(*taken.body, Part::Body)) : std::string()) + '\n';
        for (const Node& owner : {operation, item}) {
            if (const std::optional<Node> servers = owner.member("servers"); servers && servers->size() > 0)
                return crypto::sha256Base64url(text + "servers " + TRY(m_digests.of(*servers, Part::Data)));
        }
        return crypto::sha256Base64url(text);
    }

    Node m_root;
    Demands m_demands;
    References* m_references;
    SchemaDigests m_digests;
    std::vector<Operation> m_operations;
    std::vector<Unnamed> m_unnamed; // of the same places
    std::set<std::string> m_shapes;
    std::set<std::string_view> m_operationIds;
    std::size_t m_arguments = 0;
};

} // namespace

Result<Catalogue> importOpenApi(std::string_view text)
{
    const Document document = TRY(Document::read(text));
    const Node root = document.root();
    TRY(checkVersion(root));
    const std::optional<Node> info = root.member("info");
    if (!info)
        return root.refuse("info is missing");
    References references(document);
    Importer importer(root, TRY(Demands::of(root, references)), references);
    return Catalogue{.title = TRY(infoText(*info, "title", kMaxTitleBytes)),
        .version = TRY(infoText(*info, "version", kMaxVersionBytes)),
        .baseUrls = TRY(baseUrls(root)),
        .operations = TRY(importer.operations())};
}

} // namespace countersign::services
