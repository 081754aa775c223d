// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/matching.h"
#include "core/server/authzen/answers.h"
#include "core/server/authzen/caller.h"
#include "core/server/authzen/endpoints.h"
#include "core/server/authzen/evaluation.h"
#include "core/server/authzen/performed.h"
#include "core/server/authzen/question.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/signed_answers.h"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::server {

namespace {
using authority::ActionAnswer;
using authority::ActionQuery;
using authority::AgentApi;
using Kind = NotAsked::Kind;
using Question = std::expected<ActionQuery, NotAsked>;

constexpr std::string_view kRequestId = "x-request-id";

/// Every answer carries a nonce, and the caller's own name for its request (section 10.1.9).
Respond withRequestId(const OAuthServer& server, const HttpRequest& request, Respond respond)
{
    const auto id = request.field(kRequestId);
    if (!id)
        return withNonce(server, std::move(respond));
    return withNonce(server, [respond = std::move(respond), id = std::string(*id)](HttpResponse answer) mutable {
        answer.fields.push_back({std::string(kRequestId), std::move(id)});
        respond(std::move(answer));
    });
}

Result<void> checkForm(const HttpRequest& request)
{
    if (!hasContentType(request, "application/json"))
        return fail(ErrorCode::InvalidRequest, "The content type must be application/json.");
    if (request.fieldCount("content-encoding") != 0)
        return fail(ErrorCode::InvalidRequest, "An encoded body is not understood.");
    return {};
}

/// Asks what can be asked, all as of one moment, once an agent's proof is remembered. The answers come in the order of
/// the questions, those that were not asked among them.
class DryRun {
public:
    using Done = std::move_only_function<void(Result<std::vector<json::Object>>)>;

    static void run(AgentApi& authority, const Caller& caller, std::vector<Question> questions, Done done)
    {
        auto self = std::make_shared<DryRun>(authority, std::move(questions), std::move(done));
        if (const auto* agent = std::get_if<AskingAgent>(&caller)) {
            authority.consume(agent->proofs, [self](const Result<void>& first) {
                if (first)
                    self->ask(self);
                else
                    self->m_done(std::unexpected(first.error()));
            });
            return;
        }
        self->ask(self);
    }

    DryRun(AgentApi& authority, std::vector<Question> questions, Done done)
        : m_authority(&authority), m_questions(std::move(questions)), m_done(std::move(done))
    {
    }

private:
    void ask(const std::shared_ptr<DryRun>& self)
    {
        std::vector<ActionQuery> queries;
        for (Question& question : m_questions) {
            if (question)
                queries.push_back(std::move(*question));
        }
        m_authority->query(
            std::move(queries), [self](const Result<std::vector<ActionAnswer>>& answers) { self->answer(answers); });
    }

    void answer(const Result<std::vector<ActionAnswer>>& answers)
    {
        if (!answers)
            return m_done(std::unexpected(answers.error()));
        std::vector<json::Object> decisions;
        auto next = answers->begin();
        for (const Question& question : m_questions)
            decisions.push_back(question ? decisionJson(*next++) : decisionJson(question.error()));
        m_done(std::move(decisions));
    }

