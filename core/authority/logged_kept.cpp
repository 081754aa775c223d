// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/logged_kept.h"

#include "core/authority/parsed_leaf_json.h"
#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using json::textOf;

std::unexpected<Error> missing(std::uint64_t entry, const std::string& what)
{
    return fail(ErrorCode::StorageCorrupt, "entry " + std::to_string(entry) + ": " + what);
}

const json::Array* arrayIn(const json::Object& claims, std::string_view name)
{
    const json::Value* value = claims.if_contains(name);
    return value != nullptr ? value->if_array() : nullptr;
}

/// nullopt: it is none.
std::optional<std::uint64_t> shortened(const std::string& digest)
{
    const auto bytes = crypto::fromBase64url(digest);
    if (!bytes || bytes->size() < sizeof(std::uint64_t))
        return std::nullopt;
    std::uint64_t number = 0;
    for (const char byte : bytes->substr(0, sizeof number))
        number = number << 8U | static_cast<unsigned char>(byte);
    return number;
}

} // namespace

void LoggedKept::take(const ParsedLeaf& parsed)
{
    const auto& [leaf, claims] = parsed;
    if (!leaf.privateText && claims.contains("text_commitment"))
        m_hidden.push_back(leaf.index);
    if (const std::string token = textOf(claims, "token"); !token.empty())
        m_tokens.try_emplace(token, leaf.index);
    if (const json::Array* receipts = arrayIn(claims, "upstream"))
        m_receipts[leaf.index] = receipts->size();
    if (leaf.kind == LeafKind::ServerAccepted)
        m_servers[textOf(claims, "server")] = leaf.index;
    if (leaf.kind == LeafKind::ServerForgotten)
        m_servers.erase(textOf(claims, "server"));
    if (leaf.kind == LeafKind::ActionPermitted) {
        if (const auto signature = shortened(textOf(json::objectOf(claims, "request"), "signature_digest")))
            m_signatures.emplace_back(*signature, leaf.index);
    }
    const json::Array* const erased = leaf.kind == LeafKind::DetailsErased ? arrayIn(claims, "entries") : nullptr;
    if (erased == nullptr)
        return;
    for (const json::Value& entry : *erased) {
        if (entry.is_int64())
            m_erased.insert(static_cast<std::uint64_t>(entry.get_int64()));
    }
}

Result<void> LoggedKept::compare(store::Database& database) const
{
    TRY(compareSignatures());
    TRY(compareTexts(database));
    TRY(compareTokens(database));
    TRY(compareReceipts(database));
    return compareServers(database);
}

/// A signed request is good once; the same again gets the same answer.
Result<void> LoggedKept::compareSignatures() const
{
    auto signatures = m_signatures;
    std::ranges::sort(signatures);
    const auto twice = std::ranges::adjacent_find(signatures, {}, &std::pair<std::uint64_t, std::uint64_t>::first);
    return twice == signatures.end() ? Result<void>()
                                     : missing(std::next(twice)->second,
                                           "it permits what entry " + std::to_string(twice->second)
                                               + " had permitted before: the same signed request");
}

Result<void> LoggedKept::compareTexts(store::Database& database) const
{
    for (const std::uint64_t entry : m_hidden) {
        if (!m_erased.contains(entry))
            return missing(entry, "its private details are missing, and you did not erase them");
    }
    store::Query screens(database, "SELECT leaf_index FROM consents WHERE screen_text IS NULL ORDER BY leaf_index");
    while (TRY(screens.next())) {
        const auto entry = static_cast<std::uint64_t>(screens.integer(0));
        if (!m_erased.contains(entry))
            return missing(entry, "the text of the screen is missing, and you did not erase it");
    }
    return {};
}

Result<void> LoggedKept::compareTokens(store::Database& database) const
{
    store::Query query(database, "SELECT 1 FROM tokens_used WHERE hash = ?");
    for (const auto& [digest, entry] : m_tokens) {
        const auto hash = crypto::fromBase64url(digest);
        if (!hash || !TRY(query.bindBlob(*hash).next()))
            return missing(entry, "the text of the access token that it names is missing");
    }
    return {};
}

/// That each is one that the entry names is looked at elsewhere (audit/check_surroundings.h).
Result<void> LoggedKept::compareReceipts(store::Database& database) const
{
    store::Query query(database, "SELECT count(*) FROM foreign_receipts WHERE idx = ?");
    for (const auto& [entry, count] : m_receipts) {
        query.bind(static_cast<std::int64_t>(entry));
        TRY(query.next());
        if (std::cmp_not_equal(query.integer(0), count))
            return missing(entry, "a receipt of another server that it took in is missing");
    }
    return {};
}

Result<void> LoggedKept::compareServers(store::Database& database) const
{
    store::Query query(database, "SELECT 1 FROM accepted_servers WHERE jkt = ? AND leaf_index = ?");
    for (const auto& [server, entry] : m_servers) {
        if (!TRY(query.bind(server).bind(static_cast<std::int64_t>(entry)).next()))
            return missing(entry, "the server that you accepted then is missing");
    }
    return {};
}

} // namespace countersign::authority
