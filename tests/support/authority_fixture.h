// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real authority for tests: a data folder of its own, fresh keys, a clock that stands still, and the steps of the
// story (an agent registers, asks, the person approves, the agent polls) as calls that wait for their answer.
// The calls block the test's thread only; the authority runs on its own.
#pragma once

#include "core/authority/authority.h"
#include "core/authority/person_api.h"
#include "core/base/clock.h"
#include "core/keychain/identity.h"

#include <QTemporaryDir>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace countersign::testing {

inline constexpr UnixSeconds kTestStart{1767268800}; ///< 2026-01-01T12:00:00Z
inline constexpr std::chrono::seconds kAnswerLimit{60};

/// Three fresh keys; the person's is sealed, cheaply, under passphrase().
[[nodiscard]] keychain::Identity makeIdentity();
/// For another process, in the clear.
[[nodiscard]] bool saveIdentity(const keychain::Identity& identity, const QString& file);
[[nodiscard]] keychain::Identity readIdentity(const QString& file);
[[nodiscard]] QString passphrase();

struct TestAgent {
    agents::Agent agent;
    crypto::PrivateKey key;

    [[nodiscard]] const ClientId& id() const { return agent.id; }
    [[nodiscard]] const Thumbprint& jkt() const { return key.publicKey().thumbprint(); }
};

/// create and read payments at payments.example for eight hours
[[nodiscard]] permissions::Permission payments(UnixSeconds now = kTestStart);
[[nodiscard]] permissions::Permission permissionOf(std::string_view authorizationDetails);
/// The same payments, to be handed on over so many hops.
[[nodiscard]] permissions::Permission delegable(int maxDepth, UnixSeconds now = kTestStart);
/// What a link may say at most under a permission: the same with one hop less to go.
[[nodiscard]] permissions::Permission handedOn(permissions::Permission permission);

/// What the person's desktop would send to approve all that is asked, for as long as the screen proposes.
[[nodiscard]] authority::Decision approvalOf(const authority::WaitingRequest& waiting);

class AuthorityFixture {
public:
    enum class PersonKey : std::uint8_t { Sealed, Unlocked };

    explicit AuthorityFixture(PersonKey personKey = PersonKey::Unlocked); ///< starts it
    /// On a folder and with keys that outlive it; start() is the caller's.
    AuthorityFixture(const QString& folder, keychain::Identity identity);
    ~AuthorityFixture();
    AuthorityFixture(const AuthorityFixture&) = delete;
    AuthorityFixture& operator=(const AuthorityFixture&) = delete;

    void stop();
    /// Starts it on the folder as it is, with what the keychain would remember.
    [[nodiscard]] Result<void> start(PersonKey personKey = PersonKey::Unlocked);

    [[nodiscard]] authority::Authority& authority() { return *m_authority; }
    [[nodiscard]] ManualClock& clock() { return m_clock; }
    [[nodiscard]] QString folder() const { return m_folder; }
    /// What the keychain would have: also a key that is staged, and the one that was adopted.
    [[nodiscard]] keychain::Identity identity() const;
    void setIdentity(keychain::Identity identity); ///< for the next start()
    /// For the next start(): a real keychain in the place of what is remembered here.
    void setDeviceKeeper(authority::DeviceKeeper keeper) { m_deviceKeeper = std::move(keeper); }
    void setFollows(std::optional<authority::LostLog> lost) { m_follows = std::move(lost); } ///< for the next start()
    [[nodiscard]] Result<void> rotateDevice(const QString& typed = passphrase());
    [[nodiscard]] std::optional<keychain::LogAnchor> anchor() const; ///< what was kept last
    void setAnchor(std::optional<keychain::LogAnchor> anchor);
    /// Called on the authority's thread; before start().
    void onAnchor(authority::KeepAnchor keepAnchor) { m_onAnchor = std::move(keepAnchor); }

    /// Calls with a reply and waits for it: wait<GrantId>([&](auto reply) { … }).
    template <typename T, typename Call> [[nodiscard]] static Result<T> wait(Call call)
    {
        auto promise = std::make_shared<std::promise<Result<T>>>();
        auto answer = promise->get_future();
        call(authority::Reply<T>([promise](Result<T> result) { promise->set_value(std::move(result)); }));
        if (answer.wait_for(kAnswerLimit) != std::future_status::ready)
            return fail(ErrorCode::Internal, "no answer in time");
        return answer.get();
    }
    /// Runs on the authority's thread, in a transaction.
    template <typename T> [[nodiscard]] Result<T> run(authority::Authority::Work<T> work)
    {
        return wait<T>([&](auto reply) { authority().submit(std::move(work), std::move(reply)); });
    }

