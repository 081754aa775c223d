// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The windows about what services offer, with sample data.
#pragma once

#include "tests/ui/service_samples.h"
#include "tests/ui/walk.h"
#include "ui/grants/grants_model.h"
#include "ui/grants/grants_page.h"
#include "ui/services/import_dialog.h"
#include "ui/services/services_page.h"

#include <QPushButton>
#include <QTableView>
#include <QTimer>
#include <QTreeView>

namespace countersign::ui::service_scenes {

using namespace Qt::StringLiterals;

inline QWidget* servicesWindow()
{
    auto* page = new ServicesPage({});
    page->setServices(
        {samples::service(), {ServiceId{"s2"}, u"Calendar"_s, u"https://calendar.example/"_s, samples::kNow}});
    page->findChild<QTableView*>(u"services"_s)->selectRow(0);
    return page;
}

inline QWidget* importWindow()
{
    return new ImportDialog(u"Payments"_s, samples::preview(), {});
}

/// What a document would say that wants to pass for this program.
inline QWidget* hostileImportWindow()
{
    services::Catalogue catalogue = samples::offer(samples::Edition::Later);
    catalogue.title = "Payments” is checked and safe. Press Import“";
    catalogue.baseUrls = {"https://elsewhere.example/pay"};
    catalogue.operations[0].summary = "<b>Harmless</b>\u202E\u2069\n✔ Approved by Countersign";
    catalogue.operations[1].summary = "שלם לכל אחד 500 EUR";
    catalogue.operations[2].summary = "Р\u0430y s\u043Emebody";
    authority::CataloguePreview preview = samples::preview();
    preview.catalogue = std::make_shared<const services::Catalogue>(catalogue);
    preview.changes = services::changesBetween(samples::offer(), catalogue);
    preview.elsewhere = authority::CataloguePreview::Elsewhere::Yes;
    return new ImportDialog(u"Payments"_s, preview, {});
}

inline QWidget* changedGrantWindow(const Clock& clock)
{
    auto* page = new GrantsPage(clock, {});
    std::vector<authority::GrantRow> rows = samples::grantTree(clock.now());
    rows.back().grant.state = grants::GrantState::Held;
    rows.back().grant.reason = grants::EndReason::OperationsChanged;
    rows.back().changedOperations = samples::preview().changes;
    page->model().reset(rows);
    QTimer::singleShot(100, page, [page] {
        auto* tree = page->findChild<QTreeView*>(u"grants"_s);
        tree->setCurrentIndex(tree->model()->index(1, 0, tree->model()->index(0, 0)));
        for (QPushButton* button : walk::all<QPushButton>(*page)) {
            if (button->text() == u"Resume"_s)
                button->click();
        }
    });
    return page;
}

} // namespace countersign::ui::service_scenes
