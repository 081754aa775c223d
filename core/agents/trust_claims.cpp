// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_claims.h"

#include "core/base/ascii.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"

#include <QDateTime>

#include <algorithm>

namespace countersign::agents {

namespace {

using services::TrustLevel;

std::unexpected<Error> unreadable(std::string_view member, std::string_view what)
{
    return fail(ErrorCode::InvalidInput, std::string(member) + ": " + std::string(what));
}

Result<TrustLevel> levelIn(const json::Object& object)
{
    constexpr std::string_view kMember = "agent_trust_level";
    const json::Value* value = object.if_contains(kMember);
    if (value != nullptr && value->is_string() && value->get_string().starts_with('L'))
        return services::parseTrustLevel(value->get_string());
    return services::trustLevelOf(TRY(json::requiredInteger(object, kMember)));
}

Result<std::string> ownerIn(const json::Object& object)
{
    constexpr std::string_view kMember = "agent_owner";
    std::string owner = TRY(json::optionalString(object, kMember)).value_or(std::string());
    const bool isKnown = owner.empty() || owner.starts_with("did:web:");
    if (!isKnown || owner.size() > kMaxOwnerBytes || !std::ranges::all_of(owner, ascii::isPrintable))
        return unreadable(kMember, "must be a did:web of at most 256 characters");
    return owner;
}

Result<std::vector<std::string>> capabilitiesIn(const json::Object& object)
{
    constexpr std::string_view kMember = "agent_capabilities";
    if (!object.contains(kMember))
        return std::vector<std::string>();
    auto capabilities = TRY(json::requiredStrings(object, kMember));
    const bool fits = std::ranges::all_of(
        capabilities, [](const std::string& each) { return each.size() <= kMaxCapabilityBytes && isPlainText(each); });
    if (capabilities.size() > kMaxTrustCapabilities || !fits)
        return unreadable(kMember, "must be at most 32 short texts");
    return capabilities;
}

Result<std::optional<UnixSeconds>> checkedAtIn(const json::Object& object)
{
    constexpr std::string_view kMember = "agent_sanctions_checked_at";
    const json::Value* value = object.if_contains(kMember);
    if (value == nullptr)
        return std::nullopt;
    if (value->is_string())
        return TRY(parseTimestamp(std::string_view(value->get_string())));
    return UnixSeconds{TRY(json::requiredInteger(object, kMember))};
}

bool hasShapeOfTimestamp(std::string_view text)
{
    constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
    if (text.size() < kShape.size())
        return false;
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        if (kShape[i] == 'd' ? !ascii::isDigit(text[i]) : text[i] != kShape[i])
            return false;
    }
    return true;
}

/// What follows the seconds, without a fraction of them; nullopt: it is not one.
std::optional<std::string_view> zoneIn(std::string_view rest)
{
    if (rest.starts_with('.')) {
        const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
        if (end == 1)
            return std::nullopt;
        rest.remove_prefix(end);
    }
    const bool isOffset = rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':'
        && ascii::isDigit(rest[1]) && ascii::isDigit(rest[2]) && ascii::isDigit(rest[4]) && ascii::isDigit(rest[5]);
    return rest == "Z" || isOffset ? std::optional(rest) : std::nullopt;
}

} // namespace

Result<UnixSeconds> parseTimestamp(std::string_view text)
{
    constexpr std::size_t kSecondsEnd = 19;
    const auto zone = hasShapeOfTimestamp(text) ? zoneIn(text.substr(kSecondsEnd)) : std::nullopt;
    if (!zone)
        return fail(ErrorCode::InvalidInput, "A time is written as in RFC 3339: 2026-03-26T15:00:00Z.");
    const std::string plain = std::string(text.substr(0, kSecondsEnd)) + std::string(*zone);
    const QDateTime time = QDateTime::fromString(QString::fromStdString(plain), Qt::ISODate);
    if (!time.isValid())
        return fail(ErrorCode::InvalidInput, "There is no such time.");
    return UnixSeconds{time.toSecsSinceEpoch()};
}

Result<TrustClaims> readTrustClaims(const json::Object& object)
{
    return TrustClaims{
        .level = TRY(levelIn(object)),
        .owner = TRY(ownerIn(object)),
        .capabilities = TRY(capabilitiesIn(object)),
        .sanctionsClear = TRY(json::optionalBool(object, "agent_sanctions_clear")),
        .sanctionsCheckedAt = TRY(checkedAtIn(object)),
    };
}

} // namespace countersign::agents
