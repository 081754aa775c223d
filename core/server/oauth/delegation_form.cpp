// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/delegation_form.h"

#include "core/base/json.h"
#include "core/base/text_safety.h"
#include "core/consent/request.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/keys.h"
#include "core/permissions/permission_json.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace countersign::server {

namespace {
struct Unsupported {
    std::string_view name;
    ErrorCode code;
    std::string_view why;
};
constexpr std::array kUnsupported{
    Unsupported{"request", ErrorCode::InvalidRequest, "signed requests are not supported"},
    Unsupported{"request_uri", ErrorCode::InvalidRequest, "requests by reference are not supported"},
    Unsupported{"user_code", ErrorCode::InvalidRequest, "user codes are not supported"},
    Unsupported{"client_notification_token", ErrorCode::InvalidRequest, "only the poll mode is supported"},
    Unsupported{"resource", ErrorCode::InvalidTarget, "name the place in locations of authorization_details"},
};

Result<void> checkUnsupported(const Form& form)
{
    for (const auto& [name, code, why] : kUnsupported) {
        if (form.value(name))
            return fail(code, std::string(name) + ": " + std::string(why) + '.');
    }
    return {};
}

/// RFC 9493 section 3.2.3: the person as issuer and subject.
bool namesPerson(std::string_view hint, const std::string& urn, std::string_view issuer)
{
    if (!hint.starts_with('{'))
        return hint == "me" || hint == urn;
    const auto subject = json::parseObject(hint);
    return subject && json::onlyMembers(*subject, {"format", "iss", "sub"})
        && json::requiredString(*subject, "format") == "iss_sub" && json::requiredString(*subject, "iss") == issuer
        && json::requiredString(*subject, "sub") == urn;
}

Result<void> checkHint(const Form& form, const Thumbprint& person, std::string_view issuer)
{
    static constexpr std::array<std::string_view, 3> kHints{"login_hint", "login_hint_token", "id_token_hint"};
    if (std::ranges::count_if(kHints, [&](std::string_view name) { return form.value(name).has_value(); }) != 1)
        return fail(ErrorCode::InvalidRequest, "Exactly one hint is needed: login_hint.");
    const auto hint = form.value("login_hint");
    if (!hint)
        return fail(ErrorCode::InvalidRequest, "Of the hints only login_hint is supported.");
    if (!namesPerson(*hint, crypto::thumbprintUrn(person), issuer))
        return fail(
            ErrorCode::UnknownUserId, "Nobody here is known by this login_hint; 'me' is the person at this desktop.");
    return {};
}

Result<std::string> readBindingMessage(const Form& form)
{
    std::string message(form.value("binding_message").value_or(std::string_view()));
    if (!isPlainText(message))
        return fail(
            ErrorCode::InvalidBindingMessage, "The binding_message must be plain text without invisible characters.");
    const auto startsCharacter = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
    if (std::cmp_greater(std::ranges::count_if(message, startsCharacter), consent::kMaxBindingMessage))
        return fail(ErrorCode::InvalidBindingMessage,
            "The binding_message is longer than " + std::to_string(consent::kMaxBindingMessage) + " characters.");
    return message;
}

Result<std::chrono::seconds> readLife(const Form& form)
{
    const auto text = form.value("requested_expiry");
    if (!text)
        return consent::kDefaultRequestLife;
    std::int64_t seconds = 0;
    const auto [stop, error] = std::from_chars(text->begin(), text->end(), seconds);
    if (error != std::errc() || stop != text->end() || seconds < 1 || seconds > consent::kMaxRequestLife.count())
        return fail(ErrorCode::InvalidRequest,
            "requested_expiry must be a number of seconds from 1 to " + std::to_string(consent::kMaxRequestLife.count())
                + '.');
    return std::chrono::seconds(seconds);
}

Result<std::optional<Thumbprint>> readDpopKey(const Form& form)
{
    const auto text = form.value("dpop_jkt");
    if (!text)
        return std::nullopt;
    const auto bytes = crypto::fromBase64url(*text);
    if (!bytes || bytes->size() != crypto::kSha256Bytes)
        return fail(ErrorCode::InvalidRequest, "dpop_jkt is not the SHA-256 thumbprint of a key.");
    return Thumbprint{std::string(*text)};
}

/// nullopt: a new grant. Whether there is such a grant, the authority says.
Result<std::optional<GrantId>> readReplaced(const Form& form)
{
    const std::string_view action = form.value("grant_management_action").value_or("create");
    const auto grant = form.value("grant_id");
    if (!std::ranges::contains(kGrantActions, action))
        return fail(ErrorCode::InvalidRequest, "grant_management_action is either create or replace.");
    if ((action == "replace") != grant.has_value())
        return fail(ErrorCode::InvalidRequest, "grant_id goes with grant_management_action=replace, and only with it.");
    return grant ? std::optional(GrantId{std::string(*grant)}) : std::nullopt;
}

/// Equal for requests that ask the same, whatever the order of their parameters: the text of each name and value with
/// its length before it, by name. How the client authenticated is left out, because it differs each time.
std::string digestOf(const Form& form)
{
    static constexpr std::array<std::string_view, 3> kAuthentication{
        "client_assertion", "client_assertion_type", "client_id"};
    std::string text;
    const auto add = [&](std::string_view part) { text += std::to_string(part.size()) + ':' + std::string(part); };
    for (const auto& [name, value] : form.parameters()) {
        if (std::ranges::contains(kAuthentication, name))
            continue;
        add(name);
        add(value);
    }
    return crypto::sha256(text);
}
} // namespace

Result<bool> readScope(std::string_view scope)
{
    bool openid = false;
    while (!scope.empty()) {
        const std::size_t end = scope.find(' ');
        const std::string_view word = scope.substr(0, end);
        if (!word.empty() && word != "openid")
            return fail(ErrorCode::InvalidScope,
                "The only scope is openid; what is asked for stands in authorization_details.");
        openid = openid || !word.empty();
        scope.remove_prefix(end == std::string_view::npos ? scope.size() : end + 1);
    }
    return openid;
}

Result<authority::DelegationRequest> readDelegationForm(
    const Form& form, const Thumbprint& person, std::string_view issuer)
{
    if (auto known = checkUnsupported(form); !known)
        return std::unexpected(known.error());
    const auto openid = readScope(form.value("scope").value_or(std::string_view()));
    if (!openid)
        return std::unexpected(openid.error());
    if (auto hinted = checkHint(form, person, issuer); !hinted)
        return std::unexpected(hinted.error());
    auto message = readBindingMessage(form);
    if (!message)
        return std::unexpected(message.error());
    const auto life = readLife(form);
    if (!life)
        return std::unexpected(life.error());
    auto dpopKey = readDpopKey(form);
    if (!dpopKey)
        return std::unexpected(dpopKey.error());
    auto replaced = readReplaced(form);
    if (!replaced)
        return std::unexpected(replaced.error());
    const auto details = form.required("authorization_details");
    if (!details)
        return std::unexpected(details.error());
    auto asked = permissions::parsePermission(*details);
    if (!asked)
        return std::unexpected(asked.error());

    authority::DelegationRequest request;
    request.asked = *std::move(asked);
    request.bindingMessage = *std::move(message);
    request.openid = *openid;
    request.life = *life;
    request.dpopKey = *std::move(dpopKey);
    request.replaces = *std::move(replaced);
    request.digest = digestOf(form);
    return request;
}

} // namespace countersign::server
