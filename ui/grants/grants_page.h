// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything that agents may do now, as a tree of who has it from whom, with what is left, and the ways to pull it
// back.
#pragma once

#include "core/authority/person_desk.h"
#include "ui/grants/narrow_dialog.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedLayout;
class QTreeView;

namespace countersign::ui {

class GrantActions;
class GrantDetails;
class GrantsFilter;
class GrantsModel;
class Notice;
class PlainLabel;
class WindowMemory;

/// What the page can have done; answers come later.
struct GrantDeeds {
    using Answer = std::function<void(const Result<void>&)>;
    using Facts = std::function<void(Result<consent::ScreenFacts>)>;
    std::function<void(const GrantId&, Answer)> revoke;
    std::function<void(const ClientId&, Answer)> revokeAllOf;
    std::function<void(const GrantId&, Answer)> pause;
    std::function<void(const GrantId&, Answer)> resume;
    std::function<void(const GrantId&, Facts)> prepareNarrowing;
    NarrowDeeds narrowing;
    std::function<ConsentView::Key()> key; ///< whether the person's key is unlocked
    std::function<void(const ClientId&, const QString& name, Answer)> nameAgent;
};

class GrantsPage final : public QWidget {
    Q_OBJECT
public:
    GrantsPage(const Clock& clock, GrantDeeds deeds, QWidget* parent = nullptr);

    [[nodiscard]] GrantsModel& model() { return *m_model; }
    /// Opens the form that takes back a part of a grant.
    void narrowGrant(const GrantId& grant);
    /// Columns and filters as they were, and from now on kept.
    void remember(WindowMemory& memory);

Q_SIGNALS:
    void timelineWanted(const QString& grantId);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void addFilterRow();
    void addTree();
    void arrangeTree();
    void addRowButtons();
    void addPlace();
    void addActions();
    void follow();
    void revoke(const QModelIndex& shown);
    void askToRevokeAllOf();
    void pause();
    void resume();
    void openNarrowing();
    void showNarrowing(const GrantId& grant, Result<consent::ScreenFacts> facts);
    void openNaming();
    void onSelection();
    void openBranches(const QModelIndex& from);
    void updateEmpty();
    [[nodiscard]] const authority::GrantRow* selected() const; ///< nullptr: none
    [[nodiscard]] GrantDeeds::Answer reporting(const QString& failure);
    void report(const QString& what, const Result<void>& result);

    const Clock& m_clock;
    GrantDeeds m_deeds;
    GrantsModel* m_model;
    GrantsFilter* m_filter;
    Notice* m_problem;
    QComboBox* m_which;
    QLineEdit* m_words;
    QTreeView* m_tree;
    GrantDetails* m_details;
    PlainLabel* m_empty;
    QPushButton* m_showEnded;
    QStackedLayout* m_place;
    GrantActions* m_actions;
    QTimer m_ticker;
};

/// `page` shows what `desk` has from now on.
void follow(GrantsPage& page, authority::PersonDesk& desk);

} // namespace countersign::ui
