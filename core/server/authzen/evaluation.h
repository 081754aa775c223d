// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The shapes of AuthZEN's requests (Authorization API 1.0, sections 5, 6 and 7). Members that the API does not know are
// ignored, as it demands; known ones of another type are refused. Numbers keep what was written.
#pragma once

#include "core/base/result.h"
#include "core/permissions/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::server {

inline constexpr std::size_t kMaxEvaluationBytes = 64 * 1024; ///< a request with all its evaluations
inline constexpr std::size_t kMaxEvaluations = 64;

/// What an agent sent to a service, and the service passes on.
struct PassedOn {
    std::string accessToken;
    std::string dpop;
    std::string method;
    std::string uri; ///< absolute, without a fragment
    std::optional<std::string> delegationChain = {};
    std::string signatureInput = {}; ///< empty, as the signature: the request is not signed
    std::string signature = {};
    std::string agentSignature = {}; ///< Agent-Signature in their place; empty: none
    std::vector<std::pair<std::string, std::string>> fields = {}; ///< others; names in lower case, each once
    std::string body = {}; ///< the bytes as received
    std::string upstream = {}; ///< receipts of other servers, JSON (audit/foreign_receipt_json.h); empty: none

    [[nodiscard]] std::optional<std::string> field(std::string_view lowerCaseName) const;
    [[nodiscard]] std::string_view place() const; ///< the URI before its query
    [[nodiscard]] std::string_view path() const;
    [[nodiscard]] std::string_view query() const; ///< after '?', not decoded
    [[nodiscard]] bool isRead() const { return method == "GET" || method == "HEAD"; }
};

struct Evaluation {
    std::string subject; ///< subject.id; its type is the caller's own word
    std::string action; ///< action.name
    std::optional<permissions::Value> arguments; ///< action.properties, an object; nullopt: none are stated
    std::string resourceType;
    std::string resource; ///< resource.id
    std::optional<PassedOn> passedOn; ///< from the context; set: the decision is wanted, not a dry run
};

/// When a row of evaluations ends early (section 7.1.2.1).
enum class Semantic : std::uint8_t { ExecuteAll, DenyOnFirstDeny, PermitOnFirstPermit };

struct Evaluations {
    std::vector<Result<Evaluation>> items; ///< one that can't be understood is that item's own error
    Semantic semantic = Semantic::ExecuteAll;
    /// Whether the request has evaluations at all; if not, `items` is the one that the request itself is.
    enum class Kind : std::uint8_t { Single, Many } kind = Kind::Single;
};

/// Error: InvalidRequest, naming the member.
[[nodiscard]] Result<Evaluation> readEvaluation(std::string_view body);
[[nodiscard]] Result<Evaluations> readEvaluations(std::string_view body);

} // namespace countersign::server
