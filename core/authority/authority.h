// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The one owner of state: a thread, the database's only writer. Use cases are functions over Context, a file each;
// this class gives them a thread, a transaction and an answer after the commit. All that gathered while one
// transaction was on its way to the disk commits together (group commit).
#pragma once

#include "core/agents/trust_level_caps.h"
#include "core/authority/agent_api.h"
#include "core/authority/person_desk.h"
#include "core/authority/recovery.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/keychain/identity.h"
#include "core/store/database.h"

#include <QString>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace countersign::authority {

struct Context; // core/authority/context.h: the state, seen by use cases only

/// Writes the log's size and root to the keychain; called on the authority's thread, must hand on and return. `kept` is
/// told what came of it: on any thread, also after the authority has gone.
using AnchorKept = std::function<void(const Result<void>& result)>;
using KeepAnchor = std::function<void(const keychain::LogAnchor& anchor, AnchorKept kept)>;

/// Where the keys of the device rest while one follows the other (core/keychain/device_rotation.h).
struct DeviceKeeper {
    /// keychain::stageDevice(): returns when it is stored. Called on the reader pool, may block.
    std::function<Result<void>(const keychain::Identity& now, const keychain::NextDevice& next)> stage;
    /// keychain::adoptDevice(): must hand on and return. Any thread.
    std::function<void(const keychain::Identity& now)> adopt;
};

/// What is kept of the content of requests that were decided, for the person and for evidence.
struct KeepBodies {
    enum class Keep : std::uint8_t { No, Yes } keep = Keep::Yes; ///< No: those that were kept before go, too
    std::chrono::days life{90};
    std::size_t maxBytes = std::size_t{64} * 1024; ///< a longer one is not kept
};

/// When it is looked whether the whole log is to be checked (once a week), and what is kept for too long.
struct LogLooks {
    std::chrono::milliseconds first{std::chrono::seconds(30)}; ///< after the start, which has enough to do
    std::chrono::milliseconds then{std::chrono::minutes(10)};
};

struct AuthorityOptions {
    QString folder; ///< the data folder
    std::string issuer; ///< "http://127.0.0.1:7317"
    std::string keychainName;
    keychain::Identity identity;
    std::optional<keychain::LogAnchor> anchor; ///< what the keychain remembers
    KeepAnchor keepAnchor;
    const Clock* clock = nullptr;
    std::optional<LostLog> follows = {}; ///< a new log says that it follows this one; one that exists says nothing more
    DeviceKeeper deviceKeeper = {}; ///< empty: the device's key can't be replaced
    /// Links below the person's own grant; less than permissions::kMaxChain.
    int delegationDepth = grants::kDefaultDelegationDepth;
    agents::LevelCaps levelCaps = agents::LevelCaps::defaults(); ///< what an agent of a level may spend at most
    agents::Capped capped = agents::Capped::WhoIsKnown;
    KeepBodies bodies = {};
    LogLooks logLooks = {};
};

class Authority final : public AgentApi {
public:
    /// Opens the database, checks the log against the keys and the anchor, and starts the thread. Errors: the store's;
    /// a broken log is not one: the authority starts, grants nothing, and revoking goes on.
    [[nodiscard]] static Result<std::unique_ptr<Authority>> start(AuthorityOptions options);
    /// Answers what was submitted, writes a checkpoint and the anchor, joins.
    ~Authority() override;

    /// Runs `work` in the running transaction, alone; `reply` is called after the commit, or with the error that undid
    /// it. A work that fails leaves nothing behind.
    template <typename T> using Work = std::move_only_function<Result<T>(Context&)>;
    void submit(Work<void> work, Reply<void> reply); ///< any thread
    template <typename T> void submit(Work<T> work, Reply<T> reply)
    {
        auto result = std::make_shared<Result<T>>(fail(ErrorCode::Internal, std::string()));
        submit(Work<void>([work = std::move(work), result](Context& context) mutable -> Result<void> {
            *result = work(context);
            if (!*result)
                return std::unexpected(result->error());
            return {};
        }),
            Reply<void>([reply = std::move(reply), result](Result<void> done) mutable {
                reply(done ? std::move(*result) : Result<T>(std::unexpected(done.error())));
            }));
    }

    /// The same for what takes authority away: it acts in memory before the commit, and where the disk hinders it, it
    /// is tried again until it is durable (so `work` may run more than once), and nothing is decided until then.
    void submitRevocation(Work<void> work, Reply<void> reply); ///< any thread
    /// As submit(), in a transaction of its own.
    void submitAlone(Work<void> work, Reply<void> reply); ///< any thread

    /// Unseals the person's key for this session, off the authority's thread. Error: WrongPassphrase.
    void unlockPersonKey(crypto::SecretBytes passphrase, Reply<void> reply); ///< any thread

