// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/catalogue_json.h"

#include "core/base/try.h"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace countersign::services {

namespace {

constexpr std::array<std::string_view, 3> kPlaces = {"path", "query", "body"};
constexpr std::array<std::string_view, 2> kEffects = {"reads", "changes"};
constexpr std::string_view kChallengeResponse = "challenge_response";
constexpr std::size_t kDepth = 8;

std::unexpected<Error> notOurs(std::string_view what)
{
    return fail(ErrorCode::InvalidInput, std::format("The catalogue's {} can't be read.", what));
}

template <std::size_t N>
Result<std::size_t> placeOf(
    const std::array<std::string_view, N>& names, const json::Object& object, std::string_view name)
{
    const std::string text = TRY(json::requiredString(object, name));
    const auto at = std::ranges::find(names, text);
    if (at == names.end())
        return notOurs(name);
    return static_cast<std::size_t>(at - names.begin());
}

json::Array strings(const std::vector<std::string>& texts)
{
    json::Array out;
    for (const std::string& text : texts)
        out.emplace_back(text);
    return out;
}

json::Object argumentJson(const Argument& argument)
{
    return {{"name", argument.name}, {"in", kPlaces.at(std::to_underlying(argument.place))},
        {"required", argument.presence == Argument::Presence::Required}};
}

json::Object operationJson(const Operation& operation)
{
    json::Array arguments;
    for (const Argument& argument : operation.arguments)
        arguments.push_back(argumentJson(argument));
    return {{"action", operation.action.name()}, {"method", operation.method}, {"path", operation.path},
        {"summary", operation.summary}, {"effect", kEffects.at(std::to_underlying(operation.effect))},
        {"arguments", std::move(arguments)}, {"schema", operation.schemaDigest},
        {"requirements", requirementsJson(operation.requirements)}};
}

Result<const json::Array*> array(const json::Object& object, std::string_view name)
{
    const json::Value* value = object.if_contains(name);
    if (value == nullptr || !value->is_array())
        return notOurs(name);
    return &value->get_array();
}

Result<const json::Object*> element(const json::Value& value, std::string_view of)
{
    if (!value.is_object())
        return notOurs(of);
    return &value.get_object();
}

Result<Argument> argumentFrom(const json::Object& object)
{
    Argument argument{.name = TRY(json::requiredString(object, "name")),
        .place = static_cast<ArgumentPlace>(TRY(placeOf(kPlaces, object, "in")))};
    if (TRY(json::optionalBool(object, "required")).value_or(false))
        argument.presence = Argument::Presence::Required;
    return argument;
}

Result<std::optional<Amount>> amountFrom(const json::Object& object, std::string_view name)
{
    const auto text = TRY(json::optionalString(object, name));
    return text ? std::optional(TRY(Amount::parse(*text))) : std::nullopt;
}

Result<SpendLimit> limitFrom(const json::Object& object)
{
    const std::string currency = TRY(json::requiredString(object, "currency"));
    return SpendLimit{.currency = TRY(Currency::parse(currency)),
        .perAction = TRY(amountFrom(object, "per_action")),
        .perDay = TRY(amountFrom(object, "per_day"))};
}

Result<Requirements> requirementsFrom(const json::Object& object)
{
    TRY(json::onlyMembers(
        object, {"minimum_level", "screening", "identity", "agent_signature", "capabilities", "spend_limits"}));
    Requirements out;
    if (const auto level = TRY(json::optionalString(object, "minimum_level")))
        out.minimumLevel = TRY(parseTrustLevel(*level));
    if (TRY(json::optionalBool(object, "screening")).value_or(false))
        out.screening = Screening::Required;
    if (const auto identity = TRY(json::optionalString(object, "identity"))) {
        if (*identity != kChallengeResponse)
            return notOurs("identity");
        out.identity = IdentityMethod::ChallengeResponse;
    }
    if (TRY(json::optionalBool(object, "agent_signature")).value_or(false))
        out.agentSignature = AgentSignature::Asked;
    if (object.contains("capabilities"))
        out.capabilities = TRY(json::requiredStrings(object, "capabilities"));
    if (object.contains("spend_limits")) {
        const json::Array* limits = TRY(array(object, "spend_limits"));
        for (const json::Value& value : *limits) {
            const json::Object* limit = TRY(element(value, "spend_limits"));
            out.spendLimits.push_back(TRY(limitFrom(*limit)));
        }
    }
    return out;
}

Result<Operation> operationFrom(const json::Object& object)
{
    const std::string action = TRY(json::requiredString(object, "action"));
    Operation operation{.action = TRY(permissions::Action::parse(action)),
        .method = TRY(json::requiredString(object, "method")),
        .path = TRY(json::requiredString(object, "path")),
        .summary = TRY(json::requiredString(object, "summary")),
        .effect = static_cast<Effect>(TRY(placeOf(kEffects, object, "effect"))),
        .arguments = {},
        .schemaDigest = TRY(json::requiredString(object, "schema")),
        .requirements = {}};
    const json::Array* arguments = TRY(array(object, "arguments"));
    for (const json::Value& value : *arguments) {
        const json::Object* argument = TRY(element(value, "arguments"));
        operation.arguments.push_back(TRY(argumentFrom(*argument)));
    }
    const json::Value* requirements = object.if_contains("requirements");
    if (requirements == nullptr || !requirements->is_object())
        return notOurs("requirements"); // never read as none
    operation.requirements = TRY(requirementsFrom(requirements->get_object()));
    return operation;
}

} // namespace

