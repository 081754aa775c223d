// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/evidence/foreign_evidence.h"

#include "core/audit/foreign_receipt_json.h"
#include "core/base/try.h"
#include "core/evidence/evidence.h"
#include "core/evidence/verify.h"

namespace countersign::evidence {

namespace {

using audit::ForeignDetails;
using Receipts = std::vector<audit::ForeignReceipt>;

std::optional<ForeignDetails> detailsOf(const std::optional<Opening>& opening)
{
    return opening ? std::optional(ForeignDetails{opening->salt, opening->text}) : std::nullopt;
}

/// One that is too long to be taken in is passed over.
Result<void> add(Receipts& receipts, Result<audit::ForeignReceipt> receipt)
{
    if (!receipt && receipt.error().code == ErrorCode::TooLarge)
        return {};
    receipts.push_back(TRY(receipt));
    if (receipts.size() > kMaxForeignCandidates)
        return fail(ErrorCode::TooLarge, "There are too many receipts in it. Take an evidence file of one action.");
    return {};
}

Result<Receipts> receiptsIn(const Evidence& file, UnixSeconds now)
{
    Receipts receipts;
    for (const Entry& entry : file.entries) {
        if (entry.receipt)
            TRY(add(
                receipts, audit::verifyForeignReceipt(*entry.receipt, file.devices, detailsOf(entry.disclosure), now)));
        for (const ForeignReceipt& foreign : entry.upstream) {
            const json::Object set = TRY(json::parseObject(foreign.keys));
            const auto keys = TRY(audit::keysInSet(set));
            TRY(add(receipts, audit::verifyForeignReceipt(foreign.receipt, keys, detailsOf(foreign.disclosure), now)));
        }
    }
    return receipts;
}

Result<Receipts> readEvidence(std::string_view text, UnixSeconds now)
{
    const Report report = verify(text, {{}, {}, now});
    if (const Step* const failure = report.firstFailure())
        return fail(ErrorCode::BadSignature, "This evidence is broken (" + failure->name + "): " + failure->sentence);
    const Evidence file = TRY(fromJson(text));
    return receiptsIn(file, now);
}

} // namespace

Result<Receipts> readForeignEvidence(std::string_view text, UnixSeconds now)
{
    const json::Object object = TRY(json::parseObject(text, {.maxBytes = kMaxEvidenceBytes}));
    if (object.contains("format"))
        return readEvidence(text, now);
    const json::Value* upstream = object.if_contains("upstream");
    if (upstream == nullptr)
        return fail(ErrorCode::InvalidInput,
            "This is neither an evidence file (“format”) nor a list of receipts (“upstream”).");
    TRY(json::onlyMembers(object, {"upstream"}));
    return audit::readUpstream(*upstream, now);
}

} // namespace countersign::evidence
