// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/receipts/endpoints.h"

#include "core/audit/log.h"
#include "core/crypto/bytes.h"
#include "core/server/authzen/answers.h"
#include "core/server/oauth/replies.h"
#include "core/server/oauth/signed_answers.h"

#include <string>
#include <utility>

namespace countersign::server {

namespace {
using authority::ReadReceipt;

constexpr std::string_view kProofType = "text/plain";
constexpr int kAccepted = 202;

HttpResponse receiptJson(const ReadReceipt& read)
{
    json::Object body{{"receipt", read.receipt.jws}};
    if (!read.receipt.text.empty())
        body["disclosure"] = {{"salt", crypto::base64url(read.receipt.salt)}, {"text", read.receipt.text}};
    if (read.proof)
        body["proof"] = *read.proof;
    return jsonAnswer(200, body);
}

HttpResponse proofText(const ReadReceipt& read)
{
    if (!read.proof)
        return {.status = kAccepted,
            .fields = {{"retry-after", std::to_string(audit::kCheckpointInterval.count())}},
            .body = {}};
    return {.status = 200, .fields = {{"content-type", "text/plain; charset=utf-8"}}, .body = *read.proof};
}
} // namespace

void receipt(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    const bool wantsProof = request.field("accept").value_or(std::string_view()).starts_with(kProofType);
    respond = withSignature(server, request, std::move(respond));
    server.authority.readReceipt(request.path.substr(kReceiptsPath.size()),
        [wantsProof, respond = std::move(respond)](const Result<ReadReceipt>& read) mutable {
            if (!read)
                return respond(refusal(read.error()));
            HttpResponse answer = wantsProof ? proofText(*read) : receiptJson(*read);
            answer.fields.push_back({std::string(kReceiptField), read->receipt.jws});
            respond(std::move(answer));
        });
}

} // namespace countersign::server
