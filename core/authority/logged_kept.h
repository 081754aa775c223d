// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log says is kept beside it, for evidence and for the person: private texts that nobody erased, receipts of
// other servers, the servers that the person knows, access tokens. Whoever can write the database could take it away,
// and with it what can be shown; or what was used once, so that it can be used again.
#pragma once

#include "core/store/database.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace countersign::authority {

struct ParsedLeaf; // parsed_leaf_json.h

class LoggedKept {
public:
    /// The next leaf, in order.
    void take(const ParsedLeaf& parsed);
    /// Whether all of it is there. Error: StorageCorrupt with what is missing.
    [[nodiscard]] Result<void> compare(store::Database& database) const;

private:
    [[nodiscard]] Result<void> compareSignatures() const;
    [[nodiscard]] Result<void> compareTexts(store::Database& database) const;
    [[nodiscard]] Result<void> compareTokens(store::Database& database) const;
    [[nodiscard]] Result<void> compareReceipts(store::Database& database) const;
    [[nodiscard]] Result<void> compareServers(store::Database& database) const;

    std::vector<std::uint64_t> m_hidden; ///< entries whose private text is not there
    std::set<std::uint64_t> m_erased; ///< entries whose private details the person erased
    /// Of permitted requests: the first 64 bits of the signature's digest, which no two have by chance, and the entry.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> m_signatures;
    std::map<std::string, std::uint64_t> m_tokens; ///< base64url digest: the first entry that names it
    std::map<std::uint64_t, std::size_t> m_receipts; ///< of other servers, by the entry that took them in
    std::map<std::string, std::uint64_t> m_servers; ///< by thumbprint: the entry in which the person accepted it last
};

} // namespace countersign::authority
