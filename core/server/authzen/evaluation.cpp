// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/evaluation.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::server {

namespace {
using permissions::Value;

std::unexpected<Error> refused(std::string_view member, std::string_view why)
{
    return fail(ErrorCode::InvalidRequest, std::string(member) + ": " + std::string(why) + '.');
}

/// The four members of a request or of one of its evaluations. nullptr: missing.
struct Parts {
    const Value* subject = nullptr;
    const Value* action = nullptr;
    const Value* resource = nullptr;
    const Value* context = nullptr;
};

Parts partsOf(const Value& object)
{
    return {object.member("subject"), object.member("action"), object.member("resource"), object.member("context")};
}

Result<void> checkEntity(const Value* entity, std::string_view name)
{
    if (!entity)
        return {};
    if (!entity->members())
        return refused(name, "must be an object");
    if (const Value* properties = entity->member("properties"); properties && !properties->members())
        return refused(std::string(name) + ".properties", "must be an object");
    return {};
}

Result<void> checkParts(const Parts& parts)
{
    TRY(checkEntity(parts.subject, "subject"));
    TRY(checkEntity(parts.action, "action"));
    TRY(checkEntity(parts.resource, "resource"));
    if (parts.context && !parts.context->members())
        return refused("context", "must be an object");
    return {};
}

/// An entity of an evaluation takes the place of the default one as a whole, but for required members that it lacks.
class Entity {
public:
    Entity(std::string_view name, const Value* own, const Value* byDefault)
        : m_name(name), m_entity(own ? own : byDefault), m_byDefault(byDefault)
    {
    }