    TestAgent registerAgent(const std::string& name = "reconcile-bot",
        const std::string& executable = "/usr/bin/reconcile", uid_t uid = 1000);
    /// Byte-equal ones merge: `digest` is made of the agent, what is asked and the message.
    [[nodiscard]] authority::DelegationRequest request(const TestAgent& agent,
        const permissions::Permission& asked = payments(), const std::string& message = "Last week's invoices.") const;
    [[nodiscard]] Result<authority::AcceptedRequest> ask(authority::DelegationRequest request);
    [[nodiscard]] Result<authority::AcceptedRequest> ask(const TestAgent& agent) { return ask(request(agent)); }

    [[nodiscard]] std::vector<authority::WaitingRequest> waiting(); ///< oldest first
    [[nodiscard]] Result<GrantId> approve(authority::Decision decision);
    [[nodiscard]] Result<GrantId> approve() { return approve(approvalOf(waiting().front())); } ///< the oldest
    [[nodiscard]] Result<void> deny(const std::string& publicId);

    [[nodiscard]] Result<authority::TokenSet> poll(const TestAgent& agent, const RequestId& id);
    [[nodiscard]] Result<authority::TokenSet> refresh(const TestAgent& agent, const std::string& refreshToken);
    [[nodiscard]] Result<void> revokeToken(const TestAgent& agent, const std::string& token);
    [[nodiscard]] Result<void> revoke(const GrantId& grant);

    /// Asks, approves, polls.
    authority::TokenSet tokensFor(const TestAgent& agent) { return tokensFor(agent, payments(m_clock.now())); }
    authority::TokenSet tokensFor(const TestAgent& agent, const permissions::Permission& asked);

    /// A link under an access token or another link, for an hour; `tweak` may change it before it is signed.
    using Tweak = std::function<void(grants::Link&)>;
    [[nodiscard]] std::string delegate(const std::string& above, const crypto::PrivateKey& parent,
        const TestAgent& child, const permissions::Permission& permission, const Tweak& tweak = {}) const;
    /// As the token endpoint does it: verified first, then exchanged.
    [[nodiscard]] Result<authority::TokenSet> exchange(
        const TestAgent& child, const std::string& token, const std::vector<std::string>& links);
    [[nodiscard]] Result<grants::VerifiedChain> verified(
        const std::string& token, const std::vector<std::string>& links) const;
    void setLogLooks(authority::LogLooks looks) { m_logLooks = looks; } ///< for the next start()
    /// For the next start().
    void setDelegationDepth(int depth) { m_delegationDepth = depth; }

    /// The whole log, on demand.
    [[nodiscard]] Result<std::uint64_t> checkLog()
    {
        return wait<std::uint64_t>([&](auto reply) { authority().checkLog({}, std::move(reply)); });
    }
    [[nodiscard]] std::vector<authority::GrantRow> grants(); ///< newest first
    [[nodiscard]] grants::Grant grant(const GrantId& id);
    [[nodiscard]] authority::DeskStatus status();
    [[nodiscard]] bool has(authority::Trouble trouble);
    [[nodiscard]] bool isActive(const std::string& token) { return authority().introspect(token).has_value(); }
    /// The kinds of all entries of the log, oldest first.
    [[nodiscard]] std::vector<audit::LeafKind> log();
    [[nodiscard]] int count(audit::LeafKind kind);

private:
    QTemporaryDir m_ownFolder;
    QString m_folder;
    ManualClock m_clock{kTestStart};
    authority::LogLooks m_logLooks;
    int m_delegationDepth = grants::kDefaultDelegationDepth;
    authority::DeviceKeeper m_deviceKeeper;
    std::optional<authority::LostLog> m_follows;
    mutable std::mutex m_mutex;
    keychain::Identity m_identity;
    std::optional<keychain::LogAnchor> m_anchor;
    authority::KeepAnchor m_onAnchor;
    std::unique_ptr<authority::Authority> m_authority;
};

} // namespace countersign::testing
