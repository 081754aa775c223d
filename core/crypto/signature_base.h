// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What an HTTP message signature signs (RFC 9421 section 2): the lines of the covered components. Strict: an unknown
// component or parameter, a component that the message doesn't have, one that stands twice, and a value that could be
// read in two ways are refused by name. Pure.
#pragma once

#include "core/crypto/structured_fields.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace countersign::crypto {

/// One field line as it was received; a name may stand on several.
struct FieldLine {
    std::string name; ///< any case
    std::string value;
};

struct HttpRequest {
    std::string method;
    std::string targetUri; ///< absolute, as the sender meant it: scheme://authority/path?query, without a fragment
    std::string requestTarget = {}; ///< as on the request line; empty: not known, and then it can't be covered
    std::vector<FieldLine> fields = {};
};

struct HttpResponse {
    int status = 0;
    std::vector<FieldLine> fields = {};
    std::optional<HttpRequest> request = {}; ///< that it answers: for components with `req`
};

using HttpMessage = std::variant<HttpRequest, HttpResponse>;

/// A component identifier (section 2): a field's name in lower case or a derived component's name ("@method"), and
/// parameters: `req`; of a field also `sf`, `key`, `bs`; of @query-param `name`. `tr` is refused: no trailers are kept.
struct Component {
    std::string name;
    sf::Parameters parameters = {};

    /// Equal by section 2: the order of the parameters doesn't matter.
    bool operator==(const Component& other) const;
};

/// "content-digest" of the request that a response answers: `ofRequest("content-digest")`.
[[nodiscard]] Component ofRequest(std::string_view name);

/// A component as it stands in Signature-Input and in front of its line: `"content-digest";req`. Error: InvalidInput.
[[nodiscard]] Result<std::string> componentIdentifier(const Component& component);

/// All lines of a field joined as HTTP joins them: each without white space around it, with ", " between (RFC 9421
/// section 2.1, RFC 9110 section 5.3); nullopt when there is none. `name` in lower case.
[[nodiscard]] std::optional<std::string> fieldValue(const std::vector<FieldLine>& fields, std::string_view name);

/// The value of one component. Errors: InvalidInput, NotFound for what the message doesn't have, NotSupported.
[[nodiscard]] Result<std::string> componentValue(const HttpMessage& message, const Component& component);

/// The signature base (section 2.5): a line for each component in their order, then `@signature-params` with these
/// parameters in their order. Errors: those of componentValue, and InvalidInput for a component that stands twice.
[[nodiscard]] Result<std::string> signatureBase(
    const HttpMessage& message, const std::vector<Component>& components, const sf::Parameters& parameters);

} // namespace countersign::crypto
