// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Services that check tokens here: the list, adding one (its secret is shown once), removing one.
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
class PlainLabel;
class ServicesModel;

struct ServiceDeeds {
    using Added = std::function<void(const Result<authority::ServiceSecret>&)>;
    using Answer = std::function<void(const Result<void>&)>;
    std::function<void(const QString& name, const QString& location, Added)> add;
    std::function<void(const ServiceId&, Answer)> remove;
};

class ServicesPage final : public QWidget {
    Q_OBJECT
public:
    explicit ServicesPage(ServiceDeeds deeds, QWidget* parent = nullptr);

    void setServices(std::vector<authority::ServiceRow> rows);
    [[nodiscard]] ServicesModel& model() { return *m_model; }

private:
    void askToRemove();
    void updateState();

    ServiceDeeds m_deeds;
    ServicesModel* m_model;
    Notice* m_problem;
    QTableView* m_table;
    PlainLabel* m_empty;
    QStackedLayout* m_place;
    QPushButton* m_remove;
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
