// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_settings_json.h"

#include "core/base/json.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"

#include <QUrl>

#include <algorithm>
#include <set>

namespace countersign::agents {

namespace {

using outbound::Reach;

constexpr std::size_t kMaxNameBytes = 60;
constexpr std::size_t kMaxUrlBytes = 512;
constexpr std::size_t kMaxArguments = 16;

std::unexpected<Error> wrong(std::string_view member, std::string_view what)
{
    return fail(ErrorCode::InvalidInput, std::string(member) + ": " + std::string(what));
}

Result<const json::Object*> objectIn(const json::Value& value, std::string_view member)
{
    if (!value.is_object())
        return wrong(member, "must be an object");
    return &value.get_object();
}

/// The elements of a list that may be missing.
Result<json::Array> listIn(const json::Object& object, std::string_view member, std::size_t most)
{
    const json::Value* value = object.if_contains(member);
    if (value == nullptr)
        return json::Array();
    if (!value->is_array() || value->get_array().size() > most)
        return wrong(member, "must be a list of at most " + std::to_string(most));
    return value->get_array();
}

Result<std::string> urlIn(const json::Object& object, std::string_view member, Reach reach)
{
    const std::string text = TRY(json::requiredString(object, member));
    const QUrl url(QString::fromStdString(text), QUrl::StrictMode);
    const bool isSecure = url.scheme() == QLatin1String("https");
    const bool isNear =
        url.scheme() == QLatin1String("http") && reach == Reach::Anywhere; // loopback only, as outbound has it
    const bool isPlain = url.userInfo().isEmpty() && !url.hasQuery() && !url.hasFragment();
    if (text.size() > kMaxUrlBytes || !url.isValid() || url.host().isEmpty() || !isPlain || !(isSecure || isNear))
        return wrong(member, "must be an https URL without user, query and fragment");
    return text;
}

std::string withoutSlash(std::string url)
{
    if (url.ends_with('/'))
        url.pop_back();
    return url;
}

Result<std::string> nameIn(const json::Object& object)
{
    std::string name = TRY(json::requiredString(object, "name"));
    if (name.empty() || name.size() > kMaxNameBytes || !isPlainText(name))
        return wrong("name", "must be a short plain text");
    return name;
}

Result<Reach> reachIn(const json::Object& object)
{
    return TRY(json::optionalBool(object, "nearby")).value_or(false) ? Reach::Anywhere : Reach::Public;
}

Result<std::chrono::seconds> screeningAgeIn(const json::Object& object)
{
    constexpr std::string_view kMember = "maxScreeningAgeHours";
    const auto hours = TRY(json::optionalInteger(object, kMember)).value_or(kDefaultScreeningAge.count());
    if (hours < 1 || hours > std::chrono::hours(kLongestScreeningAge).count())
        return wrong(kMember, "must be 1 to 2160");
    return std::chrono::hours(hours);
}

Result<TrustIssuer> readIssuer(const json::Value& value)
{
    const json::Object& object = *TRY(objectIn(value, "issuers"));
    TRY(json::onlyMembers(object, {"issuer", "issuerKeysUrl", "maxScreeningAgeHours", "nearby"}));
    TrustIssuer issuer;
    issuer.reach = TRY(reachIn(object));
    issuer.issuer = TRY(urlIn(object, "issuer", issuer.reach));
    issuer.keysUrl = object.contains("issuerKeysUrl") ? TRY(urlIn(object, "issuerKeysUrl", issuer.reach))
                                                      : withoutSlash(issuer.issuer) + std::string(kIssuerKeysPath);
    issuer.maxScreeningAge = TRY(screeningAgeIn(object));
    return issuer;
}

Result<TrustRegistry> readRegistry(const json::Value& value)
{
    const json::Object& object = *TRY(objectIn(value, "registries"));
    TRY(json::onlyMembers(object, {"name", "url", "maxScreeningAgeHours", "nearby"}));
    TrustRegistry registry;
    registry.reach = TRY(reachIn(object));
    registry.name = TRY(nameIn(object));
    registry.url = withoutSlash(TRY(urlIn(object, "url", registry.reach)));
    registry.maxScreeningAge = TRY(screeningAgeIn(object));
    return registry;
}

Result<TrustProgram> readProgram(const json::Value& value)
{
    const json::Object& object = *TRY(objectIn(value, "program"));
    TRY(json::onlyMembers(object, {"name", "path", "arguments", "maxScreeningAgeHours"}));
    TrustProgram program;
    program.name = TRY(nameIn(object));
    program.path = TRY(json::requiredString(object, "path"));
    if (!program.path.starts_with('/') || program.path.contains('\0'))
        return wrong("path", "must be absolute");
    if (object.contains("arguments"))
        program.arguments = TRY(json::requiredStrings(object, "arguments"));
    const bool hasNull = std::ranges::any_of(program.arguments, [](const auto& each) { return each.contains('\0'); });
    if (program.arguments.size() > kMaxArguments || hasNull)
        return wrong("arguments", "must be at most 16 texts");
    program.maxScreeningAge = TRY(screeningAgeIn(object));
    return program;
}

Result<std::optional<Reach>> ownerSitesIn(const json::Object& object)
{
    const json::Value* value = object.if_contains("ownerSites");
    if (value != nullptr && value->is_string() && value->get_string() == "nearby")
        return Reach::Anywhere;
    return TRY(json::optionalBool(object, "ownerSites")).value_or(false) ? std::optional(Reach::Public) : std::nullopt;
}

Result<SpendCaps> readCaps(const json::Value& value, std::string_view level)
{
    const json::Object& object = *TRY(objectIn(value, level));
    TRY(json::onlyMembers(object, {"perAction", "perDay"}));
    const std::string perAction = TRY(json::requiredString(object, "perAction"));
    const std::string perDay = TRY(json::requiredString(object, "perDay"));
    return SpendCaps{TRY(Amount::parse(perAction)), TRY(Amount::parse(perDay))};
}

Result<LevelCaps> capsIn(const json::Object& object)
{
    LevelCaps caps = LevelCaps::defaults();
    const json::Value* value = object.if_contains("levelCaps");
    if (value == nullptr)
        return caps;
    for (const auto& currency : *TRY(objectIn(*value, "levelCaps"))) {
        LevelCaps::OfLevels levels{};
        for (const auto& level : *TRY(objectIn(currency.value(), currency.key()))) {
            const auto place = TRY(services::parseTrustLevel(level.key()));
            levels.at(std::to_underlying(place)) = TRY(readCaps(level.value(), level.key()));
        }
        caps.set(TRY(Currency::parse(currency.key())), levels);
    }
    return caps;
}

/// Names tell sources apart on the screen and in the log.
Result<void> checkNames(const TrustSettings& settings)
{
    std::set<std::string> names;
    for (const TrustIssuer& issuer : settings.issuers)
        names.insert(issuer.issuer);
    for (const TrustRegistry& registry : settings.registries)
        names.insert(registry.name);
    if (settings.program)
        names.insert(settings.program->name);
    const std::size_t count = settings.issuers.size() + settings.registries.size() + (settings.program ? 1 : 0);
    return names.size() == count ? Result<void>() : wrong("name", "two sources have one name");
}

} // namespace

Result<TrustSettings> readTrustSettings(std::string_view json)
{
    const json::Object object = TRY(json::parseObject(json, {.maxBytes = kMaxTrustSettingsBytes}));
    TRY(json::onlyMembers(object, {"issuers", "registries", "program", "ownerSites", "levelCaps"}));
    TrustSettings settings;
    for (const json::Value& each : TRY(listIn(object, "issuers", kMaxTrustIssuers)))
        settings.issuers.push_back(TRY(readIssuer(each)));
    for (const json::Value& each : TRY(listIn(object, "registries", kMaxTrustRegistries)))
        settings.registries.push_back(TRY(readRegistry(each)));
    if (const json::Value* program = object.if_contains("program"))
        settings.program = TRY(readProgram(*program));
    settings.ownerSites = TRY(ownerSitesIn(object));
    settings.caps = TRY(capsIn(object));
    TRY(checkNames(settings));
    return settings;
}

} // namespace countersign::agents
