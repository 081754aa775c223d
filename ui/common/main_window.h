// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The main window: requests, grants, timeline, agents and services; banners for what is wrong; the way to stop
// everything.
#pragma once

#include "core/authority/person_desk.h"
#include "ui/common/tone.h"
#include "ui/timeline/timeline_files.h"

#include <QMainWindow>
#include <QPointer>

#include <vector>

class QPushButton;
class QTabWidget;
class QVBoxLayout;

namespace countersign::ui {

class AgentsPage;
class ConsentDialog;
class GrantsPage;
class KeysDialog;
struct GrantDeeds;
class Notice;
class PlainLabel;
class RequestsPage;
class ServicesPage;
struct TimelineDeeds;
class TimelinePage;
class WindowMemory;

class MainWindow final : public QMainWindow {
    Q_OBJECT
public:
    enum class Page : std::uint8_t { Requests, Grants, Timeline, Agents, Services };

    /// `desk` outlives the window. `files`: who reads and writes them; empty where there is nobody to do it.
    explicit MainWindow(authority::PersonDesk& desk, TimelineFiles files = {}, QWidget* parent = nullptr);

    void showPage(Page page);
    /// Its size and what its pages remember, as they were, and from now on kept. `memory` outlives the window.
    void remember(WindowMemory& memory);
    /// Ends all grants, after one confirmation.
    void askToStopEverything();
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    /// The person wants to look at a request.
    void reviewWanted(const QString& publicId);

protected:
    void hideEvent(QHideEvent* event) override;

private:
    void addRequests();
    void addGrants();
    void addNarrowing(GrantDeeds& deeds);
    void addTimeline();
    [[nodiscard]] TimelineDeeds timelineDeeds();
    void addAgents();
    void addServices();
    void onStatus();
    void showTroubles(const std::vector<authority::Trouble>& troubles);
    void addBanner(authority::Trouble trouble);
    [[nodiscard]] QString detailOf(authority::Trouble trouble, Tone tone) const;
    void unlock();
    void showKeys();
    /// An answer that shows `failure` and why, should it be one.
    [[nodiscard]] authority::Done<void> reporting(const QString& failure);

    authority::PersonDesk& m_desk;
    TimelineFiles m_files;
    QVBoxLayout* m_banners;
    Notice* m_problem;
    QTabWidget* m_tabs;
    QPushButton* m_stop;
    PlainLabel* m_where;
    RequestsPage* m_requests = nullptr;
    GrantsPage* m_grants = nullptr;
    TimelinePage* m_timeline = nullptr;
    AgentsPage* m_agents = nullptr;
    ServicesPage* m_services = nullptr;
    QPointer<KeysDialog> m_keys;
    std::vector<authority::Trouble> m_shownTroubles;
    QString m_shownDetail;
    WindowMemory* m_memory = nullptr;
};

} // namespace countersign::ui
