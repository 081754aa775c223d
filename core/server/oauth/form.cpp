// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/form.h"

#include "core/base/ascii.h"
#include "core/base/text_safety.h"

#include <charconv>

namespace countersign::server {

namespace {
std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::optional<char> hexPair(std::string_view digits)
{
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(digits.begin(), digits.end(), value, 16);
    if (digits.size() != 2 || error != std::errc() || stop != digits.end())
        return std::nullopt;
    return static_cast<char>(value);
}

Result<void> addPair(Form::Parameters& parameters, std::string_view pair)
{
    const std::size_t equals = pair.find('=');
    auto name = decodeFormText(pair.substr(0, equals));
    if (!name)
        return std::unexpected(name.error());
    if (name->empty() || name->size() > kMaxFormNameBytes)
        return fail(ErrorCode::InvalidRequest, "A parameter's name is empty or too long.");
    auto value = decodeFormText(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (!value)
        return fail(value.error().code, "The parameter '" + *name + "': " + value.error().message);
    if (parameters.contains(*name))
        return fail(ErrorCode::InvalidRequest, "The parameter '" + *name + "' stands there twice.");
    if (parameters.size() == kMaxFormParameters)
        return fail(
            ErrorCode::InvalidRequest, "There are more than " + std::to_string(kMaxFormParameters) + " parameters.");
    parameters.emplace(*std::move(name), *std::move(value));
    return {};
}
} // namespace

Result<std::string> decodeFormText(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            const auto decoded = hexPair(text.substr(at + 1, 2));
            if (!decoded)
                return fail(ErrorCode::InvalidRequest, "A percent sign is not followed by two hexadecimal digits.");
            c = *decoded;
            at += 2;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            return fail(ErrorCode::InvalidRequest, "A control character is not percent-encoded.");
        }
        if (c == '\0')
            return fail(ErrorCode::InvalidRequest, "A NUL character is not allowed.");
        out += c;
    }
    if (!isValidUtf8(out))
        return fail(ErrorCode::InvalidRequest, "The text is not valid UTF-8.");
    return out;
}

bool isMediaType(std::string_view text, std::string_view type)
{
    return ascii::lowered(trimmed(text)) == type;
}

bool hasContentType(const HttpRequest& request, std::string_view type)
{
    const auto value = request.field("content-type");
    if (!value)
        return false;
    const std::size_t semicolon = value->find(';');
    if (!isMediaType(value->substr(0, semicolon), type))
        return false;
    if (semicolon == std::string_view::npos)
        return true;
    const std::string parameter = ascii::lowered(trimmed(value->substr(semicolon + 1)));
    return parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

Result<Form> Form::parse(std::string_view text)
{
    Form form;
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        if (auto added = addPair(form.m_parameters, text.substr(0, end)); !added)
            return std::unexpected(added.error());
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
        if (text.empty())
            return fail(ErrorCode::InvalidRequest, "The form ends in the middle.");
    }
    return form;
}

Result<Form> Form::of(const HttpRequest& request)
{
    if (!hasContentType(request, kFormType))
        return fail(ErrorCode::InvalidRequest, "The content type must be " + std::string(kFormType) + '.');
    if (request.fieldCount("content-encoding") != 0)
        return fail(ErrorCode::InvalidRequest, "An encoded body is not understood.");
    if (!request.query.empty())
        return fail(ErrorCode::InvalidRequest, "Parameters belong in the body, not in the URL.");
    return parse(request.body);
}

std::optional<std::string_view> Form::value(std::string_view name) const
{
    const auto found = m_parameters.find(name);
    if (found == m_parameters.end() || found->second.empty())
        return std::nullopt;
    return found->second;
}

Result<std::string> Form::required(std::string_view name) const
{
    if (const auto found = value(name))
        return std::string(*found);
    return fail(ErrorCode::InvalidRequest, "The parameter '" + std::string(name) + "' is missing.");
}

} // namespace countersign::server
