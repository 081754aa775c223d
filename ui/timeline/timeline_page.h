// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What happened, newest first, by day; a filter row above, and the story of the chosen entry beside it.
#pragma once

#include "ui/timeline/timeline_deeds.h"
#include "ui/timeline/timeline_model.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QListView;
class QPushButton;
class QSplitter;
class QStackedLayout;

namespace countersign::ui {

class LogWorkBar;
class Notice;
class PlainLabel;
class StoryView;
class WindowMemory;

class TimelinePage final : public QWidget {
    Q_OBJECT
public:
    TimelinePage(TimelineDeeds deeds, const Clock& clock, QWidget* parent = nullptr);

    /// The agents that can be chosen; what is chosen stays chosen.
    struct Agent {
        ClientId id;
        QString name;
    };
    void addAgent(const Agent& agent);
    /// Only what concerns this grant, until the person takes that back.
    void showGrant(const GrantId& grant);
    void logGrew();
    /// Begins the check of all of it, if nothing else is under way.
    void checkLog();
    /// When the whole log was last found right.
    void setLastCheck(std::optional<UnixSeconds> at);
    /// How far the check is that began by itself; nullopt: none runs.
    void setWeeklyCheck(std::optional<authority::CheckProgress> progress);
    /// Kind, outcome and time of the filter row as they were, and from now on kept.
    void remember(WindowMemory& memory);
    [[nodiscard]] TimelineModel& model() { return *m_model; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void addFilterRow();
    void addList();
    [[nodiscard]] TimelineModel::Filter chosen() const;
    void applyFilter();
    void showEntry(const QModelIndex& index);
    void updateEmpty();

    const Clock& m_clock;
    TimelineDeeds m_deeds;
    TimelineModel* m_model;
    LogWorkBar* m_work;
    std::optional<GrantId> m_grant;
    Notice* m_problem;
    QComboBox* m_agents;
    QComboBox* m_kinds;
    QComboBox* m_outcomes;
    QComboBox* m_times;
    QPushButton* m_oneGrant;
    QListView* m_list;
    PlainLabel* m_empty;
    QStackedLayout* m_place;
    QSplitter* m_splitter;
    StoryView* m_story;
    QTimer m_newer; ///< a log that grows fast is looked at twice a second
    QTimer m_signed; ///< until a checkpoint covers what is shown
};

} // namespace countersign::ui
