// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything that agents may do now, with the time that is left, and the ways to pull it back.
#pragma once

#include "core/authority/person_desk.h"

#include <QTimer>
#include <QWidget>

class QLineEdit;
class QComboBox;
class QPushButton;
class QStackedLayout;
class QTableView;

namespace countersign::ui {

class GrantsFilter;
class GrantsModel;
class Notice;
class PlainLabel;

/// What the page can have done; answers come later.
struct GrantDeeds {
    using Answer = std::function<void(const Result<void>&)>;
    std::function<void(const GrantId&, Answer)> revoke;
    std::function<void(const ClientId&, Answer)> revokeAllOf;
    std::function<void(const GrantId&, Answer)> resume;
};

class GrantsPage final : public QWidget {
    Q_OBJECT
public:
    GrantsPage(const Clock& clock, GrantDeeds deeds, QWidget* parent = nullptr);

    [[nodiscard]] GrantsModel& model() { return *m_model; }

Q_SIGNALS:
    void timelineWanted(const QString& grantId);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void addFilterRow();
    void addTable();
    void addActions();
    void revoke(const QModelIndex& shown);
    void askToRevokeAllOf();
    void onSelection();
    void updateEmpty();
    [[nodiscard]] int selectedRow() const; ///< of the model; −1: none
    void report(const QString& what, const Result<void>& result);

    GrantDeeds m_deeds;
    GrantsModel* m_model;
    GrantsFilter* m_filter;
    Notice* m_problem;
    QComboBox* m_which;
    QLineEdit* m_words;
    QTableView* m_table;
    PlainLabel* m_empty;
    QStackedLayout* m_place;
    QPushButton* m_revoke;
    QPushButton* m_revokeAll;
    QPushButton* m_resume;
    QPushButton* m_timeline;
    QTimer m_ticker;
};

/// `page` shows what `desk` has from now on.
void follow(GrantsPage& page, authority::PersonDesk& desk);

} // namespace countersign::ui
