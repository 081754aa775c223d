// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/answers.h"

#include "core/crypto/bytes.h"
#include "core/permissions/matching.h"
#include "core/server/oauth/replies.h"

#include <utility>

namespace countersign::server {

namespace {
using decision::Verdict;

constexpr int kBadRequest = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;

int statusOf(NotAsked::Kind kind)
{
    return kind == NotAsked::Kind::Forbidden ? kForbidden : kBadRequest;
}

void addReceipt(json::Object& context, const authority::IssuedReceipt& receipt)
{
    context["receipt_id"] = receipt.id;
    context["receipt"] = receipt.jws;
    if (!receipt.text.empty())
        context["receipt_disclosure"] = {{"salt", crypto::base64url(receipt.salt)}, {"text", receipt.text}};
}

HttpResponse plainError(int status, const std::string& message)
{
    return {.status = status,
        .fields = {{"content-type", "application/json"}},
        .body = json::serialize(json::Value(message))};
}
} // namespace

json::Object decisionJson(const authority::ActionAnswer& answer)
{
    const Verdict& verdict = answer.verdict;
    json::Object context;
    if (verdict.outcome != Verdict::Outcome::Permit) {
        context["reason"] = permissions::reasonName(verdict.reason);
        if (!verdict.sentence.empty())
            context["reason_user"] = {{"en", verdict.sentence}};
        if (!verdict.member.empty())
            context["member"] = verdict.member;
    }
    if (!answer.grant.isEmpty())
        context["grant_id"] = answer.grant.value;
    if (answer.requestId)
        context["request_id"] = *answer.requestId;
    if (answer.leaf)
        context["log"] = {{"index", *answer.leaf}};
    else
        context["dry_run"] = true;
    if (answer.receipt)
        addReceipt(context, *answer.receipt);
    return {{"decision", verdict.outcome == Verdict::Outcome::Permit}, {"context", std::move(context)}};
}

json::Object decisionJson(const NotAsked& why)
{
    if (why.kind == NotAsked::Kind::No)
        return {{"decision", false}, {"context", {{"reason", why.reason}, {"reason_user", {{"en", why.sentence}}}}}};
    return {{"decision", false}, {"context", {{"error", {{"status", statusOf(why.kind)}, {"message", why.sentence}}}}}};
}

HttpResponse decisionAnswer(const json::Object& decision)
{
    return jsonAnswer(200, decision);
}

HttpResponse performedAnswer(const authority::ActionAnswer& answer)
{
    HttpResponse response = decisionAnswer(decisionJson(answer));
    if (answer.receipt)
        response.fields.push_back({std::string(kReceiptField), answer.receipt->jws});
    return response;
}

HttpResponse errorAnswer(const Error& error)
{
    switch (error.code) {
    case ErrorCode::InvalidClient:
    case ErrorCode::InvalidToken:
    case ErrorCode::InvalidDpopProof:
    case ErrorCode::UseDpopNonce:
    case ErrorCode::Replayed: {
        HttpResponse answer = plainError(kUnauthorized, error.message);
        std::string dpop = R"(DPoP algs="ES256 Ed25519 EdDSA")";
        if (error.code == ErrorCode::InvalidClient)
            answer.fields.push_back({"www-authenticate", R"(Basic realm="countersign", charset="UTF-8")"});
        else
            dpop += ", error=\"" + std::string(wireError(error.code).code) + '"';
        answer.fields.push_back({"www-authenticate", std::move(dpop)});
        return answer;
    }
    default: {
        HttpResponse answer = refusal(error);
        answer.body = json::serialize(json::Value(error.message));
        return answer;
    }
    }
}

HttpResponse errorAnswer(const NotAsked& why)
{
    return plainError(statusOf(why.kind), why.sentence);
}

} // namespace countersign::server
