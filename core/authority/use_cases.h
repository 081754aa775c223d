// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the authority does, a file a use case. Each runs alone on the authority's thread inside a savepoint of the
// running transaction: an error undoes all of it, but for one made by refuse() (context.h).
#pragma once

#include "core/audit/check.h"
#include "core/authority/agent_api.h"
#include "core/authority/context.h"
#include "core/authority/person_api.h"

#include <span>
#include <vector>

namespace countersign::authority {

inline constexpr std::size_t kMaxAccessTokenBytes = 6 * 1024;
inline constexpr int kMaxWaitingPerExecutable = 16; ///< the agents of one program together
inline constexpr int kMaxWaitingPerUid = 48; ///< the agents of one user together; leaves room for those of another
inline constexpr int kMaxWaitingOfUnnamed = 8; ///< all agents together that links named and that never came themselves
inline constexpr std::size_t kMaxAskedArguments = 8 * 1024; ///< bytes of JSON that a person can be shown for one action
inline constexpr std::chrono::seconds kApprovalRest{
    300}; ///< an approved action may follow so long after its request's end
inline constexpr int kHeldBeforeShown = 50; ///< ended grants that a screen compares a request with

// used_proofs.cpp
/// Error: Replayed, for the first that was used before.
[[nodiscard]] Result<void> useProofs(Context& context, const std::vector<UsedProof>& proofs);
/// The same for a client's call: its assertion used again is InvalidClient, a DPoP proof InvalidDpopProof.
[[nodiscard]] Result<void> useProofsOf(Context& context, const ClientId& client, const std::vector<UsedProof>& proofs);
[[nodiscard]] Result<void> forgetOldProofs(Context& context);

// register_agent.cpp
/// One key is one agent: a key that is known gets the agent that it already is, unchanged. (Whoever knows a public key
/// could register it again, so a second registration may neither rename the first nor shake off a block.) Only one that
/// a link named first has no name yet, and gets it when it comes itself.
[[nodiscard]] Result<agents::Agent> registerAgent(Context& context, const RegisterAgent& command);
/// The agent of a key that a link names: known, or new and without a name. Error: UnauthorizedClient when it is
/// blocked.
[[nodiscard]] Result<agents::Agent> registerUnnamed(Context& context, const crypto::PublicKey& key);
/// Its name changed: with it all rows and requests that show it.
[[nodiscard]] Result<void> touchGrantsOf(Context& context, const ClientId& agent);

// name_agent.cpp
/// Errors: NotFound, InvalidInput (not plain text, too long, or another agent's name).
[[nodiscard]] Result<void> nameAgent(Context& context, const ClientId& agent, const QString& name);

// request_delegation.cpp
[[nodiscard]] Result<AcceptedRequest> requestDelegation(Context& context, const DelegationRequest& command);

// request_caps.cpp
/// Whether the agent may have one more request waiting. Error: TemporarilyUnavailable, refuse()d, logged and counted.
[[nodiscard]] Result<void> mayAsk(
    Context& context, const agents::RegisteredAgent& agent, const std::string& program, std::optional<uid_t> uid);
/// A refusal that the person is told of: counted, and logged with its reason.
[[nodiscard]] std::unexpected<Error> refuseAndLog(
    Context& context, const agents::Agent& agent, ErrorCode code, std::string_view reason, std::string message);
/// The grant ended: nothing that waits may replace it or act under it.
[[nodiscard]] Result<void> cancelRequestsAbout(Context& context, const GrantId& grant);

// poll_request.cpp, refresh_tokens.cpp, revoke_token.cpp
[[nodiscard]] Result<TokenSet> pollRequest(Context& context, const PollRequest& command);
[[nodiscard]] Result<TokenSet> refreshTokens(Context& context, const RefreshTokens& command);
[[nodiscard]] Result<void> revokeToken(Context& context, const RevokeToken& command);

// register_chain.cpp
/// The grant of the chain's last link. Links that were not seen before make their grants (and agents) now, or none of
/// them where one does not stand: its token or a grant above is not in force, or permits less than it did. `presenter`:
/// who shows the chain as its last agent; empty: not known. Errors, the message naming the link: InvalidGrant,
/// InvalidAuthorizationDetails, UnauthorizedClient (blocked), Held.
[[nodiscard]] Result<grants::Grant> registerChain(
    Context& context, const grants::VerifiedChain& chain, const ClientId& presenter = {});

// exchange_link.cpp
/// A token of the child's own for the last link of a chain (RFC 8693); once a link. Problems of the chain are
/// InvalidRequest (RFC 8693 section 2.2.2), the message naming the link ("link 2: …"); Held: a grant above is held.
[[nodiscard]] Result<TokenSet> exchangeLink(Context& context, const ExchangeLink& command);

// query_actions.cpp
/// All as of one moment. Nothing is debited or logged, and nobody is asked. An agent is told of its own grants only.
[[nodiscard]] Result<std::vector<ActionAnswer>> queryActions(Context& context, const std::vector<ActionQuery>& queries);

// perform_action.cpp
/// The decision, and in the same transaction what it takes: proofs, debits of every hop, the leaf, its receipt. A
/// denial is an answer. The same signature again gets the same answer, and nothing else happens. Errors: InvalidToken
/// (not a live token of ours), InvalidDpopProof (another key's), UseDpopNonce, InvalidTarget (not under the service's
/// location), Replayed, and those of a chain (registerChain).
[[nodiscard]] Result<ActionAnswer> performAction(Context& context, const PerformAction& command);

// report_outcome.cpp
/// Errors as of AgentApi::reportOutcome().
[[nodiscard]] Result<OutcomeAnswer> reportOutcome(Context& context, const ReportOutcome& command);

// import_receipts.cpp
/// Ties receipts of other servers to a decision, keeps them, and logs that. Those that were taken in for it before are
/// left as they are; nullopt: all of them were. Errors: InvalidRequest, the message naming the receipt by its place
/// ("upstream/2: …"): it is about another action, or was taken in for another; TooLarge: too many, or too many hops.
struct ImportReceipts {
    std::uint64_t action = 0; ///< the decision's entry, which is there
    ServiceId service; ///< that passed them on; empty: the person did
    std::span<const audit::ForeignReceipt> receipts; ///< verified
};
[[nodiscard]] Result<std::optional<std::uint64_t>> importReceipts(Context& context, const ImportReceipts& command);
/// What the person has of other servers, of which only some may be about this decision: the others are left out. Errors
/// as Authority::importReceipts().
[[nodiscard]] Result<ImportedReceipts> importForPerson(Context& context, const PersonImport& command);

// accept_server.cpp
inline constexpr int kMaxServerName = 100; ///< characters
/// Errors as of PersonDesk::acceptServer(), forgetServer().
[[nodiscard]] Result<void> acceptServer(Context& context, const Thumbprint& key, const QString& name);
[[nodiscard]] Result<void> forgetServer(Context& context, const Thumbprint& key);

// step_up.cpp
struct AskedAction {
    std::string requestId; ///< Request::publicId
    std::uint64_t leaf = 0;
};
/// Makes a request for one action wait for the person; equal ones merge into the one that waits. Error:
/// TemporarilyUnavailable when the agent may not ask now.
[[nodiscard]] Result<AskedAction> askAboutAction(
    Context& context, const grants::Grant& grant, const PerformAction& command, const decision::Verdict& verdict);
/// The person approved the request: these bytes pass once. As approveRequest().
[[nodiscard]] Result<GrantId> approveAction(Context& context, const Decision& decision, const StoredRequest& stored);

// status_list.cpp
[[nodiscard]] Result<std::string> statusList(Context& context, std::int64_t number); ///< NotFound

// issue_tokens.cpp
/// Whether an access token for all that is asked would be within kMaxAccessTokenBytes.
[[nodiscard]] bool fitsIntoToken(const Context& context, const consent::Request& request);
struct IssuedTokens {
    TokenSet set;
    std::int64_t refreshRow = 0;
};
/// Why no token may leave for a grant now, for all that stand above it too: Held, InvalidGrant.
[[nodiscard]] Result<void> checkInForce(Context& context, const std::vector<grants::Grant>& chain);
/// For the last grant of a chain (Ledger::chainOf) that is in force and has its key bound; logged. `request`: the one
/// to answer, when it is answered for the first time. Error: TooLarge.
[[nodiscard]] Result<IssuedTokens> issueTokens(
    Context& context, const std::vector<grants::Grant>& chain, const consent::Request* request);

// screen_facts.cpp
[[nodiscard]] Result<WaitingRequest> waitingRequest(const Context& context, const StoredRequest& stored);
/// Of a grant, as if what it permits now was asked for: to narrow it.
[[nodiscard]] Result<consent::ScreenFacts> narrowingFacts(const Context& context, const grants::Grant& grant);

// decide_request.cpp
/// Errors: KeychainLocked (the person's key is sealed), InvalidGrant (it has ended some way already), InvalidInput
/// (what was shown is not what would be signed), StorageFull and others: nothing may be granted now.
[[nodiscard]] Result<GrantId> approveRequest(Context& context, const Decision& decision);
[[nodiscard]] Result<void> denyRequest(Context& context, const std::string& publicId);

// narrow_grant.cpp
/// Errors: NotFound, InvalidGrant (it has ended).
[[nodiscard]] Result<consent::ScreenFacts> prepareNarrowing(Context& context, const GrantId& id);
/// Signs an amendment: the grant permits less from now on, and so do those below. Access tokens of all of them die;
/// refresh tokens stay, so that the agents can go on within what is left. Those below of which the rest can't be
/// written are held (AncestorNarrowed). Errors as of approveRequest(), and those of prepareNarrowing().
[[nodiscard]] Result<void> narrowGrant(Context& context, const Narrowing& narrowing);

// block_agent.cpp
[[nodiscard]] Result<void> blockAgent(Context& context, const ClientId& agent);
[[nodiscard]] Result<void> unblockAgent(Context& context, const ClientId& agent);

// revoke_grant.cpp
/// With all below it. Cuts the read view at once. A grant that has ended is left as it is, which is no error.
[[nodiscard]] Result<void> endGrant(Context& context, const GrantId& id, grants::EndReason reason);
[[nodiscard]] Result<void> endDueGrants(Context& context); ///< whose time has come
[[nodiscard]] Result<void> revokeGrant(Context& context, const GrantId& id); ///< NotFound
[[nodiscard]] Result<void> revokeAllOf(Context& context, const ClientId& agent, grants::EndReason reason);
[[nodiscard]] Result<void> stopEverything(Context& context);

// hold_grants.cpp
/// A live one, or one that only an ancestor held; with all below it.
[[nodiscard]] Result<void> holdGrant(Context& context, const grants::Grant& grant, grants::EndReason reason);
[[nodiscard]] Result<void> pauseGrant(Context& context, const GrantId& id); ///< NotFound; InvalidGrant: it has ended
/// With what is below it and was held because of it. Under one that is held it stays so. InvalidGrant: it has ended, or
/// nothing but the one above holds it.
[[nodiscard]] Result<void> resumeGrant(Context& context, const GrantId& id);
/// A held one goes on, as what held it is gone; or ends, where its time has run out meanwhile.
[[nodiscard]] Result<void> continueGrant(Context& context, const grants::Grant& grant);
/// Each for itself, as the clock concerns all alike.
[[nodiscard]] Result<void> holdAllLive(Context& context, grants::EndReason reason);
/// Holds what is live when the wall clock was set.
[[nodiscard]] Result<void> holdIfClockMoved(Context& context);
[[nodiscard]] Result<void> confirmClock(Context& context);

// expire.cpp
/// Ends what has run out; does nothing before the nearest end.
[[nodiscard]] Result<void> expireDue(Context& context);
/// The nearest end of a waiting request, a grant, or of what is known of an agent.
[[nodiscard]] Result<std::optional<UnixSeconds>> nextEnd(const Context& context);

// services.cpp
[[nodiscard]] Result<ServiceSecret> addService(Context& context, const QString& name, const QString& location);
[[nodiscard]] Result<void> removeService(Context& context, const ServiceId& service);
[[nodiscard]] Result<std::vector<ServiceRow>> listServices(Context& context);
[[nodiscard]] Result<void> publishServices(Context& context); ///< to the read view
/// nullopt: there is no such service.
[[nodiscard]] Result<std::optional<permissions::Location>> locationOfService(
    const Context& context, const ServiceId& service);

// startup.cpp
/// Checks the log and holds every row that could permit something to it, in a transaction of its own. A broken log
/// and an old copy are troubles of the context, not errors.
[[nodiscard]] Result<void> loadState(Context& context);
/// The person has seen that an old copy was put back: that its grants ended is logged, and the log goes on from here.
[[nodiscard]] Result<void> confirmRollback(Context& context);

// check_log.cpp
inline constexpr std::chrono::hours kLogCheckInterval{7 * 24}; ///< between two checks of the whole log
/// What the log is to be found as: at least what this program itself has written.
[[nodiscard]] audit::CheckExpectation logExpectation(const Context& context);
/// What came of a check of the whole log: when it was found right, or that it is broken from now on. How many entries.
[[nodiscard]] Result<std::uint64_t> noteLogCheck(Context& context, const Result<audit::CheckReport>& report);
[[nodiscard]] Result<std::optional<UnixSeconds>> logCheckedAt(const Context& context);
[[nodiscard]] Result<bool> isLogCheckDue(const Context& context);

// erase_details.cpp
/// Errors as of PersonDesk::eraseDetails().
[[nodiscard]] Result<void> eraseDetails(Context& context, std::uint64_t index);

/// Keeps the present time, so that a clock that is set back while nothing runs shows at the next start.
[[nodiscard]] Result<void> rememberTime(Context& context);

// troubles.cpp
/// Error when nothing that extends authority may be decided now.
[[nodiscard]] Result<void> mayExtend(const Context& context);
[[nodiscard]] QString troubleText(Trouble trouble); ///< a sentence or two for a person
/// From now on nothing that extends authority is decided.
void breakLog(Context& context, const Error& error);

} // namespace countersign::authority
