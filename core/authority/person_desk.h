// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The authority's façade for the windows: lives on the GUI thread, holds the last published state, and never blocks.
// Callbacks and signals arrive on the GUI thread, after what they tell of is durable.
#pragma once

#include "core/authority/person_api.h"
#include "core/authority/story.h"

#include <QObject>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace countersign {
class Mailbox;
}

namespace countersign::authority {

class Authority;
class PersonDesk; // below
class WeeklyCheck;
template <typename T> using Done = std::function<void(Result<T>)>;

/// What changed in one commit; posted from the authority to the desk.
struct DeskChanges {
    bool everything = false; ///< replace what is held with what is here
    std::vector<WaitingRequest> requests; ///< new or changed ones; ended ones come with their final state
    std::vector<GrantRow> grants;
    std::vector<AgentRow> agents; ///< those forgotten come once more, as such
    std::vector<ServiceRow> services;
    bool servicesChanged = false;
    std::optional<DeskStatus> status;
    std::uint64_t logSize = 0;
};

class PersonDesk final : public QObject {
    Q_OBJECT
public:
    /// `authority` outlives the desk.
    explicit PersonDesk(Authority& authority, QObject* parent = nullptr);
    ~PersonDesk() override;

    [[nodiscard]] const std::vector<WaitingRequest>& waitingRequests() const; ///< oldest first
    [[nodiscard]] const WaitingRequest* findRequest(const std::string& publicId) const;
    [[nodiscard]] const std::vector<GrantRow>& grants() const; ///< newest first; a row keeps its place
    [[nodiscard]] const std::vector<AgentRow>& agents() const; ///< newest first
    [[nodiscard]] const std::vector<ServiceRow>& services() const;
    [[nodiscard]] const DeskStatus& status() const;
    [[nodiscard]] const Clock& clock() const;

    void approve(Decision decision, Done<GrantId> done);
    void deny(const std::string& requestId, Done<void> done);
    void block(const ClientId& agent, Done<void> done); ///< key and executable; ends its requests and grants
    void unblock(const ClientId& agent, Done<void> done);

    void revoke(const GrantId& grant, Done<void> done);
    void revokeAllOf(const ClientId& agent, Done<void> done);
    void stopEverything(Done<void> done);

    /// Unseals the person's key for this session. `passphrase` is wiped.
    void unlockPersonKey(QString& passphrase, Done<void> done);
    /// A new key of the device signs from now on; what the old one signed stays valid. `passphrase` is wiped. Errors:
    /// WrongPassphrase, TooLarge (too often), those of the keychain; the old key is in force then.
    void rotateDevice(QString& passphrase, Done<void> done);
    /// The clock is right: held grants that have not ended go on.
    void confirmClock(Done<void> done);
    /// An old copy of the data was put back (Trouble::DatabaseRolledBack): go on from it, without its grants.
    void confirmRollback(Done<void> done);
    /// Nothing is permitted under it, or under what was delegated from it, until it is resumed. Its time runs on.
    void pause(const GrantId& grant, Done<void> done);
    /// Resumes one grant that was held (paused, or because its refresh token was used twice), and what is below it.
    void resume(const GrantId& grant, Done<void> done);

    /// What the narrowing dialog is composed from: the grant as it is, as if it was asked for.
    void prepareNarrowing(const GrantId& grant, Done<consent::ScreenFacts> done);
    /// Signs the amendment; outstanding tokens of the grant and of all below it die.
    void narrow(Narrowing narrowing, Done<void> done);
    /// What the person calls an agent: plain text, of no other agent; empty: nothing any more.
    void nameAgent(const ClientId& agent, const QString& name, Done<void> done);

    /// The person's own word on how far an agent can be trusted; nullopt: none any more. It permits nothing.
    void assignTrust(const ClientId& agent, std::optional<agents::TrustLevel> level, Done<void> done);
    void askTrustAgain(const ClientId& agent, Done<void> done); ///< what comes of it arrives as agentChanged()
    /// Ends its grants and requests, and lets it introduce itself anew.
    void forget(const ClientId& agent, Done<void> done);

    void addService(const QString& name, const QString& location, Done<ServiceSecret> done);
    void removeService(const ServiceId& service, Done<void> done);
    /// Reads a file with an OpenAPI document off this thread, and says what importing it would change. Errors as of
    /// services::importOpenApi(); InvalidInput: the file can't be read; NotFound: no such service.
    void previewCatalogue(const ServiceId& service, const QString& path, Done<CataloguePreview> done);
    /// What was previewed. Grants under which an operation changes are held until they are resumed.
    void importCatalogue(CataloguePreview preview, Done<void> done);

    /// The device key of another server is known to the person on another way; by what name. It permits nothing: its
    /// receipts are shown with it. Again: another name. Error: InvalidInput.
    void acceptServer(const Thumbprint& key, const QString& name, Done<void> done);
    void forgetServer(const Thumbprint& key, Done<void> done); ///< NotFound
    /// Receipts of other servers from a file (evidence, or a list of them). Errors as Authority::importReceipts().
    void importReceipts(PersonImport receipts, Done<ImportedReceipts> done);

    // From a read connection, off the GUI thread
    /// Entries before `before` (nullopt: the newest), newest first.
    void timeline(audit::TimelineFilter filter, std::optional<std::uint64_t> before, int count,
        Done<std::vector<TimelineEntry>> done);
    /// One entry with all that is known of it, its proof looked at now. Error: NotFound.
    void story(std::uint64_t entry, Done<Story> done);
    /// Writes a file, all or nothing; how many lines. Errors: Cancelled, StorageFailed.
    void exportTimeline(TimelineFile file, LongWork work, Done<std::uint64_t> done);
    /// Checks all of the log; how many entries it has. Errors: StorageCorrupt naming the first bad entry, which is
    /// Trouble::LogBroken from then on; Cancelled.
    void checkLog(LongWork work, Done<std::uint64_t> done);
    [[nodiscard]] WeeklyCheck& weeklyCheck() { return *m_weeklyCheck; }

    /// Removes the private details of an entry for good, and logs that. What is signed and proven stays so. Errors:
    /// NotFound (there are none), InvalidInput (its request still waits for an answer), StorageCorrupt.
    void eraseDetails(std::uint64_t entry, Done<void> done);

Q_SIGNALS:
    void ready(); ///< the first state has arrived
    void requestArrived(const QString& publicId);
    void requestChanged(const QString& publicId); ///< merged once more
    void requestEnded(const QString& publicId, countersign::consent::RequestState how);
    void grantsReset();
    void grantAdded(int row); ///< always 0: newest first
    void grantChanged(int row);
    void agentsReset();
    void agentAdded(int row); ///< always 0: newest first
    void agentChanged(int row);
    void agentGone(int row);
    void servicesChanged();
    void timelineGrew(quint64 logSize);
    void statusChanged();

private:
    struct Data;
    std::unique_ptr<Data> d;
    std::unique_ptr<WeeklyCheck> m_weeklyCheck;
};

} // namespace countersign::authority
