// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/foreign_receipt.h"

#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/commitment.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace countersign::audit {

namespace {

using json::objectOf;
using json::textOf;

constexpr std::string_view kSignedBinding = "http-signature";

/// Nothing where it is no hash: that ties nothing.
std::string hashOf(const std::string& text)
{
    auto bytes = crypto::fromBase64url(text);
    return bytes && bytes->size() == crypto::kSha256Bytes ? *std::move(bytes) : std::string();
}

std::vector<std::string> namedBy(const json::Object& claims)
{
    std::vector<std::string> hashes;
    for (const std::string& name : json::requiredStrings(claims, "upstream").value_or(std::vector<std::string>())) {
        if (std::string hash = hashOf(name); !hash.empty())
            hashes.push_back(std::move(hash));
    }
    return hashes;
}

/// In the claims (`request.content_digest`, a Content-Digest field), or in the details, where a signature covers it.
/// All requests without content have the same digest, which says nothing.
std::string contentDigestOf(const json::Object& claims, const std::optional<std::string>& privateText)
{
    std::string field = textOf(objectOf(claims, "request"), "content_digest");
    if (field.empty() && privateText && textOf(claims, "binding") == kSignedBinding) {
        const json::Object details = json::parseObject(*privateText).value_or(json::Object());
        field = textOf(objectOf(details, "fields"), "content-digest");
    }
    auto digest = crypto::statedSha256(field);
    return digest && *digest != crypto::sha256({}) ? *std::move(digest) : std::string();
}

/// What one says of the other; nullopt: nothing.
std::optional<Tie> statedTie(const ReceiptNode& above, const ReceiptNode& node)
{
    if (std::ranges::contains(node.upstream, above.leafHash))
        return Tie::Names;
    if (std::ranges::contains(above.upstream, node.leafHash))
        return Tie::IsNamed;
    if (!node.outcomeOf.empty() && node.outcomeOf == above.leafHash && node.device == above.device)
        return Tie::OutcomeOf;
    return std::nullopt;
}

std::optional<Tie> requestTie(const ReceiptNode& above, const ReceiptNode& node)
{
    const bool same = !node.signatureDigest.empty() && node.signatureDigest == above.signatureDigest;
    return same ? std::optional(Tie::SameRequest) : std::nullopt;
}

std::optional<Tie> contentTie(const ReceiptNode& above, const ReceiptNode& node)
{
    const bool same = !node.contentDigest.empty() && node.contentDigest == above.contentDigest;
    return same && node.at >= above.at - kSameContentBefore ? std::optional(Tie::SameContent) : std::nullopt;
}

using TieBetween = std::optional<Tie> (*)(const ReceiptNode& above, const ReceiptNode& node);

class Tying {
public:
    Tying(const ReceiptNode& decision, const std::vector<ReceiptNode>& receipts)
        : m_receipts(receipts), m_places(receipts.size()), m_waiting(receipts.size())
    {
        m_tree.push_back({&decision, 0, 0});
        std::iota(m_waiting.begin(), m_waiting.end(), std::size_t{0});
        std::ranges::sort(
            m_waiting, {}, [&receipts](std::size_t i) { return std::tie(receipts[i].at, receipts[i].leafHash); });
    }

    /// What is stated first; on one that is tied by less others may hang then by what they state. One that states
    /// something hangs on what was hung last: where it could on several, these are one after the other. What is only
    /// about the same has no order, and hangs next to the decision.
    std::vector<std::optional<Place>> run()
    {
        while (hasRoom() && hangAlike()) { }
        while (hasRoom()
            && (hangOne(statedTie, Search::FromTheLast) || hangOne(requestTie, Search::FromTheDecision)
                || hangOne(contentTie, Search::FromTheDecision) || hangHidden())) { }
        return std::move(m_places);
    }

private:
    /// Each that hangs is looked at again for all that wait: without an end, many would take very long.
    [[nodiscard]] bool hasRoom() const { return m_tree.size() - 1 <= kMaxForeignReceipts; }

    struct Hung {
        const ReceiptNode* node;
        std::size_t place; ///< as Place::above
        std::size_t hops;
    };

    enum class Search : std::uint8_t { FromTheLast, FromTheDecision };

