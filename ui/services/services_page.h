// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Services that check tokens here: the list, adding one (its secret is shown once), removing one; and what each
// offers and demands, as its OpenAPI document says.
#pragma once

#include "core/authority/person_api.h"

#include <QDialog>
#include <QWidget>

#include <functional>

class QLineEdit;
class QPushButton;
class QStackedLayout;
class QTableView;

namespace countersign::ui {

class CopyLine;
class Notice;
class OperationsTable;
class PlainLabel;
class ServicesModel;

struct ServiceDeeds {
    using Added = std::function<void(const Result<authority::ServiceSecret>&)>;
    using Answer = std::function<void(const Result<void>&)>;
    std::function<void(const QString& name, const QString& location, Added)> add;
    std::function<void(const ServiceId&, Answer)> remove;
    using Previewed = std::function<void(Result<authority::CataloguePreview>)>;
    std::function<void(const ServiceId&, const QString& path, Previewed)> preview;
    std::function<void(authority::CataloguePreview, Answer)> import;
};

class ServicesPage final : public QWidget {
    Q_OBJECT
public:
    explicit ServicesPage(ServiceDeeds deeds, QWidget* parent = nullptr);

    void setServices(std::vector<authority::ServiceRow> rows);
    [[nodiscard]] ServicesModel& model() { return *m_model; }
    /// Has the file read, and shows what importing it for the selected service would change.
    void importFile(const QString& path);

private:
    void addOffer();
    void chooseFile();
    void showPreview(const QString& service, Result<authority::CataloguePreview> preview);
    void askToRemove();
    void updateState();
    void updateOffer();
    void report(const QString& what, const QString& why);
    [[nodiscard]] const authority::ServiceRow* selected() const; ///< nullptr: none

    ServiceDeeds m_deeds;
    ServicesModel* m_model;
    Notice* m_problem;
    QTableView* m_table;
    PlainLabel* m_empty;
    QStackedLayout* m_place;
    QPushButton* m_remove;
    QPushButton* m_import;
    PlainLabel* m_offerTitle;
    PlainLabel* m_offer; ///< what the selected service offers, in a line
    OperationsTable* m_operations;
};

/// Name and location, then the secret.
class AddServiceDialog final : public QDialog {
    Q_OBJECT
public:
    AddServiceDialog(const ServiceDeeds& deeds, QWidget* parent);

private:
    void add();
    void showSecret(const authority::ServiceSecret& secret);

    const ServiceDeeds& m_deeds;
    Notice* m_problem;
    QWidget* m_fields;
    QLineEdit* m_name;
    QLineEdit* m_location;
    QWidget* m_result;
    CopyLine* m_id;
    CopyLine* m_secret;
    QPushButton* m_cancel;
    QPushButton* m_add;
};

} // namespace countersign::ui
