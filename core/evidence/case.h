// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An evidence file while it is checked: what earlier steps established, for later ones to build on. Only for the
// check_*.cpp beside it.
#pragma once

#include "core/audit/device_terms.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/consent/record.h"
#include "core/evidence/evidence.h"
#include "core/evidence/verify.h"
#include "core/grants/chain.h"

#include <map>
#include <set>

namespace countersign::evidence {

/// An entry of the log, once its text is known.
struct OpenedEntry {
    const Entry* entry = nullptr;
    std::string leaf; ///< canonical JSON
    std::string hash; ///< RFC 6962, 32 bytes
    json::Object claims;
    std::string type;
    UnixSeconds at;
    GrantId grant; ///< empty: none
};

/// A decision about an action, as its entry says it.
struct ActionEntry {
    const OpenedEntry* opened = nullptr;
    bool permitted = false;
    std::vector<GrantId> chain; ///< root first; one refused before its chain was known has none
    std::string reason; ///< of a denial
    json::Object request;
};

struct OpenedConsent {
    const Consent* consent = nullptr;
    consent::ConsentRecord record;
    std::uint64_t logged = 0; ///< index of its entry
};

/// Who is bound to which grant of an action's chain, and what each permitted: established by the chain's check.
struct VerifiedAction {
    std::vector<permissions::Permission> permissions; ///< one a grant of the chain, as it was at that time
    permissions::Permission ofToken;
    std::string token; ///< the access token's text
    Thumbprint key; ///< of the agent that acted
};

struct Case {
    Evidence file;
    const Trust* trust = nullptr;
    std::string origin; ///< of the log
    Thumbprint voucher; ///< the key of the device that vouches for the log's
    std::string root; ///< of the checkpoint's tree
    std::uint64_t size = 0;
    std::vector<OpenedEntry> entries; ///< as in the file
    audit::DeviceTerms devices; ///< as the entries show them; each vouches for the one after
    std::vector<ActionEntry> actions; ///< decisions with a receipt
    std::vector<OpenedConsent> consents; ///< as in the file
    std::map<std::string, grants::SignedLink> links; ///< by hash
    std::vector<VerifiedAction> verified; ///< as `actions`
};

/// What a step found, where nothing was wrong.
struct Finding {
    StepState state = StepState::Passed;
    std::string sentence;
};

[[nodiscard]] inline Finding passed(std::string sentence)
{
    return {StepState::Passed, std::move(sentence)};
}
[[nodiscard]] inline Finding skipped(std::string sentence)
{
    return {StepState::Skipped, std::move(sentence)};
}
/// Names the entry in front of what is wrong with it.
[[nodiscard]] std::unexpected<Error> wrongAt(const OpenedEntry& entry, const std::string& what);
/// "1 receipt", "3 receipts"
[[nodiscard]] std::string counted(std::size_t count, std::string_view one, std::string_view many);
/// A text claim, or empty.
[[nodiscard]] std::string textClaim(const json::Object& claims, std::string_view name);

using Check = Result<Finding> (*)(Case& file);

// check_log.cpp
Result<Finding> checkKeys(Case& file); ///< who made the file, and the log's key
Result<Finding> checkReceipts(Case& file); ///< opens the entries
Result<Finding> checkCheckpoint(Case& file);
Result<Finding> checkWitnesses(Case& file);
Result<Finding> checkInclusion(Case& file);
Result<Finding> checkTimes(Case& file);
// check_devices.cpp
Result<Finding> checkDevices(Case& file); ///< from the key that the log is named after to the present one
// check_order.cpp
Result<Finding> checkOrder(Case& file); ///< nothing left out of a grant's entries, or of a span
Result<Finding> checkDetails(Case& file); ///< private details open their commitments
// check_consents.cpp
Result<Finding> checkConsents(Case& file);
Result<Finding> checkScreens(Case& file);
// check_chain.cpp
Result<Finding> checkChains(Case& file); ///< from the person to the agent that acted
// check_action.cpp
Result<Finding> checkPermissions(Case& file);
Result<Finding> checkApprovals(Case& file);
// check_request.cpp
Result<Finding> checkRequests(Case& file); ///< the agent's signature, or its DPoP proof
Result<Finding> checkBodies(Case& file);
Result<Finding> checkOutcomes(Case& file);
// check_upstream.cpp
Result<Finding> checkUpstream(Case& file); ///< what other servers signed about the same actions

} // namespace countersign::evidence