    [[nodiscard]] Result<std::string> text(std::string_view member) const
    {
        if (!m_entity)
            return refused(m_name, "is missing");
        const Value* value = m_entity->member(member);
        if (!value && m_byDefault)
            value = m_byDefault->member(member);
        const std::string path = std::string(m_name) + '.' + std::string(member);
        if (!value)
            return refused(path, "is missing");
        if (!value->text())
            return refused(path, "must be a string");
        return *value->text();
    }
    [[nodiscard]] std::optional<Value> properties() const
    {
        const Value* value = m_entity ? m_entity->member("properties") : nullptr;
        return value ? std::optional(*value) : std::nullopt;
    }

private:
    std::string_view m_name;
    const Value* m_entity;
    const Value* m_byDefault;
};

Result<std::string> contextText(const Value& context, std::string_view name)
{
    const Value* value = context.member(name);
    const std::string path = "context." + std::string(name);
    if (!value)
        return refused(path, "is missing, and the decision needs it");
    if (!value->text())
        return refused(path, "must be a string");
    return *value->text();
}

/// Empty where there is none.
Result<std::string> optionalContextText(const Value& context, std::string_view name)
{
    return context.member(name) ? contextText(context, name) : std::string();
}

/// The fields of which the access token, proof, chain and signature stand elsewhere in the context.
constexpr std::array<std::string_view, 5> kToldElsewhere{
    "authorization", "dpop", "delegation-chain", "signature", "signature-input"};

Result<void> readFields(const Value& context, PassedOn& out)
{
    const Value* headers = context.member("headers");
    if (!headers)
        return {};
    if (!headers->members())
        return refused("context.headers", "must be an object");
    for (const permissions::Member& header : *headers->members()) {
        const std::string path = "context.headers." + header.name;
        if (!header.value.text())
            return refused(path, "must be a string");
        std::string name = header.name;
        std::ranges::transform(
            name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        if (std::ranges::contains(kToldElsewhere, name))
            return refused(path, "has a member of its own in the context");
        if (out.field(name))
            return refused(path, "stands there twice");
        out.fields.emplace_back(std::move(name), *header.value.text());
    }
    return {};
}

Result<void> readSigned(const Value& context, PassedOn& out)
{
    out.signatureInput = TRY(optionalContextText(context, "signature_input"));
    out.signature = TRY(optionalContextText(context, "signature"));
    if (out.signatureInput.empty() != out.signature.empty())
        return refused("context.signature", "needs context.signature_input, and the other way round");
    out.agentSignature = TRY(optionalContextText(context, "agent_signature"));
    if (!out.agentSignature.empty() && !out.signature.empty())
        return refused("context.agent_signature", "stands in the place of context.signature, not beside it");
    TRY(readFields(context, out));
    auto body = crypto::fromBase64url(TRY(optionalContextText(context, "body")));
    if (!body)
        return refused("context.body", "must be base64url without padding");
    out.body = *std::move(body);
    if (!context.member("body") && out.field("content-digest"))
        return refused("context.body", "is missing, and there is a content-digest of it");
    return {};
}

/// A half of what a decision needs is refused: it must not pass for a dry run that said yes.
Result<std::optional<PassedOn>> readPassedOn(const Value* context)
{
    static constexpr std::array<std::string_view, 6> kTelling{
        "access_token", "dpop", "delegation_chain", "signature", "signature_input", "agent_signature"};
    if (!context || std::ranges::none_of(kTelling, [&](std::string_view name) { return context->member(name); }))
        return std::nullopt;
    PassedOn out;
    out.accessToken = TRY(contextText(*context, "access_token"));
    out.dpop = TRY(contextText(*context, "dpop"));
    out.method = TRY(contextText(*context, "method"));
    out.uri = TRY(contextText(*context, "uri"));
    if (out.uri.contains('#'))
        return refused("context.uri", "has no fragment");
    // The agent signs it, but the entry's target and query are the same as without it: no checker could tell.
    if (out.uri.ends_with('?') && out.query().empty())
        return refused("context.uri", "ends in a “?” with no query behind it");
    if (context->member("delegation_chain"))
        out.delegationChain = TRY(contextText(*context, "delegation_chain"));
    TRY(readSigned(*context, out));
    if (const Value* upstream = context->member("upstream"))
        out.upstream = permissions::valueJson(*upstream);
    return out;
}

Result<Evaluation> readParts(const Parts& own, const Parts& byDefault)
{
    TRY(checkParts(own));
    const Entity subject("subject", own.subject, byDefault.subject);
    const Entity action("action", own.action, byDefault.action);
    const Entity resource("resource", own.resource, byDefault.resource);
    TRY(subject.text("type"));
    return Evaluation{
        .subject = TRY(subject.text("id")),
        .action = TRY(action.text("name")),
        .arguments = action.properties(),
        .resourceType = TRY(resource.text("type")),
        .resource = TRY(resource.text("id")),
        .passedOn = TRY(readPassedOn(own.context ? own.context : byDefault.context)),
    };
}

Result<Value> readBody(std::string_view body)
{
    if (body.size() > kMaxEvaluationBytes)
        return fail(
            ErrorCode::InvalidRequest, "The body has more than " + std::to_string(kMaxEvaluationBytes) + " bytes.");
    auto value = permissions::parseValue(body);
    if (!value)
        return fail(ErrorCode::InvalidRequest, "The body is not JSON as it is read here: " + value.error().message);
    if (!value->members())
        return fail(ErrorCode::InvalidRequest, "The body must be a JSON object.");
    return value;
}

Result<Semantic> readSemantic(const Value& body)
{
    static constexpr std::array<std::pair<std::string_view, Semantic>, 3> kNames{{
        {"execute_all", Semantic::ExecuteAll},
        {"deny_on_first_deny", Semantic::DenyOnFirstDeny},
        {"permit_on_first_permit", Semantic::PermitOnFirstPermit},
    }};
    const Value* options = body.member("options");
    if (!options)
        return Semantic::ExecuteAll;
    if (!options->members())
        return refused("options", "must be an object");
    const Value* wanted = options->member("evaluations_semantic");
    if (!wanted)
        return Semantic::ExecuteAll;
    for (const auto& [name, semantic] : kNames) {
        if (wanted->text() && *wanted->text() == name)
            return semantic;
    }
    return refused("options.evaluations_semantic", "is execute_all, deny_on_first_deny or permit_on_first_permit");
}

Result<Evaluation> readItem(const Value& item, const Parts& byDefault)
{
    if (!item.members())
        return refused("evaluations", "each must be an object");
    return readParts(partsOf(item), byDefault);
}
} // namespace

std::optional<std::string> PassedOn::field(std::string_view lowerCaseName) const
{
    const auto found = std::ranges::find(fields, lowerCaseName, &std::pair<std::string, std::string>::first);
    return found == fields.end() ? std::nullopt : std::optional(found->second);
}

std::string_view PassedOn::place() const
{
    return std::string_view(uri).substr(0, uri.find('?'));
}

std::string_view PassedOn::path() const
{
    const std::size_t authority = place().find("//");
    const std::size_t start = authority == std::string_view::npos ? authority : place().find('/', authority + 2);
    return start == std::string_view::npos ? std::string_view() : place().substr(start);
}

std::string_view PassedOn::query() const
{
    return std::string_view(uri).substr(std::min(uri.size(), place().size() + 1));
}

Result<Evaluation> readEvaluation(std::string_view body)
{
    const Value value = TRY(readBody(body));
    return readParts(partsOf(value), {});
}

Result<Evaluations> readEvaluations(std::string_view body)
{
    const Value value = TRY(readBody(body));
    const Parts byDefault = partsOf(value);
    Evaluations out;
    const Value* items = value.member("evaluations");
    if (items && !items->list())
        return refused("evaluations", "must be an array");
    if (!items || items->list()->empty()) {
        out.items.emplace_back(TRY(readParts(byDefault, {})));
        return out;
    }
    if (items->list()->size() > kMaxEvaluations)
        return refused("evaluations", "are at most " + std::to_string(kMaxEvaluations));
    TRY(checkParts(byDefault));
    out.semantic = TRY(readSemantic(value));
    out.kind = Evaluations::Kind::Many;
    for (const Value& item : *items->list())
        out.items.push_back(readItem(item, byDefault));
    return out;
}

} // namespace countersign::server
