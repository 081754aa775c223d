// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The inbox: what waits for the person, and how many requests were refused before they got here.
#pragma once

#include "ui/consent/requests_model.h"

#include <QTimer>
#include <QWidget>

class QListView;
class QPushButton;
class QStackedLayout;

namespace countersign::ui {

class PlainLabel;

class RequestsPage final : public QWidget {
    Q_OBJECT
public:
    explicit RequestsPage(const Clock& clock, QWidget* parent = nullptr);

    [[nodiscard]] RequestsModel& model() { return *m_model; }
    void setRefused(std::uint64_t count);

Q_SIGNALS:
    void reviewWanted(const QString& publicId);
    void countChanged(int waiting);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void review(const QModelIndex& index);
    void updateState();

    RequestsModel* m_model;
    QListView* m_list;
    PlainLabel* m_empty;
    QStackedLayout* m_place;
    PlainLabel* m_refused;
    QPushButton* m_review;
    QTimer m_ticker;
};

} // namespace countersign::ui
