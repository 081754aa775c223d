// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the person's programs may ask of the authority: the desktop (through PersonDesk, on the GUI thread) and, but for
// the decisions, the control socket. Plain values.
#pragma once

#include "core/agents/agent.h"
#include "core/agents/trust_evidence.h"
#include "core/audit/foreign_receipt.h"
#include "core/audit/timeline.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/consent/record.h"
#include "core/consent/request.h"
#include "core/consent/screen.h"
#include "core/grants/grant.h"
#include "core/services/changes.h"

#include <QString>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace countersign::authority {

/// A waiting request, as the inbox and the consent dialog show it.
struct WaitingRequest {
    consent::Request request;
    agents::Agent agent;
    /// The dialog composes the screen from them. They change (requestChanged) when the agent's grants do, and a
    /// decision that was taken on older ones is refused.
    consent::ScreenFacts facts;
};

/// What is used up of one limit of a grant.
struct Meter {
    enum class Kind : std::uint8_t { Uses, PerDay, Total } kind = Kind::Uses;
    std::int64_t used = 0; ///< Uses: actions; else Amount::millionths
    std::int64_t limit = 0;
    Currency currency; ///< not for Uses
    int detail = 0; ///< of the grant's permission

    bool operator==(const Meter&) const = default;
};

/// Claimed: a link names the agent beside a key that it never came with itself (core/authority/naming.h).
enum class Naming : std::uint8_t { Shown, Claimed };

struct GrantRow {
    grants::Grant grant; ///< grant.parent and grant.depth make the tree
    QString agentName; ///< safe to show; the agent's own claim
    Naming naming = Naming::Shown;
    QString ownName; ///< what the person calls it; empty: nothing
    QStringList may; ///< permissions::toSentences of it
    QStringList narrowed; ///< what this hop took away from the one above, as sentences; empty: nothing, or a root
    std::vector<Meter> meters; ///< of all details, in their order
    /// Held: what services have changed under it since the person allowed it, or looked last.
    std::vector<services::OperationChange> changedOperations = {};
    QStringList waitsFor = {}; ///< Held, WaitingForEvidence: what is missing, as sentences
};

/// One line of the timeline.
struct TimelineEntry {
    std::uint64_t index = 0;
    UnixSeconds at;
    audit::LeafKind kind = audit::LeafKind::LogStarted;
    ClientId agent;
    GrantId grant;
    QString agentName;
    QString sentence; ///< what happened, for a person
    enum class Outcome : std::uint8_t { Neutral, Permitted, Refused } outcome = Outcome::Neutral;
    QString details; ///< the leaf's JSON, indented
    enum class Receipt : std::uint8_t { None, Kept } receipt = Receipt::None; ///< checked when the story is read
    enum class InLog : std::uint8_t { Waiting, Signed } inLog = InLog::Waiting; ///< Signed: a checkpoint covers it
    enum class Private : std::uint8_t { None, Kept, Erased } privateDetails = Private::None;
};

/// Which lines of the timeline; the outcome is told from the line, so it is not the log's to look for.
struct TimelineChoice {
    audit::TimelineFilter filter;
    std::optional<TimelineEntry::Outcome> outcome;
};

/// Lines of the timeline as a file: comma-separated values (RFC 4180), or a JSON object a line.
struct TimelineFile {
    enum class Form : std::uint8_t { Csv, JsonLines } form = Form::Csv;
    QString path;
    TimelineChoice choice;
};

/// Receipts of other servers that the person got on some way, verified; those that are about this action are taken in.
struct PersonImport {
    std::string action; ///< the number of the decision's entry, or the id of its receipt
    std::vector<audit::ForeignReceipt> receipts;
};
struct ImportedReceipts {
    std::uint64_t action = 0; ///< the decision's entry
    std::optional<std::uint64_t> entry; ///< that took the new ones in; nullopt: none was new
    std::size_t taken = 0;
    std::size_t known = 0; ///< taken in before
};

/// For work that takes a while, off the GUI thread.
struct LongWork {
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = {}; ///< total 0: not known
    std::stop_token stop = {}; ///< ends it with Cancelled
};

/// How far a check of the whole log is.
struct CheckProgress {
    std::uint64_t done = 0;
    std::uint64_t total = 0; ///< 0: not known yet

    bool operator==(const CheckProgress&) const = default;
};

