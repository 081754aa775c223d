// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What agents and services may ask of the authority. Every call may come from any thread; replies arrive on the
// authority's thread after what they tell of is durable, and must only hand on; where the answer is one to be signed,
// on another thread, which has the time. Nothing here approves anything.
#pragma once

#include "core/agents/agent.h"
#include "core/agents/process.h"
#include "core/agents/trust_question.h"
#include "core/audit/device_terms.h"
#include "core/audit/foreign_receipt.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/http_signature.h"
#include "core/crypto/keys.h"
#include "core/decision/decision.h"
#include "core/grants/chain.h"
#include "core/grants/grant.h"
#include "core/permissions/permission.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::authority {

template <typename T> using Reply = std::move_only_function<void(Result<T>)>;

/// A signed form that may be used once: remembered in the transaction that acts on it, until it could not be accepted
/// any more. `owner`: a client id (assertions) or a key's thumbprint (DPoP).
struct UsedProof {
    std::string owner;
    std::string id; ///< jti
    UnixSeconds expiresAt;
};

struct RegisterAgent {
    std::string name;
    crypto::PublicKey key;
    agents::PeerSocket peer;
    agents::ProcessEvidence evidence;
    std::string trustToken = {}; ///< software_statement (RFC 7591 section 2.3); empty: none
    agents::KeyProof proof = agents::KeyProof::Unproven; ///< Proven: a DPoP proof of the key came with it
    std::vector<UsedProof> proofs = {};
};

struct RegisteredClient { ///< what endpoints need to authenticate one
    agents::Agent agent;
    crypto::PublicKey key;
};

struct DelegationRequest {
    ClientId agent;
    std::vector<UsedProof> proofs;
    permissions::Permission asked;
    std::string bindingMessage;
    bool openid = false;
    std::chrono::seconds life{300}; ///< requested_expiry within its limits
    std::optional<Thumbprint> dpopKey;
    std::optional<GrantId> replaces; ///< a live or held grant of this agent that this one would replace
    std::string digest; ///< SHA-256 of the decoded request parameters but client authentication: equal ones merge
    agents::PeerSocket peer;
    agents::ProcessEvidence evidence;
};

struct AcceptedRequest {
    RequestId id; ///< auth_req_id
    std::chrono::seconds expiresIn;
    std::chrono::seconds interval;
};

/// The token endpoint's forms. The key is the DPoP proof's, verified by the endpoint.
struct PollRequest {
    ClientId agent;
    RequestId id;
    Thumbprint dpopKey;
    std::vector<UsedProof> proofs;
};
struct RefreshTokens {
    ClientId agent;
    std::string refreshToken;
    Thumbprint dpopKey;
    std::vector<UsedProof> proofs;
};

/// RFC 8693: the last link of a chain for a token of its own. The chain is verified (grants::verifyChain), and its last
/// key is `dpopKey`; the actor is `agent`, who is authenticated.
struct ExchangeLink {
    ClientId agent;
    grants::VerifiedChain chain;
    std::vector<UsedProof> proofs;
};

struct TokenSet {
    std::string accessToken; ///< RFC 9068 at+jwt
    std::string refreshToken; ///< empty: none
    std::optional<std::string> idToken;
    std::chrono::seconds expiresIn;
    permissions::Permission granted;
    GrantId grant;
    std::string scope;
};

/// RFC 7662: what a token means now. nullopt everywhere: inactive.
struct Introspection {
    GrantId grant;
    ClientId agent;
    Thumbprint boundKey;
    Thumbprint person;
    permissions::Permission permission;
    std::vector<std::string> audience;
    TokenId id;
    UnixSeconds issuedAt;
    UnixSeconds expiresAt;
    std::vector<std::string> actors = {}; ///< `act`, the present one first; empty: no delegation
    int depth = 0;
    int maxDepth = 0;
    std::optional<std::int64_t> statusIndex = {};
    enum class Kind : std::uint8_t { Access, Refresh } kind = Kind::Access;
};

struct Service { ///< a verifier that the person added
    ServiceId id;
    std::string name;
    permissions::Location location;
};

