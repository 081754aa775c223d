// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Receipts of other servers about the same action (`upstream`): verified, and tied to a decision of ours. Whoever
// passes one on brings the server's keys along; whose keys these are is another question, and not answered here.
// Nothing that a receipt names is ever fetched. The form, for implementers elsewhere: resources/profile/upstream.md.
// Pure.
//
// All that is tied to one decision makes a tree: each receipt hangs on the decision or on another receipt, by what both
// say and neither could say by chance. So no receipt comes twice, and none is above itself.
#pragma once

#include "core/audit/receipt.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::audit {

inline constexpr std::size_t kMaxForeignReceiptBytes = 16 * 1024; ///< one JWS
inline constexpr std::size_t kMaxForeignTextBytes = 64 * 1024; ///< private details that open a receipt's commitment
inline constexpr std::size_t kMaxForeignKeys = 16; ///< of one server: its present one and those before
inline constexpr std::size_t kMaxForeignReceipts = 16; ///< about one decision
inline constexpr std::size_t kMaxForeignHops = 8; ///< from the decision to the last receipt
/// What the agent brings along to a decision leaves room for what comes of it: it could fill all with receipts that it
/// made itself, so that none that the service reports later finds a place.
inline constexpr std::size_t kMaxReceiptsBefore = kMaxForeignReceipts / 2;
inline constexpr std::size_t kMaxHopsBefore = kMaxForeignHops / 2;
inline constexpr std::size_t kMaxUpstreamNames = 16; ///< in one receipt
/// A receipt that is tied by its content alone is from this long before the decision at most: an old one is about
/// another action with the same content.
inline constexpr std::chrono::seconds kSameContentBefore{300};
inline constexpr std::chrono::seconds kForeignClockAhead{300}; ///< how far another server's clock may be ahead

/// What of a receipt others can be tied by.
struct ReceiptNode {
    std::string leafHash; ///< 32 bytes: its name, which a changed encoding or the twin of a signature leaves as it is
    Thumbprint device;
    UnixSeconds at;
    std::string signatureDigest; ///< `request.signature_digest`; empty: the request was not signed
    std::string contentDigest; ///< SHA-256 of the request's content, 32 bytes; empty: it has none, or it is not shown
    std::vector<std::string> upstream; ///< leaf hashes of the receipts that it names
    std::string outcomeOf; ///< leaf hash of the decision of the same server that it reports of; empty: of none
    /// Whether private details that could say more are missing.
    enum class Details : std::uint8_t { Complete, Missing } details = Details::Complete;
};

/// Of claims and private details (nullopt: not given, or erased) that were verified. What can't be read ties nothing.
[[nodiscard]] ReceiptNode nodeOf(
    const json::Object& claims, std::string_view leafHash, const std::optional<std::string>& privateText);

/// What opens a receipt's `text_commitment`.
struct ForeignDetails {
    std::string salt; ///< bytes
    std::string text; ///< JSON
};

struct ForeignReceipt {
    std::string jws;
    crypto::PublicKey key; ///< that signed it
    std::optional<ForeignDetails> details;
    Receipt receipt;
    ReceiptNode node;
};

/// The keys of a JWK set (RFC 7517) that can sign receipts; others in it are passed over. Errors: InvalidInput,
/// TooLarge.
[[nodiscard]] Result<std::vector<crypto::PublicKey>> keysInSet(const json::Object& set);

/// Signature, `typ`, `device`, hash of the leaf, commitment, and that it is not from the future. `keys`: the server's.
/// Errors: InvalidInput, TooLarge, BadSignature, NotFound for the key.
[[nodiscard]] Result<ForeignReceipt> verifyForeignReceipt(std::string_view jws, std::span<const crypto::PublicKey> keys,
    std::optional<ForeignDetails> details, UnixSeconds now);

/// By what a receipt hangs on the one above it.
enum class Tie : std::uint8_t {
    Names, ///< it names that one in `upstream`
    IsNamed, ///< that one names it: it was there before
    OutcomeOf, ///< it reports what came of that decision
    SameRequest, ///< both are about one signed request
    SameContent, ///< both are about the same content, byte for byte
    NotShown, ///< on the decision, as far as can be told: private details that would show it are missing
};

struct Place {
    std::size_t above = 0; ///< 0: the decision; n: receipts[n - 1]
    Tie tie = Tie::Names;
    std::size_t hops = 1; ///< from the decision

    bool operator==(const Place&) const = default;
};

/// Where each of `receipts` hangs; nullopt: nowhere. Whatever their order, the same ones make the same tree. Of many
/// that are looked at, only kMaxForeignReceipts + 1 are hung, which are too many.
[[nodiscard]] std::vector<std::optional<Place>> tie(
    const ReceiptNode& decision, const std::vector<ReceiptNode>& receipts);

/// Which of them only the agent's word ties to the decision: it brought them along, and its request is neither the one
/// that they are about nor has the same content; with what hangs on these. `places`: of tie(), all there.
[[nodiscard]] std::vector<bool> broughtAlong(
    const ReceiptNode& decision, const std::vector<ReceiptNode>& receipts, const std::vector<Place>& places);

/// The same for receipts that are to be taken in, after the `kept` first ones, which were. An error names the receipt
/// by its place ("upstream/2: …"): InvalidRequest where a new one is about another action as far as can be shown, is
/// this device's own, or comes twice; TooLarge where there are too many, or too many hops.
[[nodiscard]] Result<std::vector<Place>> tieAll(
    const ReceiptNode& decision, const std::vector<ReceiptNode>& receipts, std::size_t kept = 0);

/// For receipts that a decision will name, each once and none this device's own: once that is logged it can't be taken
/// back, so all must find their place in time. Error: TooLarge over kMaxReceiptsBefore or kMaxHopsBefore.
[[nodiscard]] Result<void> checkBefore(const std::vector<ReceiptNode>& receipts);

} // namespace countersign::audit
