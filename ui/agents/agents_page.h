// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The agents: a list, and of the chosen one what is known of it and what can be done: a level by hand, asking the
// sources again, a name, blocking and unblocking, forgetting.
#pragma once

#include "ui/agents/agents_model.h"

#include <QTimer>
#include <QWidget>

#include <functional>
#include <optional>

class QPushButton;
class QStackedLayout;
class QTableView;

namespace countersign::ui {

class AgentDetails;
class Notice;
class PlainLabel;

struct AgentDeeds {
    using Answer = std::function<void(const Result<void>&)>;
    std::function<void(const ClientId&, std::optional<agents::TrustLevel>, Answer)> assignTrust;
    std::function<void(const ClientId&, Answer)> askAgain;
    std::function<void(const ClientId&, const QString& name, Answer)> name;
    std::function<void(const ClientId&, Answer)> block;
    std::function<void(const ClientId&, Answer)> unblock;
    std::function<void(const ClientId&, Answer)> forget;
};

class AgentsPage final : public QWidget {
    Q_OBJECT
public:
    /// `clock` outlives the page.
    AgentsPage(AgentDeeds deeds, const Clock& clock, QWidget* parent = nullptr);

    [[nodiscard]] AgentsModel& model() { return *m_model; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void addTable();
    void addDetails();
    QPushButton* addButton(const QString& text, const QString& name, void (AgentsPage::*pressed)());
    [[nodiscard]] const authority::AgentRow* chosen() const;
    void showChosen();
    void askAgain();
    void askForName();
    void blockOrUnblock();
    void askToBlock(const authority::AgentRow& agent);
    void askToForget();
    /// An answer that shows `failure` and why, should it be one.
    [[nodiscard]] AgentDeeds::Answer reporting(const QString& failure);

    AgentDeeds m_deeds;
    const Clock& m_clock;
    AgentsModel* m_model;
    Notice* m_problem;
    QTableView* m_table;
    PlainLabel* m_empty;
    QStackedLayout* m_place;
    QWidget* m_bottom;
    AgentDetails* m_details;
    QPushButton* m_block = nullptr;
    QTimer m_ticker;
};

} // namespace countersign::ui
