// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/bytes.h"

#include <QByteArray>

#include <optional>

namespace countersign::crypto {

namespace {
constexpr auto kUrl = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
constexpr auto kPlain = QByteArray::Base64Encoding | QByteArray::KeepTrailingEquals;

QByteArray borrowed(std::string_view bytes)
{
    return QByteArray::fromRawData(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

std::string encoded(std::string_view bytes, QByteArray::Base64Options form)
{
    return borrowed(bytes).toBase64(form).toStdString();
}

/// Of all texts that decode to the same bytes only one is accepted: the one that encoding gives.
std::optional<std::string> decoded(std::string_view text, QByteArray::Base64Options form)
{
    const auto result = QByteArray::fromBase64Encoding(borrowed(text), form | QByteArray::AbortOnBase64DecodingErrors);
    std::string bytes = result.decoded.toStdString();
    if (!result || encoded(bytes, form) != text)
        return std::nullopt;
    return bytes;
}
} // namespace

std::string base64url(std::string_view bytes)
{
    return encoded(bytes, kUrl);
}

Result<std::string> fromBase64url(std::string_view text)
{
    if (std::optional<std::string> bytes = decoded(text, kUrl))
        return *std::move(bytes);
    return fail(ErrorCode::InvalidInput, "Not valid base64url without padding.");
}

std::string base64(std::string_view bytes)
{
    return encoded(bytes, kPlain);
}

Result<std::string> fromBase64(std::string_view text)
{
    if (std::optional<std::string> bytes = decoded(text, kPlain))
        return *std::move(bytes);
    return fail(ErrorCode::InvalidInput, "Not valid base64 with padding.");
}

std::string hex(std::string_view bytes)
{
    return borrowed(bytes).toHex().toStdString();
}

} // namespace countersign::crypto
