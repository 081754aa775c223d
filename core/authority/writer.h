// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Runs jobs in transactions: all that are given at once in one, each in a savepoint; then the commit, then the answers,
// then what changed is announced. Revocations outlive a failed commit: they act in memory at once, are tried again
// until they are durable, and until then nothing is decided. Nobody else writes into the database while it is open:
// where somebody has, nothing of it is believed before the next start has held it to the log. Used on the authority's
// thread.
#pragma once

#include "core/authority/authority.h"
#include "core/authority/context.h"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace countersign::authority {

/// Beside what makes an anchor due at once: so long a copy of the database may be put back unseen.
inline constexpr std::chrono::seconds kAnchorInterval{60};

struct Job {
    enum class Urgency : std::uint8_t {
        Ordinary,
        Revocation,
        Alone, ///< in a transaction of its own: what it changes holds for all that comes after, and nothing before
    };

    Authority::Work<void> work; ///< a revocation's may run more than once
    Reply<void> reply;
    Urgency urgency = Urgency::Ordinary;
    std::optional<Result<void>> outcome; ///< set once it ran
};

class Writer {
public:
    /// Opens the database and loads the state.
    [[nodiscard]] static Result<std::unique_ptr<Writer>> open(
        AuthorityOptions options, ReadView& view, ClockWatch& clockWatch, DeviceRing& devices);

    void run(std::vector<Job> jobs);
    void retry(); ///< looks whether the disk takes writes again
    void setListener(Authority::Listener listener);
    void setTrustListener(Authority::AskTrust listener) { m_askTrust = std::move(listener); }

    [[nodiscard]] std::optional<UnixSeconds> nextEnd() const;
    [[nodiscard]] bool mustRetry() const; ///< something waits for the disk
    [[nodiscard]] bool needsCheckpoint() const; ///< something is not signed yet, or the keychain does not know of it
    void writeCheckpoint(); ///< and the anchor, once in kAnchorInterval
    /// The last things: a last try for what waits, a checkpoint, the anchor.
    void finish();

private:
    enum class Upkeep : std::uint8_t { No, Yes };

    Writer(AuthorityOptions options, std::unique_ptr<store::Database> database, ReadView& view, ClockWatch& watch,
        DeviceRing& devices);

    [[nodiscard]] Result<void> load();
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> lookForOthers();
    void runTogether(std::vector<Job> jobs);
    [[nodiscard]] Result<void> attempt(std::vector<Job>& jobs, Upkeep upkeep);
    [[nodiscard]] Result<void> runAll(std::vector<Job>& jobs);
    [[nodiscard]] Result<void> inSavepoint(Authority::Work<void>& work);
    [[nodiscard]] Result<void> keepUp();
    [[nodiscard]] std::vector<Job> takeUnfinished(std::vector<Job>& jobs, const Result<void>& committed);
    void undo();
    void forgetUndone();
    [[nodiscard]] std::vector<Job> tryPending();
    [[nodiscard]] bool hasRoom() const;
    void noteTrouble(const Error& error);
    void settle(const Result<void>& committed);
    void updateView();
    [[nodiscard]] bool mayVouch() const;
    void keepAnchor();
    void announce();
    void askTrust(const Touched& touched);

    std::unique_ptr<store::Database> m_database;
    Context m_context;
    Authority::Listener m_listener;
    Authority::AskTrust m_askTrust;
    std::optional<DeskStatus> m_announced;
    std::vector<Job> m_pending; ///< revocations that are not durable yet
    std::optional<Error> m_poison; ///< the running transaction must not be committed
    bool m_kept = true; ///< the last transaction wrote what time had brought
    std::uint64_t m_checkpointed = 0;
    struct Anchored {
        std::uint64_t size = 0;
        std::chrono::milliseconds at{}; ///< boot time
    } m_anchored; ///< what the keychain was told last
    enum class View : std::uint8_t { Current, Stale } m_view = View::Current;
};

} // namespace countersign::authority
