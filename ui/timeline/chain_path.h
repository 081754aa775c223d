// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The way of the authority as a drawn path: you ──consent──▶ agent ──link──▶ its helper ──▶ what was done. Wraps where
// the window is narrow, and runs from right to left where the language does. A screen reader hears it as one sentence.
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace countersign::ui {

class ChainPath final : public QWidget {
    Q_OBJECT
public:
    struct Stop {
        QString name;
        QString onTheWay = {}; ///< on the arrow that leads here; empty at the first
        enum class Shape : std::uint8_t { Hand, Permitted, Refused } shape = Shape::Hand;
        enum class Edge : std::uint8_t { Firm, Open } edge = Edge::Firm; ///< Open: whose this is, is not established
    };

    explicit ChainPath(QWidget* parent = nullptr);
    void setStops(std::vector<Stop> stops);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Place {
        QRect box;
        QRect way; ///< of the arrow before it, in the same line; empty at the first
    };
    [[nodiscard]] std::vector<Place> placesFor(int width) const; ///< from left to right
    [[nodiscard]] int boxWidth(const Stop& stop) const;
    [[nodiscard]] int wayWidth(const Stop& stop) const;
    void drawWay(QPainter& painter, const QRect& way, const QString& words) const;
    void drawBox(QPainter& painter, const QRect& box, const Stop& stop) const;

    std::vector<Stop> m_stops;
};

} // namespace countersign::ui