json::Object requirementsJson(const Requirements& requirements)
{
    json::Object out;
    if (requirements.minimumLevel != TrustLevel::L0)
        out["minimum_level"] = levelName(requirements.minimumLevel);
    if (requirements.screening == Screening::Required)
        out["screening"] = true;
    if (requirements.identity == IdentityMethod::ChallengeResponse)
        out["identity"] = kChallengeResponse;
    if (requirements.agentSignature == AgentSignature::Asked)
        out["agent_signature"] = true;
    if (!requirements.capabilities.empty())
        out["capabilities"] = strings(requirements.capabilities);
    json::Array limits;
    for (const SpendLimit& limit : requirements.spendLimits) {
        json::Object one{{"currency", limit.currency.code()}};
        if (limit.perAction)
            one["per_action"] = limit.perAction->text();
        if (limit.perDay)
            one["per_day"] = limit.perDay->text();
        limits.push_back(std::move(one));
    }
    if (!limits.empty())
        out["spend_limits"] = std::move(limits);
    return out;
}

Result<std::string> catalogueJson(const Catalogue& catalogue)
{
    std::string operations;
    for (const Operation& operation : catalogue.operations) {
        operations += (operations.empty() ? "" : ",") + json::serialize(operationJson(operation));
        if (operations.size() > kMaxCatalogueBytes)
            break;
    }
    const std::string head = json::serialize(json::Object{
        {"title", catalogue.title}, {"version", catalogue.version}, {"base_urls", strings(catalogue.baseUrls)}});
    std::string out = head.substr(0, head.size() - 1) + R"(,"operations":[)" + operations + "]}";
    if (out.size() > kMaxCatalogueBytes)
        return fail(ErrorCode::TooLarge,
            std::format("What is to be kept of the document is larger than {} bytes.", kMaxCatalogueBytes));
    return out;
}

Result<Catalogue> parseCatalogue(std::string_view json)
{
    const json::Object root = TRY(json::parseObject(json, {.maxDepth = kDepth, .maxBytes = kMaxCatalogueBytes}));
    Catalogue out{.title = TRY(json::requiredString(root, "title")),
        .version = TRY(json::requiredString(root, "version")),
        .baseUrls = TRY(json::requiredStrings(root, "base_urls")),
        .operations = {}};
    const json::Array* operations = TRY(array(root, "operations"));
    for (const json::Value& value : *operations) {
        const json::Object* operation = TRY(element(value, "operations"));
        out.operations.push_back(TRY(operationFrom(*operation)));
    }
    const auto isBefore = [](const Operation& a, const Operation& b) { return a.action < b.action; };
    if (std::ranges::adjacent_find(out.operations, std::not_fn(isBefore)) != out.operations.end())
        return notOurs("operations");
    return out;
}

} // namespace countersign::services
