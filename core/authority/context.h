// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The state that use cases work on. The database is the truth, and what a use case changes it changes there, inside the
// running transaction; what it touched is noted and read again after the commit (or after the rollback), so that
// nothing in memory can be ahead of the disk. The one exception is on purpose: a revocation cuts the read view first.
#pragma once

#include "core/agents/registry.h"
#include "core/agents/trust_store.h"
#include "core/audit/log.h"
#include "core/authority/approval_store.h"
#include "core/authority/authority.h"
#include "core/authority/catalogue_store.h"
#include "core/authority/clock_watch.h"
#include "core/authority/consent_store.h"
#include "core/authority/device_keys.h"
#include "core/authority/dropped_spending.h"
#include "core/authority/evidence_ends.h"
#include "core/authority/read_view.h"
#include "core/authority/request_store.h"
#include "core/grants/ledger.h"
#include "core/grants/link_store.h"
#include "core/grants/token_store.h"
#include "core/grants/uses.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace countersign::authority {

/// What the running transaction may have changed. Naming too much costs a look; undoing needs nothing.
struct Touched {
    std::set<GrantId> grants;
    std::vector<GrantId> ended; ///< no more to look at once they are durable; after undoing, as if in `grants`
    std::set<std::string> requests; ///< by public id
    std::set<ClientId> agents;
    std::map<ClientId, agents::Freshness> unsureOf; ///< agents about whom the sources of trust are to be asked
    std::set<ClientId> holders; ///< agents whose grants came, went or were held: their requests show other facts now
    enum class Services : std::uint8_t { Same, Changed } services = Services::Same;
    enum class Anchor : std::uint8_t { Same, Due } anchor = Anchor::Same; ///< a consent or a revocation is among it
    enum class Rollback : std::uint8_t { Same, Confirmed } rollback = Rollback::Same;
    enum class Device : std::uint8_t { Same, Replaced } device = Device::Same; ///< takeRotation() is due

    /// Something was undone, so that those that ended may not have.
    void notEnded()
    {
        grants.insert(ended.begin(), ended.end());
        ended.clear();
    }
};

/// What came of the anchors that were to be kept; told of on the keychain's thread, which may outlive the authority.
class AnchorKeeping {
public:
    void note(const Result<void>& kept, UnixSeconds due);
    [[nodiscard]] std::optional<AnchorMissed> missed() const;

private:
    mutable std::mutex m_mutex;
    std::optional<AnchorMissed> m_missed;
};

struct Context {
    Context(AuthorityOptions given, store::Database& opened, ReadView& readers, ClockWatch& watch, DeviceRing& ring)
        : options(std::move(given))
        , database(opened)
        , view(readers)
        , clockWatch(watch)
        , devices(ring)
        , registry(opened)
        , trust(opened)
        , ledger(opened, grants::Ledger::Memory::Kept)
        , tokens(opened)
        , links(opened)
        , requests(opened)
        , consents(opened)
        , uses(opened)
        , approvals(opened)
        , catalogues(opened)
        , dropped(opened)
    {
    }

    AuthorityOptions options;
    store::Database& database;
    ReadView& view;
    ClockWatch& clockWatch;
    DeviceRing& devices;

    agents::Registry registry;
    agents::TrustStore trust;
    grants::Ledger ledger;
    grants::TokenStore tokens;
    grants::LinkStore links;
    RequestStore requests;
    ConsentStore consents;
    grants::Uses uses;
    ApprovalStore approvals;
    CatalogueStore catalogues;
    DroppedSpending dropped;
    std::optional<audit::Log> log; ///< missing: it is broken and can't be continued

    std::optional<crypto::PrivateKey> personKey; ///< unsealed for this session
    EvidenceEnds evidenceEnds; ///< of agents in whose chains something is live or waits for evidence
    std::map<Trouble, QString> troubles; ///< with the sentence that goes with each
    std::string logProblem; ///< what Trouble::LogBroken is about
    std::optional<WitnessState> witness;
    std::shared_ptr<AnchorKeeping> anchorKeeping = std::make_shared<AnchorKeeping>();
    std::vector<GrantId> endedByRollback; ///< not in the log yet: nothing is written there before the person confirmed
    std::uint64_t refusedRequests = 0;
    enum class Rotation : std::uint8_t { None, Running, Abandoned } rotation = Rotation::None; ///< in this session

    Touched touched;
    /// The running work refuses, and what it wrote about that (proofs used up, a refusal logged) is to stay.
    enum class Refusal : std::uint8_t { UndoesAll, IsKept } refusal = Refusal::UndoesAll;

    /// Of the transaction that runs: what it decides and what it logs of that is of one moment, so that nobody who
    /// checks it later finds that a second was over in between.
    std::optional<UnixSeconds> moment;

    [[nodiscard]] UnixSeconds now() const { return moment.value_or(options.clock->now()); }
    [[nodiscard]] bool has(Trouble trouble) const { return troubles.contains(trouble); }
};

/// An error that is itself the decision: what the work wrote before it is committed.
[[nodiscard]] inline std::unexpected<Error> refuse(Context& context, ErrorCode code, std::string message)
{
    context.refusal = Context::Refusal::IsKept;
    return fail(code, std::move(message));
}

} // namespace countersign::authority
