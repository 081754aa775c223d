// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which grants are shown: live ones or all, and those whose agent or permission has the words that were typed; with
// them the grants that they came from.
#pragma once

#include <QSortFilterProxyModel>

namespace countersign::ui {

class GrantsFilter final : public QSortFilterProxyModel {
    Q_OBJECT
public:
    enum class Which : std::uint8_t { Live, All };

    explicit GrantsFilter(QObject* parent = nullptr);

    void setWhich(Which which);
    void setWords(const QString& words);
    [[nodiscard]] QModelIndex person() const;

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    Which m_which = Which::Live;
    QString m_words;
};

} // namespace countersign::ui
