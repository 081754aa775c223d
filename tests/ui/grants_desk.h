// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The page of grants with an authority that only remembers what it was told, for tests of what it shows and does.
#pragma once

#include "tests/ui/samples.h"
#include "ui/grants/grants_model.h"
#include "ui/grants/grants_page.h"

#include <QPushButton>
#include <QTest>
#include <QTreeView>

#include <algorithm>
#include <vector>

namespace countersign::ui {

using namespace Qt::StringLiterals;

/// The buttons in the rows of a table that can be seen, from top to bottom.
inline QList<QPushButton*> rowButtons(const QTreeView& tree)
{
    QList<QPushButton*> buttons = tree.viewport()->findChildren<QPushButton*>();
    buttons.removeIf([](const QPushButton* button) { return !button->isVisible(); });
    std::ranges::sort(buttons, {}, [](const QPushButton* button) { return button->mapToGlobal(QPoint()).y(); });
    return buttons;
}

struct Grants {
    Grants() : page(clock, deeds()), tree(page.findChild<QTreeView*>(u"grants"_s)) { page.resize(1100, 700); }
    GrantDeeds deeds()
    {
        GrantDeeds deeds;
        deeds.revoke = [this](const GrantId& grant, GrantDeeds::Answer answer) {
            revoked.push_back(grant);
            answering = std::move(answer);
        };
        deeds.revokeAllOf = [this](const ClientId& agent, const GrantDeeds::Answer&) { ended.push_back(agent); };
        deeds.pause = [this](const GrantId& grant, const GrantDeeds::Answer&) { paused.push_back(grant); };
        deeds.resume = [this](const GrantId& grant, const GrantDeeds::Answer&) { resumed.push_back(grant); };
        deeds.nameAgent = [this](const ClientId&, const QString& name, GrantDeeds::Answer answer) {
            names.append(name);
            answering = std::move(answer);
        };
        deeds.prepareNarrowing = [](const GrantId&, const GrantDeeds::Facts& facts) { facts(samples::narrowing()); };
        deeds.key = [] { return ConsentView::Key::Unlocked; };
        deeds.narrowing.narrow = [this](authority::Narrowing narrowing, NarrowDeeds::Answer answer) {
            narrowed.push_back(std::move(narrowing));
            answering = std::move(answer);
        };
        return deeds;
    }
    void show(const std::vector<authority::GrantRow>& rows)
    {
        page.model().reset(rows);
        page.show();
        page.activateWindow();
        ready = QTest::qWaitForWindowActive(&page);
        QTest::qWait(20);
    }
    ManualClock clock{samples::kNow};
    std::vector<GrantId> revoked;
    std::vector<GrantId> paused;
    std::vector<GrantId> resumed;
    std::vector<ClientId> ended;
    std::vector<authority::Narrowing> narrowed;
    QStringList names;
    GrantDeeds::Answer answering;
    GrantsPage page;
    QTreeView* tree;
    bool ready = false;

    /// The rows as they are shown, from top to bottom; 0 is the person.
    [[nodiscard]] QModelIndex shown(int row) const
    {
        QModelIndex at = tree->model()->index(0, 0);
        for (int i = 0; i < row; ++i)
            at = tree->indexBelow(at);
        return at;
    }
    void select(int row) { tree->setCurrentIndex(shown(row)); }
};
} // namespace countersign::ui