    /// The oldest that can be hung.
    bool hangOne(TieBetween between, Search search)
    {
        for (auto waiting = m_waiting.begin(); waiting != m_waiting.end(); ++waiting) {
            for (std::size_t i = 0; i < m_tree.size(); ++i) {
                const Hung& above = m_tree[search == Search::FromTheLast ? m_tree.size() - 1 - i : i];
                if (const auto tie = between(*above.node, m_receipts[*waiting])) {
                    hang(waiting, above, *tie);
                    return true;
                }
            }
        }
        return false;
    }

    /// What states nothing itself and is about the very request: next to the decision, whatever others say of it.
    bool hangAlike()
    {
        const Hung decision = m_tree.front();
        const auto alike = std::ranges::find_if(m_waiting, [&](std::size_t i) {
            const ReceiptNode& node = m_receipts[i];
            return node.upstream.empty() && node.outcomeOf.empty() && requestTie(*decision.node, node)
                && !statedTie(*decision.node, node);
        });
        if (alike == m_waiting.end())
            return false;
        hang(alike, decision, Tie::SameRequest);
        return true;
    }

    bool hangHidden()
    {
        using Details = ReceiptNode::Details;
        const Hung decision = m_tree.front();
        const auto hidden = std::ranges::find_if(m_waiting, [&](std::size_t i) {
            return m_receipts[i].details == Details::Missing || decision.node->details == Details::Missing;
        });
        if (hidden == m_waiting.end())
            return false;
        hang(hidden, decision, Tie::NotShown);
        return true;
    }

    void hang(std::vector<std::size_t>::iterator waiting, Hung above, Tie tie)
    {
        m_places[*waiting] = Place{above.place, tie, above.hops + 1};
        m_tree.push_back({&m_receipts[*waiting], *waiting + 1, above.hops + 1});
        m_waiting.erase(waiting);
    }

    const std::vector<ReceiptNode>& m_receipts;
    std::vector<std::optional<Place>> m_places;
    std::vector<std::size_t> m_waiting;
    std::vector<Hung> m_tree;
};

std::unexpected<Error> refusedAt(std::size_t place, ErrorCode code, std::string_view why)
{
    return fail(code, "upstream/" + std::to_string(place) + ": " + std::string(why));
}

} // namespace

ReceiptNode nodeOf(const json::Object& claims, std::string_view leafHash, const std::optional<std::string>& privateText)
{
    ReceiptNode node;
    node.leafHash = leafHash;
    node.device.value = textOf(claims, "device");
    node.at.value = json::optionalInteger(claims, "iat").value_or(std::nullopt).value_or(0);
    node.signatureDigest = textOf(objectOf(claims, "request"), "signature_digest");
    node.contentDigest = contentDigestOf(claims, privateText);
    node.upstream = namedBy(claims);
    if (claims.contains("outcome"))
        node.outcomeOf = hashOf(textOf(objectOf(claims, "receipt"), "leaf_hash"));
    if (claims.contains("text_commitment") && !privateText)
        node.details = ReceiptNode::Details::Missing;
    return node;
}

Result<std::vector<crypto::PublicKey>> keysInSet(const json::Object& set)
{
    const json::Value* array = set.if_contains("keys");
    if (array == nullptr || !array->is_array())
        return fail(ErrorCode::InvalidInput, "This is no JWK set: it has no “keys”.");
    if (array->get_array().size() > kMaxForeignKeys)
        return fail(ErrorCode::TooLarge, "The server has more than " + std::to_string(kMaxForeignKeys) + " keys.");
    std::vector<crypto::PublicKey> keys;
    for (const json::Value& jwk : array->get_array()) {
        if (!jwk.is_object())
            return fail(ErrorCode::InvalidInput, "This is no JWK set: a key is no object.");
        if (auto key = crypto::PublicKey::fromJwk(jwk.get_object()))
            keys.push_back(*std::move(key));
    }
    return keys;
}

