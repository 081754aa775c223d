// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/foreign_receipt_json.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"

#include <optional>
#include <string>

namespace countersign::audit {

namespace {

std::unexpected<Error> wrong(std::string why)
{
    return fail(ErrorCode::InvalidRequest, std::move(why));
}

Result<json::Object> objectIn(const json::Object& object, std::string_view name)
{
    const json::Value* value = object.if_contains(name);
    if (value == nullptr || !value->is_object())
        return wrong(std::string(name) + " must be an object.");
    return value->get_object();
}

Result<std::optional<ForeignDetails>> readDetails(const json::Object& object)
{
    if (!object.contains("disclosure"))
        return std::nullopt;
    const json::Object disclosure = TRY(objectIn(object, "disclosure"));
    TRY(json::onlyMembers(disclosure, {"salt", "text"}));
    auto salt = crypto::fromBase64url(TRY(json::requiredString(disclosure, "salt")));
    if (!salt)
        return wrong("disclosure.salt must be base64url.");
    return ForeignDetails{*std::move(salt), TRY(json::requiredString(disclosure, "text"))};
}

Result<ForeignReceipt> readOne(const json::Value& value, UnixSeconds now)
{
    if (!value.is_object())
        return wrong("It must be an object.");
    const json::Object& object = value.get_object();
    TRY(json::onlyMembers(object, {"receipt", "keys", "disclosure"}));
    const std::string jws = TRY(json::requiredString(object, "receipt"));
    const json::Object set = TRY(objectIn(object, "keys"));
    const auto keys = TRY(keysInSet(set));
    auto details = TRY(readDetails(object));
    return verifyForeignReceipt(jws, keys, std::move(details), now);
}

} // namespace

Result<std::vector<ForeignReceipt>> readUpstream(const json::Value& upstream, UnixSeconds now)
{
    if (!upstream.is_array())
        return wrong("upstream: must be an array.");
    if (upstream.get_array().size() > kMaxForeignReceipts)
        return fail(
            ErrorCode::TooLarge, "upstream: has more than " + std::to_string(kMaxForeignReceipts) + " receipts.");
    std::vector<ForeignReceipt> receipts;
    for (const json::Value& value : upstream.get_array()) {
        auto receipt = readOne(value, now);
        if (!receipt)
            return fail(receipt.error().code == ErrorCode::TooLarge ? ErrorCode::TooLarge : ErrorCode::InvalidRequest,
                "upstream/" + std::to_string(receipts.size()) + ": " + receipt.error().message);
        receipts.push_back(*std::move(receipt));
    }
    return receipts;
}

} // namespace countersign::audit
