// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What happened, newest first, by day; a filter row above, and the story of the chosen entry beside it.
#pragma once

#include "ui/timeline/timeline_model.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QListView;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QStackedLayout;

namespace countersign::ui {

class Notice;
class PlainLabel;
class WindowMemory;

class TimelinePage final : public QWidget {
    Q_OBJECT
public:
    TimelinePage(TimelineModel::Fetch fetch, const Clock& clock, QWidget* parent = nullptr);

    /// The agents that can be chosen; what is chosen stays chosen.
    struct Agent {
        ClientId id;
        QString name;
    };
    void addAgent(const Agent& agent);
    /// Only what concerns this grant, until the person takes that back.
    void showGrant(const GrantId& grant);
    void logGrew();
    /// Kind, outcome and time of the filter row as they were, and from now on kept.
    void remember(WindowMemory& memory);
    [[nodiscard]] TimelineModel& model() { return *m_model; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void addFilterRow();
    void addList();
    [[nodiscard]] QWidget* makeDetails();
    void applyFilter();
    void showEntry(const QModelIndex& index);
    void updateEmpty();

    const Clock& m_clock;
    TimelineModel* m_model;
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
    QWidget* m_details;
    PlainLabel* m_sentence;
    PlainLabel* m_about;
    QPlainTextEdit* m_leaf;
    QTimer m_newer; ///< a log that grows fast is looked at twice a second
};

} // namespace countersign::ui
