// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/evaluation.h"

#include "core/base/try.h"

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
    [[nodiscard]] Value properties() const
    {
        const Value* value = m_entity ? m_entity->member("properties") : nullptr;
        return value ? *value : Value{Value::Members{}};
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

/// A half of what a decision needs is refused: it must not pass for a dry run that said yes.
Result<std::optional<PassedOn>> readPassedOn(const Value* context)
{
    if (!context
        || (!context->member("access_token") && !context->member("dpop") && !context->member("delegation_chain")))
        return std::nullopt;
    PassedOn out;
    out.accessToken = TRY(contextText(*context, "access_token"));
    out.dpop = TRY(contextText(*context, "dpop"));
    out.method = TRY(contextText(*context, "method"));
    out.uri = TRY(contextText(*context, "uri"));
    if (context->member("delegation_chain"))
        out.delegationChain = TRY(contextText(*context, "delegation_chain"));
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