/// May this happen? Nothing is debited and nothing logged.
struct ActionQuery {
    ClientId agent;
    std::optional<GrantId> grant; ///< nullopt: under any live grant of that agent
    permissions::ActionRequest request;
};

/// The agent's request as the service received it: what of it the receipt and its disclosure say.
struct ReceivedRequest {
    std::string method;
    std::string targetUri; ///< without query
    std::string query; ///< after '?', not decoded
    std::string dpop; ///< the proof
    std::string signatureInput; ///< the field; empty: none
    std::string signature; ///< the field; empty: none
    /// The other fields that the service passed on, which a signature may cover; names in lower case.
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body = {}; ///< the content as received, where the signature covers its digest; empty: none
};

/// The agent's own signature (RFC 9421), verified to be over this request by the key that it acts with.
struct RequestSignature {
    std::string digest; ///< base64url SHA-256 of its bytes: the same again gets the same answer again
    std::string nonce;
    UnixSeconds created;
};

/// Why the door would refuse the action, whatever the grant says. It is refused by the authority, which logs it.
struct Objection {
    permissions::Reason reason = permissions::Reason::InvalidSignature;
    std::string sentence;
    /// WithRules: only under grants with constraints or spending, which depend on the arguments.
    enum class Holds : std::uint8_t { Always, WithRules } holds = Holds::Always;
};

/// The decision, on the token and proof that a service passes on: debits, and a leaf for permit and denial alike.
struct PerformAction {
    ServiceId service; ///< who asks; the request's location is under its own
    std::string accessToken;
    std::vector<std::string> links; ///< Delegation-Chain below the token, verified: see `chain`
    std::optional<grants::VerifiedChain> chain; ///< set when there are links
    Thumbprint key; ///< of the DPoP proof, which was verified against the token
    permissions::ActionRequest request;
    std::vector<UsedProof> proofs;
    ReceivedRequest received;
    std::optional<RequestSignature> signature; ///< nullopt: bound by the DPoP proof alone
    std::optional<Objection> objection;
    /// What other servers decided before, verified; the agent's signature covers each (Action-Receipt).
    std::vector<audit::ForeignReceipt> upstream;
    /// Stale: all of the proof is right but its nonce, so nothing new may come of it.
    enum class Nonce : std::uint8_t { Fresh, Stale } nonce = Nonce::Fresh;
};

/// A signed receipt (JWS, typ action-receipt+jwt) and the private details to which it is committed.
struct IssuedReceipt {
    std::string id; ///< `jti`: who knows it may read it again
    std::string jws;
    std::string salt; ///< 16 bytes; empty, as the text: erased
    std::string text;
};

struct ActionAnswer {
    decision::Verdict verdict;
    GrantId grant; ///< the agent's; empty: none fits
    std::optional<std::string> requestId; ///< Ask: the waiting request's public id; ask again when it was decided
    std::optional<std::uint64_t> leaf; ///< PerformAction: its entry in the log
    std::optional<IssuedReceipt> receipt; ///< PerformAction: of a permit or a denial
};

/// What became of a permitted action, as the service at which it arrived says.
struct ReportOutcome {
    ServiceId service; ///< the one that asked for the decision
    std::string receipt; ///< its id
    enum class Executed : std::uint8_t { Yes, No, Unknown } executed = Executed::Unknown;
    std::optional<int> status; ///< of the service's HTTP response
    std::string responseDigest; ///< the response's Content-Digest; empty: none
    std::string signature; ///< the service's own, a compact JWS over its words; empty: none. It is kept, not judged
    /// JSON: what it signed of its response (audit::verifyServiceAnswer), which is verified; empty: nothing.
    std::string response = {};
    std::vector<audit::ForeignReceipt> upstream; ///< what other servers decided about the same action, verified
};

struct OutcomeAnswer {
    std::uint64_t leaf = 0; ///< its entry in the log
    IssuedReceipt receipt;
    std::optional<std::uint64_t> imported; ///< the entry that took the new ones of `upstream` in; nullopt: none was new
};

/// A receipt as it is read again, with its place in the log.
struct ReadReceipt {
    IssuedReceipt receipt;
    std::optional<std::string> proof; ///< c2sp.org/tlog-proof@v1; nullopt: no checkpoint covers it yet
};

