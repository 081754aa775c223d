// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The waiting requests, oldest first: who asks, since when, and how long it waits.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"

#include <QAbstractListModel>

#include <string>
#include <vector>

namespace countersign::ui {

struct RequestItem {
    std::string id; ///< Request::publicId
    QString agentName; ///< safe to show
    QString summary;
    UnixSeconds receivedAt;
    UnixSeconds expiresAt;
    int timesAsked = 1;

    bool operator==(const RequestItem&) const = default;
};

class RequestsModel final : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { SummaryRole = Qt::UserRole + 1, AgentRole, WhenRole };

    explicit RequestsModel(const Clock& clock, QObject* parent = nullptr);

    /// A new one at the end; a known one changes in its place.
    void put(const RequestItem& item);
    void remove(const std::string& id);
    [[nodiscard]] int rowOf(const std::string& id) const; ///< −1: not there
    [[nodiscard]] const RequestItem& at(int row) const { return m_items[static_cast<std::size_t>(row)]; }
    /// Time went by.
    void refreshTimes();

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    const Clock& m_clock;
    std::vector<RequestItem> m_items;
};

} // namespace countersign::ui
