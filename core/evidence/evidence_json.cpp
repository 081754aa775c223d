// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/audit/foreign_receipt.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/evidence/evidence.h"

#include <array>
#include <concepts>
#include <limits>
#include <utility>

namespace countersign::evidence {

namespace {

constexpr auto kKinds = std::to_array<std::string_view>({"action", "grant", "span"});

// ---- writing ----------------------------------------------------------------------------------------

json::Object toObject(const Opening& opening)
{
    return {{"salt", crypto::base64url(opening.salt)}, {"text", opening.text}};
}

json::Object toObject(const Consent& consent)
{
    json::Object object{{"record", consent.record}};
    if (consent.screen)
        object["screen"] = toObject(*consent.screen);
    return object;
}

json::Object toObject(const ForeignReceipt& foreign)
{
    json::Object object{{"receipt", foreign.receipt}, {"keys", foreign.keys}};
    if (foreign.disclosure)
        object["disclosure"] = toObject(*foreign.disclosure);
    return object;
}

json::Object toObject(const Entry& entry)
{
    json::Object object{{"index", entry.index}};
    if (entry.leaf)
        object["leaf"] = *entry.leaf;
    if (entry.receipt)
        object["receipt"] = *entry.receipt;
    if (entry.disclosure)
        object["disclosure"] = toObject(*entry.disclosure);
    json::Array inclusion;
    for (const std::string& hash : entry.inclusion)
        inclusion.emplace_back(crypto::base64(hash));
    object["inclusion"] = std::move(inclusion);
    if (entry.body)
        object["body"] = crypto::base64url(*entry.body);
    json::Array upstream;
    for (const ForeignReceipt& foreign : entry.upstream)
        upstream.emplace_back(toObject(foreign));
    if (!upstream.empty())
        object["upstream"] = std::move(upstream);
    return object;
}

json::Object toObject(const Subject& subject)
{
    switch (subject.kind) {
    case Kind::Action:
        return {{"entry", subject.first}};
    case Kind::Grant:
        return {{"grant_id", subject.grant.value}};
    case Kind::Span:
        break;
    }
    return {{"first", subject.first}, {"last", subject.last}};
}

json::Array toArray(const std::vector<crypto::PublicKey>& keys)
{
    json::Array array;
    for (const crypto::PublicKey& key : keys)
        array.emplace_back(key.toJwk());
    return array;
}

json::Array toArray(const std::vector<std::string>& texts)
{
    json::Array array;
    for (const std::string& text : texts)
        array.emplace_back(text);
    return array;
}

template <typename T> json::Array toArrayOfObjects(const std::vector<T>& values)
{
    json::Array array;
    for (const T& value : values)
        array.emplace_back(toObject(value));
    return array;
}

// ---- reading ----------------------------------------------------------------------------------------

std::unexpected<Error> bad(std::string what)
{
    return fail(ErrorCode::InvalidInput, std::move(what));
}

/// The error with the place in front.
template <typename T> Result<T> at(const std::string& place, Result<T> result)
{
    if (!result)
        return fail(result.error().code, place + ": " + result.error().message);
    return result;
}

Result<json::Object> requiredObject(const json::Object& object, std::string_view name)
{
    const json::Value* value = object.if_contains(name);
    if (value == nullptr || !value->is_object())
        return bad(std::string(name) + ": must be an object");
    return value->get_object();
}

Result<std::uint64_t> indexIn(const json::Object& object, std::string_view name)
{
    const std::int64_t index = TRY(json::requiredInteger(object, name));
    if (index < 0)
        return bad(std::string(name) + ": must not be negative");
    return static_cast<std::uint64_t>(index);
}

/// Each element of the array `name` through `read`; at most `most`. A missing array is empty.
template <typename T, typename Read>
Result<std::vector<T>> arrayIn(const json::Object& object, std::string_view name, std::size_t most, Read read)
{
    std::vector<T> values;
    const json::Value* array = object.if_contains(name);
    if (array == nullptr)
        return values;
    if (!array->is_array())
        return bad(std::string(name) + ": must be an array");
    if (array->get_array().size() > most)
        return fail(ErrorCode::TooLarge, std::string(name) + ": has more than " + std::to_string(most) + " elements");
    for (const json::Value& element : array->get_array())
        values.push_back(TRY(at<T>(std::string(name) + '/' + std::to_string(values.size()), read(element))));
    return values;
}

Result<std::string> readText(const json::Value& value)
{
    if (!value.is_string())
        return bad("must be a text");
    return std::string(value.get_string());
}

template <typename T> auto ofObject(Result<T> (*read)(const json::Object&))
{
    return [read](const json::Value& value) -> Result<T> {
        if (!value.is_object())
            return bad("must be an object");
        return read(value.get_object());
    };
}

Result<crypto::PublicKey> readKey(const json::Object& object)
{
    auto key = crypto::PublicKey::fromJwk(object);
    // Written in one form only, so that nothing in the file is without meaning.
    if (key && key->toJwk() != object)
        return bad("must hold the required members of a public key only");
    return key;
}

Result<std::string> base64urlIn(const json::Object& object, std::string_view name)
{
    auto bytes = crypto::fromBase64url(TRY(json::requiredString(object, name)));
    if (!bytes)
        return bad(std::string(name) + ": is not base64url");
    return bytes;
}

Result<Opening> readOpening(const json::Object& object)
{
    TRY(json::onlyMembers(object, {"salt", "text"}));
    return Opening{TRY(base64urlIn(object, "salt")), TRY(json::requiredString(object, "text"))};
}

Result<std::optional<Opening>> openingIn(const json::Object& object, std::string_view name)
{
    if (!object.contains(name))
        return std::nullopt;
    const json::Object opening = TRY(requiredObject(object, name));
    return TRY(at<Opening>(std::string(name), readOpening(opening)));
}

Result<Consent> readConsent(const json::Object& object)
{
    TRY(json::onlyMembers(object, {"record", "screen"}));
    return Consent{TRY(json::requiredString(object, "record")), TRY(openingIn(object, "screen"))};
}

Result<ForeignReceipt> readForeign(const json::Object& object)
{
    TRY(json::onlyMembers(object, {"receipt", "keys", "disclosure"}));
    return ForeignReceipt{TRY(json::requiredString(object, "receipt")), TRY(json::requiredString(object, "keys")),
        TRY(openingIn(object, "disclosure"))};
}

Result<std::string> readHash(const json::Value& value)
{
    auto hash = crypto::fromBase64(TRY(readText(value)));
    if (!hash || hash->size() != crypto::kSha256Bytes)
        return bad("is not the base64 of 32 bytes");
    return hash;
}

Result<Entry> readEntry(const json::Object& object)
{
    TRY(json::onlyMembers(object, {"index", "leaf", "receipt", "disclosure", "inclusion", "body", "upstream"}));
    Entry entry;
    entry.index = TRY(indexIn(object, "index"));
    entry.leaf = TRY(json::optionalString(object, "leaf"));
    entry.receipt = TRY(json::optionalString(object, "receipt"));
    if (entry.leaf.has_value() == entry.receipt.has_value())
        return bad("leaf: exactly one of leaf and receipt must be there");
    entry.disclosure = TRY(openingIn(object, "disclosure"));
    if (!object.contains("inclusion"))
        return bad("inclusion: is missing");
    entry.inclusion = TRY(arrayIn<std::string>(object, "inclusion", kMaxInclusionHashes, readHash));
    if (object.contains("body"))
        entry.body = TRY(base64urlIn(object, "body"));
    entry.upstream =
        TRY(arrayIn<ForeignReceipt>(object, "upstream", audit::kMaxForeignReceipts, ofObject(readForeign)));
    return entry;
}

Result<Subject> readSubject(std::string_view kind, const json::Object& object)
{
    Subject subject;
    if (kind == kindName(Kind::Action)) {
        TRY(json::onlyMembers(object, {"entry"}));
        subject.first = subject.last = TRY(indexIn(object, "entry"));
    } else if (kind == kindName(Kind::Grant)) {
        TRY(json::onlyMembers(object, {"grant_id"}));
        subject.kind = Kind::Grant;
        subject.grant.value = TRY(json::requiredString(object, "grant_id"));
    } else if (kind == kindName(Kind::Span)) {
        TRY(json::onlyMembers(object, {"first", "last"}));
        subject.kind = Kind::Span;
        subject.first = TRY(indexIn(object, "first"));
        subject.last = TRY(indexIn(object, "last"));
        if (subject.last < subject.first)
            return bad("last: is before first");
    } else {
        return fail(ErrorCode::NotSupported, "kind: is none that this version knows");
    }
    return subject;
}

Result<void> readKeys(const json::Object& object, Evidence& evidence)
{
    TRY(json::onlyMembers(object, {"device", "person", "agents", "log", "log_statement"}));
    const auto read = ofObject(readKey);
    evidence.devices = TRY(arrayIn<crypto::PublicKey>(object, "device", kMaxKeys, read));
    evidence.persons = TRY(arrayIn<crypto::PublicKey>(object, "person", kMaxKeys, read));
    evidence.agents = TRY(arrayIn<crypto::PublicKey>(object, "agents", kMaxKeys, read));
    evidence.logKey = TRY(json::requiredString(object, "log"));
    evidence.logKeyStatement = TRY(json::requiredString(object, "log_statement"));
    return {};
}

Result<void> checkOrder(const std::vector<Entry>& entries)
{
    for (std::size_t i = 1; i < entries.size(); ++i) {
        if (entries[i].index <= entries[i - 1].index)
            return bad("entries/" + std::to_string(i) + "/index: is not above the one before");
    }
    return {};
}

} // namespace

std::string_view kindName(Kind kind)
{
    return kKinds.at(std::to_underlying(kind));
}

Result<std::string> toJson(const Evidence& evidence)
{
    json::Object object;
    object["format"] = kFormat;
    object["kind"] = kindName(evidence.subject.kind);
    object["subject"] = toObject(evidence.subject);
    object["keys"] = json::Object{{"device", toArray(evidence.devices)}, {"person", toArray(evidence.persons)},
        {"agents", toArray(evidence.agents)}, {"log", evidence.logKey}, {"log_statement", evidence.logKeyStatement}};
    object["checkpoint"] = evidence.checkpoint;
    object["consents"] = toArrayOfObjects(evidence.consents);
    object["tokens"] = toArray(evidence.tokens);
    object["links"] = toArray(evidence.links);
    object["entries"] = toArrayOfObjects(evidence.entries);
    std::string text = json::serialize(object) + '\n';
    if (text.size() > kMaxEvidenceBytes)
        return fail(ErrorCode::TooLarge, "The evidence would be larger than 64 MiB. Take less of it at once.");
    return text;
}

Result<Evidence> fromJson(std::string_view text)
{
    const json::Object object = TRY(json::parseObject(text, {.maxBytes = kMaxEvidenceBytes}));
    if (TRY(json::requiredString(object, "format")) != kFormat)
        return fail(ErrorCode::NotSupported, "format: is not " + std::string(kFormat));
    TRY(json::onlyMembers(
        object, {"format", "kind", "subject", "keys", "checkpoint", "consents", "tokens", "links", "entries"}));
    Evidence evidence;
    const std::string kind = TRY(json::requiredString(object, "kind"));
    const json::Object subject = TRY(requiredObject(object, "subject"));
    evidence.subject = TRY(at<Subject>("subject", readSubject(kind, subject)));
    const json::Object keys = TRY(requiredObject(object, "keys"));
    TRY(at<void>("keys", readKeys(keys, evidence)));
    evidence.checkpoint = TRY(json::requiredString(object, "checkpoint"));
    evidence.consents = TRY(arrayIn<Consent>(object, "consents", kMaxEntries, ofObject(readConsent)));
    evidence.tokens = TRY(arrayIn<std::string>(object, "tokens", kMaxEntries, readText));
    evidence.links = TRY(arrayIn<std::string>(object, "links", kMaxEntries, readText));
    evidence.entries = TRY(arrayIn<Entry>(object, "entries", kMaxEntries, ofObject(readEntry)));
    TRY(checkOrder(evidence.entries));
    return evidence;
}

} // namespace countersign::evidence