Result<ForeignReceipt> verifyForeignReceipt(std::string_view jws, std::span<const crypto::PublicKey> keys,
    std::optional<ForeignDetails> details, UnixSeconds now)
{
    if (jws.size() > kMaxForeignReceiptBytes || (details && details->text.size() > kMaxForeignTextBytes))
        return fail(ErrorCode::TooLarge, "The receipt, or its private details, are too long.");
    if (keys.size() > kMaxForeignKeys)
        return fail(ErrorCode::TooLarge, "The server has more than " + std::to_string(kMaxForeignKeys) + " keys.");
    Receipt receipt = TRY(verifyAnyReceipt(jws, keys));
    const UnixSeconds at{TRY(json::requiredInteger(receipt.claims, "iat"))};
    if (at > now + kForeignClockAhead)
        return fail(ErrorCode::InvalidInput, "The receipt is from the future (iat).");
    if (details && !crypto::opensCommitment(textOf(receipt.claims, "text_commitment"), details->salt, details->text))
        return fail(ErrorCode::BadSignature, "The private details are not those of the receipt.");
    const std::string device = textOf(receipt.claims, "device");
    const auto key = std::ranges::find(keys, Thumbprint{device}, &crypto::PublicKey::thumbprint);
    ReceiptNode node =
        nodeOf(receipt.claims, receipt.leafHash, details ? std::optional(details->text) : std::optional<std::string>());
    if (node.upstream.size() > kMaxUpstreamNames)
        return fail(ErrorCode::TooLarge, "The receipt names too many others (upstream).");
    return ForeignReceipt{std::string(jws), *key, std::move(details), std::move(receipt), std::move(node)};
}

std::vector<std::optional<Place>> tie(const ReceiptNode& decision, const std::vector<ReceiptNode>& receipts)
{
    return Tying(decision, receipts).run();
}

std::vector<bool> broughtAlong(
    const ReceiptNode& decision, const std::vector<ReceiptNode>& receipts, const std::vector<Place>& places)
{
    std::vector<bool> brought(receipts.size());
    for (std::size_t i = 0; i < receipts.size(); ++i) {
        std::size_t next = i; // to the decision
        while (places[next].above != 0)
            next = places[next].above - 1;
        brought[i] = places[next].tie == Tie::IsNamed && !requestTie(decision, receipts[next])
            && !contentTie(decision, receipts[next]);
    }
    return brought;
}

Result<std::vector<Place>> tieAll(
    const ReceiptNode& decision, const std::vector<ReceiptNode>& receipts, std::size_t kept)
{
    if (receipts.size() > kMaxForeignReceipts)
        return fail(ErrorCode::TooLarge,
            "There would be more than " + std::to_string(kMaxForeignReceipts) + " receipts about this action.");
    for (std::size_t i = 0; i < receipts.size(); ++i) {
        if (receipts[i].device == decision.device)
            return refusedAt(i, ErrorCode::InvalidRequest, "It is a receipt of this device itself.");
        const auto before = std::span(receipts).first(i);
        if (std::ranges::contains(before, receipts[i].leafHash, &ReceiptNode::leafHash))
            return refusedAt(i, ErrorCode::InvalidRequest, "It is there twice.");
    }
    const auto found = tie(decision, receipts);
    std::vector<Place> places;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!found[i] || (found[i]->tie == Tie::NotShown && i >= kept))
            return refusedAt(i, ErrorCode::InvalidRequest, "It is about another action.");
        if (found[i]->hops > kMaxForeignHops)
            return refusedAt(i, ErrorCode::TooLarge, "It is too many servers away.");
        places.push_back(*found[i]);
    }
    return places;
}

Result<void> checkBefore(const std::vector<ReceiptNode>& receipts)
{
    if (receipts.size() > kMaxReceiptsBefore)
        return fail(ErrorCode::TooLarge,
            "More than " + std::to_string(kMaxReceiptsBefore) + " receipts come before the decision.");
    ReceiptNode decision;
    for (const ReceiptNode& receipt : receipts)
        decision.upstream.push_back(receipt.leafHash);
    const auto places = audit::tie(decision, receipts);
    if (std::ranges::any_of(places, [](const auto& place) { return !place || place->hops > kMaxHopsBefore; }))
        return fail(ErrorCode::TooLarge,
            "One of the receipts is more than " + std::to_string(kMaxHopsBefore) + " servers away.");
    return {};
}

} // namespace countersign::audit
