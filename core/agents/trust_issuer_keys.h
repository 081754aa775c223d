// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The keys of the configured issuers, and of nobody else: fetched when a token needs one, kept as long as the issuer
// says within limits, fetched again for a key that is not among them, but seldom, so that nobody can make us hammer an
// issuer with made-up key ids. Who comes while a fetch is under way waits for that one. On one thread.
#pragma once

#include "core/agents/trust_key_set.h"
#include "core/agents/trust_question.h"
#include "core/agents/trust_settings.h"
#include "core/agents/trust_token.h"
#include "core/base/clock.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace countersign::agents {

inline constexpr std::chrono::seconds kRefetchPause{60}; ///< between two fetches from one issuer, whatever came of them

/// Sends a request; the answer comes on the caller's thread, later.
using Fetch = std::function<void(outbound::Request, std::move_only_function<void(Result<outbound::Answer>)>)>;

class TrustIssuerKeys {
public:
    TrustIssuerKeys(const std::vector<TrustIssuer>& issuers, Fetch fetch, const Clock& clock);

    [[nodiscard]] const TrustIssuer* issuer(const std::string& name) const; ///< nullptr: not configured

    struct Found {
        crypto::PublicKey key;
        UnixSeconds validUntil; ///< of the set in which it stands
    };
    /// Errors: UnknownIssuer, UnknownKey, NoAnswer (and nothing valid is known).
    using Done = std::move_only_function<void(Trusted<Found>)>;
    void find(const std::string& issuer, std::string keyId, crypto::KeyType type, Freshness freshness, Done done);

private:
    struct Waiting {
        std::string keyId;
        crypto::KeyType type;
        Done done;
    };
    struct Entry {
        TrustIssuer issuer;
        KeySet set = {};
        std::optional<std::chrono::milliseconds> freshUntil = {}; ///< by the boot clock, which nobody sets
        std::optional<std::chrono::milliseconds> triedAt = {};
        bool fetching = false;
        std::vector<Waiting> waiting = {};
    };
    [[nodiscard]] bool isFresh(const Entry& entry) const;
    [[nodiscard]] Trusted<Found> lookUp(const Entry& entry, const std::string& keyId, crypto::KeyType type) const;
    void fetchKeys(Entry& entry);
    void take(Entry& entry, const Result<outbound::Answer>& answer);

    std::map<std::string, Entry> m_entries;
    Fetch m_fetch;
    const Clock& m_clock;
};

} // namespace countersign::agents