struct RevokeToken { ///< RFC 7009; an auth_req_id withdraws the request
    ClientId agent;
    std::string token;
    std::vector<UsedProof> proofs;
};

class AgentApi {
public:
    AgentApi() = default;
    AgentApi(const AgentApi&) = delete;
    AgentApi& operator=(const AgentApi&) = delete;
    virtual ~AgentApi() = default;

    virtual void registerAgent(RegisterAgent command, Reply<agents::Agent> reply) = 0;
    virtual void requestDelegation(DelegationRequest command, Reply<AcceptedRequest> reply) = 0;
    virtual void poll(PollRequest command, Reply<TokenSet> reply) = 0;
    virtual void refresh(RefreshTokens command, Reply<TokenSet> reply) = 0;
    virtual void revokeToken(RevokeToken command, Reply<void> reply) = 0;
    virtual void exchange(ExchangeLink command, Reply<TokenSet> reply) = 0;
    /// All as of one moment, answers in the order of the queries.
    virtual void query(std::vector<ActionQuery> queries, Reply<std::vector<ActionAnswer>> reply) = 0;
    virtual void perform(PerformAction command, Reply<ActionAnswer> reply) = 0;
    /// Once a receipt; the same again gets the same answer. Errors: NotFound (no such receipt, or another service's),
    /// InvalidRequest (the action was refused, or another outcome was reported), and as importReceipts() where
    /// `upstream` is not empty, which may grow with each report.
    virtual void reportOutcome(ReportOutcome command, Reply<OutcomeAnswer> reply) = 0;
    // Of the log as it is on disk; these reply from another thread than the authority's.
    /// Of an action or an outcome, with the private details that are still there. Error: NotFound.
    virtual void readReceipt(std::string id, Reply<ReadReceipt> reply) = 0;
    /// The last signed checkpoint (C2SP tlog-checkpoint). Error: NotFound: none yet.
    virtual void readCheckpoint(Reply<std::string> reply) = 0;
    /// A resource of C2SP tlog-tiles by what follows "tile/" in its path. Error: NotFound.
    virtual void readTile(std::string path, Reply<std::string> reply) = 0;
    /// Token Status List number n as a signed JWT (`typ: statuslist+jwt`). Error: NotFound.
    virtual void statusList(std::int64_t number, Reply<std::string> reply) = 0;
    /// Remembers proofs of a call that changes nothing else. Error: Replayed.
    virtual void consume(std::vector<UsedProof> proofs, Reply<void> reply) = 0;

    // From the read view: answered at once, never waiting for the writer's transaction.
    [[nodiscard]] virtual std::optional<RegisteredClient> findClient(const ClientId& id) const = 0;
    /// The service with this secret (compared by its SHA-256). nullopt: none.
    [[nodiscard]] virtual std::optional<Service> findService(const ServiceId& id, std::string_view secret) const = 0;
    /// What `token` means now; nullopt: inactive. The caller decides whether who asks may know.
    [[nodiscard]] virtual std::optional<Introspection> introspect(std::string_view token) const = 0;

    /// The agent that `subject` names: its client_id, the thumbprint URN of its key, or what the person calls it.
    [[nodiscard]] virtual std::optional<ClientId> findAgent(std::string_view subject) const = 0;
    /// RFC 9701 section 5: a JWT (`typ: token-introspection+jwt`) by the device key. `claims`: a JSON object.
    [[nodiscard]] virtual Result<std::string> signIntrospection(std::string_view claims) const = 0;
    /// RFC 9421: signs these components of an answer with the device key, `created` now. Error: as crypto::signMessage.
    [[nodiscard]] virtual Result<crypto::SignatureFields> signAnswer(
        const crypto::HttpMessage& answer, const std::vector<crypto::Component>& components) const = 0;

    [[nodiscard]] virtual std::string issuer() const = 0;
    /// The device's keys, the one in force last: tokens of the ones before are good until they end.
    [[nodiscard]] virtual audit::DeviceTerms deviceKeys() const = 0;
    [[nodiscard]] virtual Thumbprint person() const = 0;
};

} // namespace countersign::authority
