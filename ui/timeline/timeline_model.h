// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The log as a list, newest first, a heading above each day. Older entries are fetched when the view comes to them,
// newer ones are put on top; nothing but what was looked at is held.
#pragma once

#include "core/authority/person_api.h"
#include "core/base/clock.h"

#include <QAbstractListModel>
#include <QDate>

#include <deque>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace countersign::ui {

inline constexpr int kTimelinePage = 200; ///< entries a fetch

class TimelineModel final : public QAbstractListModel {
    Q_OBJECT
public:
    using Outcome = authority::TimelineEntry::Outcome;
    using Entries = Result<std::vector<authority::TimelineEntry>>;
    /// Entries before `before` (nullopt: the newest), newest first; the answer comes later, on this thread.
    using Fetch = std::function<void(audit::TimelineFilter filter, std::optional<std::uint64_t> before, int count,
        std::function<void(Entries)> answer)>;

    struct Filter {
        audit::TimelineFilter stored; ///< what the log itself can look for
        std::optional<Outcome> outcome;
    };

    enum Role {
        HeadingRole = Qt::UserRole + 1, ///< the day, in rows that are headings; empty in entries
        TimeRole,
        OutcomeRole, ///< TimelineEntry::Outcome as int
        KindRole, ///< audit::LeafKind as int
        ProofRole, ///< proofBadge()
    };

    TimelineModel(Fetch fetch, const Clock& clock, QObject* parent = nullptr);

    /// Begins anew, with the newest that fit.
    void setFilter(Filter filter);
    [[nodiscard]] const Filter& filter() const { return m_filter; }
    /// Private details of an entry were erased.
    void setErased(std::uint64_t index);
    /// Whether an entry waits for a checkpoint.
    [[nodiscard]] bool isWaitingForCheckpoint() const;
    /// The log grew: fetches what came, when the newest are held already.
    void fetchNewer();

    [[nodiscard]] const authority::TimelineEntry* entry(
        int row) const; ///< nullptr: a heading. Its `inLog` is of when it was fetched
    [[nodiscard]] bool isFetching() const { return m_fetching; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;

Q_SIGNALS:
    void fetchingChanged(bool fetching);
    void failed(const QString& why);

private:
    using Row = std::variant<QDate, authority::TimelineEntry>;
    void ask(std::optional<std::uint64_t> before, void (TimelineModel::*take)(Entries));
    void takeOlder(Entries entries);
    void takeNewer(Entries entries);
    void prepend(std::vector<authority::TimelineEntry> newestFirst);
    void insert(int at, std::vector<Row> rows);
    void setFetching(bool fetching);
    /// A checkpoint covers all that is older than what it covers.
    void learnSigned(const std::vector<authority::TimelineEntry>& entries);
    [[nodiscard]] authority::TimelineEntry withProof(authority::TimelineEntry entry) const;
    [[nodiscard]] bool fits(const authority::TimelineEntry& entry) const;
    [[nodiscard]] QVariant entryData(const authority::TimelineEntry& entry, int role) const;

    Fetch m_fetch;
    const Clock& m_clock;
    Filter m_filter;
    std::deque<Row> m_rows;
    std::optional<std::uint64_t> m_newest; ///< index of the newest entry that was seen, fitting or not
    std::optional<std::uint64_t> m_oldest;
    std::uint64_t m_signed = 0; ///< entries below it are covered by a checkpoint
    QDate m_oldestDay; ///< of the last heading
    bool m_atEnd = false;
    bool m_fetching = false;
    bool m_grew = false; ///< while a fetch was under way
    quint64 m_generation = 0; ///< answers to an earlier filter are not heard
};

} // namespace countersign::ui