/// What the person decided on a request. The authority composes the screen again and compares.
struct Decision {
    std::string requestId;
    consent::Edit edit;
    QString locale; ///< BCP 47 of the screen
    QString shownText; ///< Screen::text(edit)
    /// The facts that it was composed from: those of WaitingRequest, of which `at` may be set to when the dialog
    /// opened.
    consent::ScreenFacts facts;
    consent::Presence presence = consent::Presence::Click;
};

/// The person takes back a part of a grant. The facts are those of PersonDesk::prepareNarrowing().
struct Narrowing {
    GrantId grant;
    consent::Edit edit;
    QString locale; ///< BCP 47 of the screen
    QString shownText; ///< Screen::text(edit)
    consent::ScreenFacts facts;
    consent::Presence presence = consent::Presence::Click;
};

/// Why nothing, or less than usual, can be decided now.
enum class Trouble : std::uint8_t {
    None,
    PersonKeySealed, ///< the passphrase is needed before anything can be approved
    ClockMoved, ///< live grants are held until the person confirms
    LogBroken, ///< nothing is granted; revoking goes on
    DatabaseRolledBack, ///< an old copy was put back: all grants ended
    DiskFull,
    Stopped, ///< the database can't be written
    WitnessContradicts, ///< the witness has cosigned what this log doesn't have
    TrustFileBroken, ///< whom to ask about agents is not known: each is L0, and agents may spend nothing
};

/// How it stands with the witness that the settings name.
struct WitnessState {
    std::string name; ///< of its key; where it is, if that can't be read
    std::string problem; ///< why the last try brought no signature; empty: it did, or nothing was tried yet
    std::optional<UnixSeconds> answeredAt; ///< when it cosigned last, since the start

    bool operator==(const WitnessState&) const = default;
};

/// The keychain does not remember how far the log goes: an old copy put back meanwhile may not be noticed.
struct AnchorMissed {
    UnixSeconds since;
    std::string problem;

    bool operator==(const AnchorMissed&) const = default;
};

struct DeskStatus {
    std::vector<Trouble> troubles;
    QString detail; ///< sentences that go with them
    std::string issuer;
    std::string keychain;
    Thumbprint device; ///< of its present key
    Thumbprint person;
    std::string logOrigin;
    int deviceRotations = 0; ///< how often the device's key was replaced
    std::uint64_t logSize = 0;
    std::uint64_t witnessedSize = 0; ///< how much of it a witness has cosigned; 0: nothing
    int liveGrants = 0;
    int waitingRequests = 0;
    std::uint64_t refusedRequests = 0; ///< over a cap or blocked, since the start
    std::optional<UnixSeconds> logCheckedAt; ///< when the whole log was last found right; nullopt: never yet
    std::string logProblem; ///< what a check of the log found, in its words; empty: nothing
    std::optional<WitnessState> witness; ///< nullopt: the settings name none
    std::optional<AnchorMissed> anchorMissed; ///< nullopt: it was kept when it was last due
};

struct ServiceSecret {
    ServiceId id;
    QString secret; ///< shown once
};

/// One that introduced itself, or that a link named.
struct AgentRow {
    agents::Agent agent;
    QString name; ///< safe to show; its own claim; empty: a link named it
    QString ownName; ///< what the person calls it; empty: nothing
    agents::AgentTrust trust;
    int liveGrants = 0;
};

struct ServiceRow {
    ServiceId id;
    QString name;
    QString location;
    UnixSeconds addedAt;
    enum class Document : std::uint8_t { None, Kept, Unreadable } document = Document::None;
    UnixSeconds importedAt = {}; ///< of the document
    std::shared_ptr<const services::Catalogue> catalogue = {}; ///< Kept: what it offers
};

/// What importing an OpenAPI document would change.
struct CataloguePreview {
    ServiceId service;
    std::shared_ptr<const services::Catalogue> catalogue;
    std::shared_ptr<const std::string> json; ///< the catalogue as it is kept
    std::string digest; ///< SHA-256 of that
    std::string document; ///< SHA-256 of what was imported
    std::int64_t before = 0; ///< the log's entry about what is there now; 0: nothing
    std::vector<services::OperationChange> changes; ///< against that; all of it where nothing is
    std::vector<GrantId> held; ///< live grants that would be held until the person has looked
    enum class Elsewhere : std::uint8_t { No, Yes } elsewhere = Elsewhere::No; ///< it describes another address
};

} // namespace countersign::authority
