// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The windows about what others say of agents, with sample data.
#pragma once

#include "tests/ui/agent_samples.h"
#include "tests/ui/samples.h"
#include "ui/agents/agents_page.h"
#include "ui/grants/grants_model.h"
#include "ui/grants/grants_page.h"

#include <QTableView>
#include <QTimer>
#include <QTreeView>

namespace countersign::ui::trust_scenes {

using namespace Qt::StringLiterals;

inline QWidget* agentsWindow(int chosen, const Clock& clock)
{
    auto* page = new AgentsPage({}, clock);
    page->model().reset(samples::agentRows(clock.now()));
    QTimer::singleShot(100, page, [page, chosen] { page->findChild<QTableView*>(u"agents"_s)->selectRow(chosen); });
    return page;
}

inline consent::ScreenFacts withTrust(consent::ScreenFacts facts, const agents::TrustEvidence& evidence)
{
    facts.trust.evidence = evidence;
    return facts;
}

/// One waits for evidence, with what is below it, and another ended with a hit.
inline QWidget* waitingGrantsWindow(const Clock& clock)
{
    auto* page = new GrantsPage(clock, {});
    std::vector<authority::GrantRow> rows = samples::grantTree(clock.now());
    for (authority::GrantRow& row : rows) {
        row.grant.state = grants::GrantState::Held;
        row.grant.reason = grants::EndReason::AncestorHeld;
    }
    authority::GrantRow& waiting = rows.back();
    waiting.grant.reason = grants::EndReason::WaitingForEvidence;
    waiting.waitsFor = {
        u"night books: ✘ payments.example demands a trust level of L2 at least — MISSING: L0: what was known has run out"_s,
        u"night books: ✘ payments.example demands a sanctions screening that found nothing, and is not too old — "
        "MISSING: NOT SCREENED now; the last screening was 25 h ago, too long ago to count"_s};
    rows[2].grant.state = grants::GrantState::Revoked;
    rows[2].grant.reason = grants::EndReason::ScreeningHit;
    rows[2].grant.endedAt = clock.now();
    page->model().reset(rows);
    QTimer::singleShot(100, page, [page] {
        auto* tree = page->findChild<QTreeView*>(u"grants"_s);
        tree->setCurrentIndex(tree->model()->index(0, 0, tree->model()->index(0, 0)));
    });
    return page;
}

} // namespace countersign::ui::trust_scenes
