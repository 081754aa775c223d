// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Form parameters (application/x-www-form-urlencoded, RFC 6749 appendix B), read strictly: a parameter that stands
// twice (RFC 6749 section 3.2), a broken percent-encoding or bytes that are not UTF-8 are refused, never guessed at.
#pragma once

#include "core/base/result.h"
#include "core/server/http/message.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::server {

inline constexpr std::size_t kMaxFormParameters = 64;
inline constexpr std::size_t kMaxFormNameBytes = 128;
inline constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

class Form {
public:
    using Parameters = std::map<std::string, std::string, std::less<>>;

    /// Error: InvalidRequest, the message naming the parameter.
    [[nodiscard]] static Result<Form> parse(std::string_view text);
    /// The form that a request carries: the right Content-Type, no Content-Encoding, no parameters in the URL.
    /// Error: InvalidRequest.
    [[nodiscard]] static Result<Form> of(const HttpRequest& request);

    /// nullopt: missing, or sent without a value, which counts as missing (RFC 6749 section 3.1).
    [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const;
    [[nodiscard]] Result<std::string> required(std::string_view name) const; ///< InvalidRequest
    [[nodiscard]] const Parameters& parameters() const { return m_parameters; }

private:
    Parameters m_parameters;
};

/// One name or value, decoded: '+' is a space. Error: InvalidRequest for broken percent-encoding or UTF-8, or a NUL.
[[nodiscard]] Result<std::string> decodeFormText(std::string_view text);

/// Whether `text` is the media type `type` (given in lower case), in any letters and with spaces around it.
[[nodiscard]] bool isMediaType(std::string_view text, std::string_view type);

/// Whether the request's Content-Type is `type`, with no parameter but charset=utf-8.
[[nodiscard]] bool hasContentType(const HttpRequest& request, std::string_view type);

} // namespace countersign::server
