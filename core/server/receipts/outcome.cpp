// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/receipts/endpoints.h"

#include "core/audit/foreign_receipt_json.h"
#include "core/base/try.h"
#include "core/server/authzen/answers.h"
#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"
#include "core/server/oauth/signed_answers.h"

#include <string>
#include <utility>

namespace countersign::server {

namespace {
using authority::OutcomeAnswer;
using authority::ReportOutcome;
using Executed = ReportOutcome::Executed;

constexpr int kFirstStatus = 100;
constexpr int kLastStatus = 599;

std::unexpected<Error> refused(std::string_view member, std::string_view why)
{
    return fail(ErrorCode::InvalidRequest, std::string(member) + ": " + std::string(why) + '.');
}

Result<Executed> readExecuted(const json::Object& body)
{
    const std::string executed = TRY(json::requiredString(body, "executed"));
    if (executed == "yes")
        return Executed::Yes;
    if (executed == "no")
        return Executed::No;
    if (executed == "unknown")
        return Executed::Unknown;
    return refused("executed", "is yes, no or unknown");
}

Result<std::string> readText(const json::Object& body, std::string_view name, std::size_t mostBytes)
{
    std::string text = TRY(json::optionalString(body, name)).value_or(std::string());
    if (text.size() > mostBytes)
        return refused(name, "is too long");
    return text;
}

/// What the service signed of its response, as it stands.
Result<std::string> readResponse(const json::Object& body)
{
    const json::Value* response = body.if_contains("response");
    if (response == nullptr)
        return std::string();
    std::string text = json::serialize(*response);
    if (!response->is_object())
        return refused("response", "is an object");
    if (text.size() > kMaxOutcomeSignatureBytes)
        return refused("response", "is too long");
    return text;
}

Result<ReportOutcome> readOutcome(const HttpRequest& request, UnixSeconds now)
{
    if (!hasContentType(request, "application/json"))
        return fail(ErrorCode::InvalidRequest, "The content type must be application/json.");
    const json::Object body = TRY(json::parseObject(request.body, {.maxBytes = audit::kMaxUpstreamBytes}));
    TRY(json::onlyMembers(body, {"executed", "status", "response_digest", "signature", "response", "upstream"}));
    const json::Value* upstream = body.if_contains("upstream");
    if (upstream == nullptr && request.body.size() > kMaxOutcomeBytes)
        return fail(ErrorCode::TooLarge, "The report has more than " + std::to_string(kMaxOutcomeBytes) + " bytes.");
    ReportOutcome outcome;
    outcome.executed = TRY(readExecuted(body));
    if (const auto status = TRY(json::optionalInteger(body, "status"))) {
        if (*status < kFirstStatus || *status > kLastStatus)
            return refused("status", "is an HTTP status");
        outcome.status = static_cast<int>(*status);
    }
    outcome.responseDigest = TRY(readText(body, "response_digest", kMaxResponseDigestBytes));
    outcome.signature = TRY(readText(body, "signature", kMaxOutcomeSignatureBytes));
    outcome.response = TRY(readResponse(body));
    if (upstream != nullptr)
        outcome.upstream = TRY(audit::readUpstream(*upstream, now));
    return outcome;
}

HttpResponse outcomeAnswer(const OutcomeAnswer& reported)
{
    json::Object body{
        {"log", {{"index", reported.leaf}}}, {"receipt_id", reported.receipt.id}, {"receipt", reported.receipt.jws}};
    if (reported.imported)
        body["upstream"] = json::Object{{"log", {{"index", *reported.imported}}}};
    HttpResponse answer = jsonAnswer(200, std::move(body));
    answer.fields.push_back({std::string(kReceiptField), reported.receipt.jws});
    return answer;
}
} // namespace

void reportOutcome(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    std::string id = request.path.substr(kReceiptsPath.size());
    if (!id.ends_with(kOutcomeSuffix))
        return respond(methodNotAllowed("GET, HEAD"));
    id.resize(id.size() - kOutcomeSuffix.size());
    const auto service = authenticateService(server, request);
    if (!service)
        return respond(refusal(service.error(), Challenge::Basic));
    auto outcome = readOutcome(request, server.clock.now());
    if (!outcome)
        return respond(refusal({ErrorCode::InvalidRequest, outcome.error().message}));
    outcome->service = service->id;
    outcome->receipt = std::move(id);
    respond = withSignature(server, request, std::move(respond));
    server.authority.reportOutcome(
        *std::move(outcome), [respond = std::move(respond)](const Result<OutcomeAnswer>& reported) mutable {
            respond(reported ? outcomeAnswer(*reported) : refusal(reported.error()));
        });
}

} // namespace countersign::server
