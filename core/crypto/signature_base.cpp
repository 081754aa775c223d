// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/signature_base.h"

#include "core/base/ascii.h"
#include "core/base/try.h"
#include "core/crypto/derived_component.h"

#include <algorithm>
#include <array>
#include <format>

namespace countersign::crypto {

namespace {

constexpr sf::ParseOptions kStrict{.repeatedKeys = sf::RepeatedKeys::Refused};
constexpr std::size_t kMaxNamed = 80; ///< how much of a component's identifier an error repeats

std::unexpected<Error> bad(std::string_view what)
{
    return fail(ErrorCode::InvalidInput, std::string(what));
}

/// `name` in lower case
bool isNamed(const FieldLine& line, std::string_view name)
{
    return std::ranges::equal(line.name, name, {}, [](char c) { return ascii::lowered(c); });
}

bool isFieldName(std::string_view name)
{
    return !name.empty()
        && std::ranges::all_of(name, [](char c) { return sf::isTokenCharacter(c) && !ascii::isUpperCase(c); });
}

std::string_view trimmed(std::string_view value)
{
    constexpr std::string_view kWhiteSpace = " \t";
    const std::size_t start = value.find_first_not_of(kWhiteSpace);
    return start == std::string_view::npos ? std::string_view()
                                           : value.substr(start, value.find_last_not_of(kWhiteSpace) + 1 - start);
}

/// How a component is to be read: its parameters, understood.
struct Reading {
    bool ofRequest = false; ///< `req`
    bool serialized = false; ///< `sf`
    bool asBytes = false; ///< `bs`
    const std::string* key = nullptr; ///< of a dictionary's member
    const std::string* queryName = nullptr; ///< `name` of @query-param
};

Result<void> setFlag(bool& flag, const sf::BareItem& value)
{
    const bool* set = std::get_if<bool>(&value);
    if (!set || !*set)
        return bad("a parameter has a value that it can't have");
    flag = true;
    return {};
}

Result<void> setText(const std::string*& text, const sf::BareItem& value)
{
    text = std::get_if<std::string>(&value);
    if (!text)
        return bad("a parameter must be a string");
    return {};
}

Result<Reading> readingOf(const Component& component)
{
    const bool isField = !component.name.starts_with('@');
    Reading reading;
    for (const auto& [name, value] : component.parameters) {
        if (name == "req")
            TRY(setFlag(reading.ofRequest, value));
        else if (name == "tr")
            return fail(ErrorCode::NotSupported, "trailers (tr) are not kept");
        else if (isField && name == "sf")
            TRY(setFlag(reading.serialized, value));
        else if (isField && name == "bs")
            TRY(setFlag(reading.asBytes, value));
        else if (isField && name == "key")
            TRY(setText(reading.key, value));
        else if (component.name == "@query-param" && name == "name")
            TRY(setText(reading.queryName, value));
        else
            return bad("a parameter that it doesn't have");
    }
    if (reading.asBytes && (reading.serialized || reading.key))
        return bad("bs goes with neither sf nor key (RFC 9421 section 2.1)");
    return reading;
}

/// The structured fields whose type we know: those of the IANA's registry of field names that belong to digests,
/// signatures, caches and certificates, and our own list.
Result<std::string> serializedField(std::string_view name, std::string_view value)
{
    constexpr std::array<std::string_view, 8> kDictionaries{"accept-signature", "content-digest", "priority",
        "repr-digest", "signature", "signature-input", "want-content-digest", "want-repr-digest"};
    constexpr std::array<std::string_view, 4> kLists{
        "cache-status", "client-cert-chain", "delegation-chain", "proxy-status"};
    constexpr std::array<std::string_view, 2> kItems{"client-cert", "idempotency-key"};
    if (std::ranges::contains(kDictionaries, name))
        return sf::serialize(TRY(sf::parseDictionary(value, kStrict)));
    if (std::ranges::contains(kLists, name))
        return sf::serialize(TRY(sf::parseList(value, kStrict)));
    if (std::ranges::contains(kItems, name))
        return sf::serialize(TRY(sf::parseItem(value, kStrict)));
    return fail(ErrorCode::NotSupported, "not known to be a structured field");
}

/// Section 2.1.2
Result<std::string> dictionaryMember(const std::string& key, std::string_view value)
{
    const sf::Dictionary dictionary = TRY(sf::parseDictionary(value, kStrict));
    const sf::Member* member = sf::find(dictionary, key);
    if (!member)
        return fail(ErrorCode::NotFound, "its dictionary has no such key");
    return std::visit([](const auto& found) { return sf::serialize(found); }, *member);
}

/// Section 2.1.3
Result<std::string> linesAsBytes(const std::vector<FieldLine>& fields, std::string_view name)
{
    sf::List lines;
    for (const FieldLine& line : fields) {
        if (isNamed(line, name))
            lines.emplace_back(sf::Item{sf::ByteSequence{std::string(trimmed(line.value))}, {}});
    }
    return sf::serialize(lines);
}

/// Section 2.1
Result<std::string> fieldComponent(const std::vector<FieldLine>& fields, std::string_view name, const Reading& reading)
{
    if (!isFieldName(name))
        return bad("not a field's name in lower case");
    std::optional<std::string> value = fieldValue(fields, name);
    if (!value)
        return fail(ErrorCode::NotFound, "the message doesn't have it");
    if (reading.asBytes)
        return linesAsBytes(fields, name);
    if (reading.key)
        return dictionaryMember(*reading.key, *value);
    if (reading.serialized)
        return serializedField(name, *value);
    if (!std::ranges::all_of(*value, [](char c) { return ascii::isPrintable(c) || c == '\t'; }))
        return bad("its value has characters that a signature base can't hold; bs makes it signable");
    return *std::move(value);
}

Result<std::string> requestComponent(const HttpRequest& request, const Component& component, const Reading& reading)
{
    return component.name.starts_with('@') ? derivedComponent(request, component.name, reading.queryName)
                                           : fieldComponent(request.fields, component.name, reading);
}

Result<std::string> responseComponent(const HttpResponse& response, const Component& component, const Reading& reading)
{
    if (component.name == "@status")
        return statusComponent(response.status);
    if (component.name.starts_with('@'))
        return fail(ErrorCode::NotFound, "a response doesn't have it");
    return fieldComponent(response.fields, component.name, reading);
}

Result<std::string> valueIn(const HttpMessage& message, const Component& component)
{
    const Reading reading = TRY(readingOf(component));
    if (const auto* request = std::get_if<HttpRequest>(&message)) {
        if (reading.ofRequest)
            return bad("only a response refers to its request");
        return requestComponent(*request, component, reading);
    }
    const auto& response = std::get<HttpResponse>(message);
    if (!reading.ofRequest)
        return responseComponent(response, component, reading);
    if (!response.request)
        return fail(ErrorCode::NotFound, "the request isn't known");
    return requestComponent(*response.request, component, reading);
}

} // namespace

bool Component::operator==(const Component& other) const
{
    return name == other.name && std::ranges::is_permutation(parameters, other.parameters);
}

Component ofRequest(std::string_view name)
{
    return {std::string(name), {{"req", true}}};
}

Result<std::string> componentIdentifier(const Component& component)
{
    return sf::serialize(sf::Item{component.name, component.parameters});
}

std::optional<std::string> fieldValue(const std::vector<FieldLine>& fields, std::string_view name)
{
    std::optional<std::string> joined;
    for (const FieldLine& line : fields) {
        if (!isNamed(line, name))
            continue;
        if (joined)
            joined->append(", ").append(trimmed(line.value));
        else
            joined = trimmed(line.value);
    }
    return joined;
}

Result<std::string> componentValue(const HttpMessage& message, const Component& component)
{
    const std::string identifier = TRY(componentIdentifier(component));
    Result<std::string> value = valueIn(message, component);
    if (!value)
        return fail(value.error().code,
            std::format("Signed component {}: {}.", identifier.substr(0, kMaxNamed), value.error().message));
    return value;
}

Result<std::string> signatureBase(
    const HttpMessage& message, const std::vector<Component>& components, const sf::Parameters& parameters)
{
    std::string base;
    sf::InnerList covered{{}, parameters};
    for (auto component = components.begin(); component != components.end(); ++component) {
        const std::string value = TRY(componentValue(message, *component));
        const std::string identifier = TRY(componentIdentifier(*component));
        if (std::find(components.begin(), component, *component) != component)
            return bad(std::format("Signed component {}: it stands twice.", identifier.substr(0, kMaxNamed)));
        base += identifier + ": " + value + '\n';
        covered.items.push_back({component->name, component->parameters});
    }
    base += "\"@signature-params\": " + TRY(sf::serialize(covered));
    return base;
}

} // namespace countersign::crypto
