// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the authority does, a file a use case. Each runs alone on the authority's thread inside a savepoint of the
// running transaction: an error undoes all of it, but for one made by refuse() (context.h).
#pragma once

#include "core/authority/agent_api.h"
#include "core/authority/context.h"
#include "core/authority/person_api.h"

#include <vector>

namespace countersign::authority {

inline constexpr std::size_t kMaxAccessTokenBytes = 6 * 1024;
inline constexpr int kMaxWaitingPerExecutable = 16; ///< the agents of one program together
inline constexpr int kMaxWaitingPerUid = 48; ///< the agents of one user together; leaves room for those of another
inline constexpr int kHeldBeforeShown = 50; ///< ended grants that a screen compares a request with

// used_proofs.cpp
/// Error: Replayed, for the first that was used before.
[[nodiscard]] Result<void> useProofs(Context& context, const std::vector<UsedProof>& proofs);
/// The same for a client's call: its assertion used again is InvalidClient, a DPoP proof InvalidDpopProof.
[[nodiscard]] Result<void> useProofsOf(Context& context, const ClientId& client, const std::vector<UsedProof>& proofs);
[[nodiscard]] Result<void> forgetOldProofs(Context& context);

// register_agent.cpp
/// One key is one agent: a key that is known gets the agent that it already is, unchanged. (Whoever knows a public key
/// could register it again, so a second registration may neither rename the first nor shake off a block.)
[[nodiscard]] Result<agents::Agent> registerAgent(Context& context, const RegisterAgent& command);

// request_delegation.cpp
[[nodiscard]] Result<AcceptedRequest> requestDelegation(Context& context, const DelegationRequest& command);

// poll_request.cpp, refresh_tokens.cpp, revoke_token.cpp
[[nodiscard]] Result<TokenSet> pollRequest(Context& context, const PollRequest& command);
[[nodiscard]] Result<TokenSet> refreshTokens(Context& context, const RefreshTokens& command);
[[nodiscard]] Result<void> revokeToken(Context& context, const RevokeToken& command);

// issue_tokens.cpp
/// Whether an access token for all that is asked would be within kMaxAccessTokenBytes.
[[nodiscard]] bool fitsIntoToken(const Context& context, const consent::Request& request);
struct IssuedTokens {
    TokenSet set;
    std::int64_t refreshRow = 0;
};
/// For a live grant with its key bound; logged. `request`: the one to answer, when it is answered for the first time.
[[nodiscard]] Result<IssuedTokens> issueTokens(
    Context& context, const grants::Grant& grant, const consent::Request* request);

// screen_facts.cpp
[[nodiscard]] Result<WaitingRequest> waitingRequest(const Context& context, const StoredRequest& stored);

// decide_request.cpp
/// Errors: KeychainLocked (the person's key is sealed), InvalidGrant (it has ended some way already), InvalidInput
/// (what was shown is not what would be signed), StorageFull and others: nothing may be granted now.
[[nodiscard]] Result<GrantId> approveRequest(Context& context, const Decision& decision);
[[nodiscard]] Result<void> denyRequest(Context& context, const std::string& publicId);

// block_agent.cpp
[[nodiscard]] Result<void> blockAgent(Context& context, const ClientId& agent);
[[nodiscard]] Result<void> unblockAgent(Context& context, const ClientId& agent);

// revoke_grant.cpp
/// Cuts the read view at once. A grant that has ended is left as it is, which is no error.
[[nodiscard]] Result<void> endGrant(Context& context, const GrantId& id, grants::EndReason reason);
[[nodiscard]] Result<void> revokeGrant(Context& context, const GrantId& id); ///< NotFound
[[nodiscard]] Result<void> revokeAllOf(Context& context, const ClientId& agent, grants::EndReason reason);
[[nodiscard]] Result<void> stopEverything(Context& context);

// hold_grants.cpp
[[nodiscard]] Result<void> holdGrant(Context& context, const grants::Grant& grant, grants::EndReason reason);
[[nodiscard]] Result<void> resumeGrant(Context& context, const GrantId& id);
/// Holds what is live when the wall clock was set.
[[nodiscard]] Result<void> holdIfClockMoved(Context& context);
[[nodiscard]] Result<void> confirmClock(Context& context);

// expire.cpp
/// Ends what has run out; does nothing before the nearest end.
[[nodiscard]] Result<void> expireDue(Context& context);
/// The nearest end of a waiting request or a grant.
[[nodiscard]] Result<std::optional<UnixSeconds>> nextEnd(const Context& context);

// services.cpp
[[nodiscard]] Result<ServiceSecret> addService(Context& context, const QString& name, const QString& location);
[[nodiscard]] Result<void> removeService(Context& context, const ServiceId& service);
[[nodiscard]] Result<std::vector<ServiceRow>> listServices(Context& context);
[[nodiscard]] Result<void> publishServices(Context& context); ///< to the read view

// startup.cpp
/// Checks the log and holds every row that could permit something to it, in a transaction of its own. A broken log
/// and an old copy are troubles of the context, not errors.
[[nodiscard]] Result<void> loadState(Context& context);
/// The person has seen that an old copy was put back: that its grants ended is logged, and the log goes on from here.
[[nodiscard]] Result<void> confirmRollback(Context& context);

/// Keeps the present time, so that a clock that is set back while nothing runs shows at the next start.
[[nodiscard]] Result<void> rememberTime(Context& context);

// troubles.cpp
/// Error when nothing that extends authority may be decided now.
[[nodiscard]] Result<void> mayExtend(const Context& context);
[[nodiscard]] QString troubleText(Trouble trouble); ///< a sentence or two for a person

} // namespace countersign::authority