    AgentApi* m_authority;
    std::vector<Question> m_questions;
    Done m_done;
};

/// What the authority says no to without a decision of its own. nullopt: it is no answer about the action.
std::optional<NotAsked> asNo(const Error& error)
{
    switch (error.code) {
    case ErrorCode::Replayed:
    case ErrorCode::InvalidDpopProof:
        return NotAsked{Kind::No, "invalid_dpop_proof", error.message};
    case ErrorCode::UseDpopNonce:
        return NotAsked{Kind::No, "use_dpop_nonce", error.message};
    case ErrorCode::InvalidGrant: // of a link
    case ErrorCode::InvalidAuthorizationDetails:
    case ErrorCode::InvalidToken:
        return NotAsked{Kind::No, "invalid_token", error.message};
    case ErrorCode::Held:
    case ErrorCode::UnauthorizedClient:
        return NotAsked{Kind::No, std::string(permissions::reasonName(permissions::Reason::NotLive)), error.message};
    case ErrorCode::TemporarilyUnavailable: // the person would have to be asked, and can't be now
        return NotAsked{Kind::No, std::string(permissions::reasonName(permissions::Reason::StepUp)), error.message};
    case ErrorCode::InvalidTarget:
        return NotAsked{Kind::Forbidden, {}, error.message};
    default:
        return std::nullopt;
    }
}

HttpResponse answerOf(const NotAsked& why)
{
    return why.kind == Kind::No ? decisionAnswer(decisionJson(why)) : errorAnswer(why);
}

void perform(AgentApi& authority, std::expected<authority::PerformAction, NotAsked> command, Respond respond)
{
    if (!command)
        return respond(answerOf(command.error()));
    authority.perform(*std::move(command), [respond = std::move(respond)](const Result<ActionAnswer>& answer) mutable {
        if (answer)
            return respond(performedAnswer(*answer));
        const auto why = asNo(answer.error());
        respond(why ? answerOf(*why) : errorAnswer(answer.error()));
    });
}

void evaluateOne(OAuthServer& server, const Caller& caller, const Result<Evaluation>& evaluation, Respond respond)
{
    if (!evaluation)
        return respond(errorAnswer(evaluation.error()));
    if (evaluation->passedOn) {
        const auto* service = std::get_if<authority::Service>(&caller);
        if (!service)
            return respond(
                errorAnswer(NotAsked{Kind::Forbidden, {}, "Only a service passes on what an agent sent it."}));
        return perform(server.authority, performedBy(server, *service, *evaluation), std::move(respond));
    }
    Question question = questionOf(server.authority, *evaluation, caller);
    if (!question && question.error().kind != Kind::No)
        return respond(answerOf(question.error()));
    DryRun::run(server.authority, caller, {std::move(question)},
        [respond = std::move(respond)](const Result<std::vector<json::Object>>& decisions) mutable {
            respond(decisions ? decisionAnswer(decisions->front()) : errorAnswer(decisions.error()));
        });
}

Question questionOfItem(const AgentApi& authority, const Result<Evaluation>& item, const Caller& caller)
{
    if (!item)
        return std::unexpected(NotAsked{Kind::BadRequest, {}, item.error().message});
    if (item->passedOn)
        return std::unexpected(
            NotAsked{Kind::BadRequest, {}, "Many evaluations are a dry run: ask for a decision with one evaluation."});
    return questionOf(authority, *item, caller);
}

json::Object manyJson(std::vector<json::Object> decisions, Semantic semantic)
{
    json::Array out;
    for (json::Object& decision : decisions) {
        const bool permitted = decision.at("decision").as_bool();
        out.emplace_back(std::move(decision));
        if ((semantic == Semantic::DenyOnFirstDeny && !permitted)
            || (semantic == Semantic::PermitOnFirstPermit && permitted))
            break;
    }
    return {{"evaluations", std::move(out)}};
}

void evaluateMany(OAuthServer& server, const Caller& caller, const Evaluations& evaluations, Respond respond)
{
    std::vector<Question> questions;
    for (const Result<Evaluation>& item : evaluations.items)
        questions.push_back(questionOfItem(server.authority, item, caller));
    DryRun::run(server.authority, caller, std::move(questions),
        [semantic = evaluations.semantic, respond = std::move(respond)](
            Result<std::vector<json::Object>> decisions) mutable {
            respond(
                decisions ? decisionAnswer(manyJson(*std::move(decisions), semantic)) : errorAnswer(decisions.error()));
        });
}

/// The caller, once the request has the right form; nullopt: the answer is given.
std::optional<Caller> admit(
    const OAuthServer& server, const HttpRequest& request, std::string_view path, Respond& respond)
{
    auto caller = authenticateCaller(server, request, path);
    if (!caller) {
        respond(errorAnswer(caller.error()));
        return std::nullopt;
    }
    if (const auto right = checkForm(request); !right) {
        respond(errorAnswer(right.error()));
        return std::nullopt;
    }
    return *std::move(caller);
}
} // namespace

HttpResponse authzenMetadata(const OAuthServer& server)
{
    return decisionAnswer({
        {"policy_decision_point", server.authority.issuer()},
        {"access_evaluation_endpoint", server.url(kEvaluationPath)},
        {"access_evaluations_endpoint", server.url(kEvaluationsPath)},
    });
}

void evaluate(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    respond = withSignature(server, request, withRequestId(server, request, std::move(respond)));
    if (const auto caller = admit(server, request, kEvaluationPath, respond))
        evaluateOne(server, *caller, readEvaluation(request.body), std::move(respond));
}

void evaluateAll(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    respond = withSignature(server, request, withRequestId(server, request, std::move(respond)));
    const auto caller = admit(server, request, kEvaluationsPath, respond);
    if (!caller)
        return;
    const auto evaluations = readEvaluations(request.body);
    if (!evaluations)
        return respond(errorAnswer(evaluations.error()));
    if (evaluations->kind == Evaluations::Kind::Single)
        return evaluateOne(server, *caller, evaluations->items.front(), std::move(respond));
    evaluateMany(server, *caller, *evaluations, std::move(respond));
}

} // namespace countersign::server