    /// Where committed changes are announced (on the authority's thread); the desk hands them to the GUI thread.
    using Listener = std::function<void(DeskChanges)>;
    void setListener(Listener listener); ///< any thread; the whole state is announced first; empty: nobody listens
    /// Called on the authority's thread after each checkpoint, must hand on and return. Empty: nobody listens.
    void setCheckpointListener(std::function<void()> listener); ///< any thread
    /// Asked about agents after a commit, on the authority's thread; must hand on and return. Empty: nobody is asked.
    using AskTrust = std::function<void(agents::TrustQuestion)>;
    void setTrustListener(AskTrust listener); ///< any thread
    /// Runs on the reader pool with a read-only connection, or with why there is none.
    void read(std::move_only_function<void(Result<store::Database*>)> work); ///< any thread
    /// Runs on the reader pool what waits for something; the authority doesn't go before it has ended.
    void runAside(std::move_only_function<void()> work); ///< any thread

    [[nodiscard]] const Clock& clock() const;
    [[nodiscard]] QString folder() const;

    void registerAgent(RegisterAgent command, Reply<agents::Agent> reply) override;
    void requestDelegation(DelegationRequest command, Reply<AcceptedRequest> reply) override;
    void poll(PollRequest command, Reply<TokenSet> reply) override;
    void refresh(RefreshTokens command, Reply<TokenSet> reply) override;
    void revokeToken(RevokeToken command, Reply<void> reply) override;
    void exchange(ExchangeLink command, Reply<TokenSet> reply) override;
    void query(std::vector<ActionQuery> queries, Reply<std::vector<ActionAnswer>> reply) override;
    void perform(PerformAction command, Reply<ActionAnswer> reply) override;
    void reportOutcome(ReportOutcome command, Reply<OutcomeAnswer> reply) override;
    void readReceipt(std::string id, Reply<ReadReceipt> reply) override;
    void readCheckpoint(Reply<std::string> reply) override;
    void readTile(std::string path, Reply<std::string> reply) override;
    void statusList(std::int64_t number, Reply<std::string> reply) override;
    void consume(std::vector<UsedProof> proofs, Reply<void> reply) override;
    [[nodiscard]] std::optional<RegisteredClient> findClient(const ClientId& id) const override;
    [[nodiscard]] std::optional<Service> findService(const ServiceId& id, std::string_view secret) const override;
    [[nodiscard]] std::optional<Introspection> introspect(std::string_view token) const override;
    [[nodiscard]] std::optional<ClientId> findAgent(std::string_view subject) const override;
    [[nodiscard]] Result<std::string> signIntrospection(std::string_view claims) const override;
    [[nodiscard]] Result<crypto::SignatureFields> signAnswer(
        const crypto::HttpMessage& answer, const std::vector<crypto::Component>& components) const override;
    [[nodiscard]] std::string issuer() const override;
    [[nodiscard]] audit::DeviceTerms deviceKeys() const override;
    [[nodiscard]] Thumbprint person() const override;

    // For the control socket; the desktop goes through PersonDesk.
    void listGrants(Reply<std::vector<GrantRow>> reply);
    void status(Reply<DeskStatus> reply);
    void revokeGrant(GrantId grant, Reply<void> reply);
    void stopEverything(Reply<void> reply);
    /// Errors: NotFound (no such decision), InvalidRequest (none is about it, or one was taken in for another),
    /// TooLarge.
    void importReceipts(PersonImport command, Reply<ImportedReceipts> reply);
    // These reply on the reader pool, where they work (checkLog on the authority's thread); `progress` is called there.
    void timeline(audit::TimelineFilter filter, std::optional<std::uint64_t> before, int count,
        Reply<std::vector<TimelineEntry>> reply);
    void story(std::uint64_t entry, Reply<Story> reply);
    void exportTimeline(TimelineFile file, LongWork work, Reply<std::uint64_t> reply);
    /// The whole log, as PersonDesk::checkLog(). Beside what is asked for it is checked once a week.
    void checkLog(LongWork work, Reply<std::uint64_t> reply);
    /// Told how far the weekly check is, on the thread that does it, and nullopt at its end; must hand on and return.
    /// Empty: nobody listens.
    using WatchWeeklyCheck = std::function<void(std::optional<CheckProgress>)>;
    void setWeeklyCheckListener(WatchWeeklyCheck listener); ///< any thread
    /// Ends it as cancelled; it begins again after the next start. Any thread.
    void cancelWeeklyCheck();

private:
    struct Data;
    explicit Authority(std::unique_ptr<Data> data);

    void makeAnswer(std::move_only_function<void()> work);
    /// For a reply that has an answer to sign: the authority's thread has the next decisions to make.
    template <typename T> [[nodiscard]] Reply<T> aside(Reply<T> reply)
    {
        return [this, reply = std::move(reply)](Result<T> result) mutable {
            makeAnswer([result = std::move(result), reply = std::move(reply)]() mutable { reply(std::move(result)); });
        };
    }

    std::unique_ptr<Data> d;
};

} // namespace countersign::authority
