// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Items in reading direction, onto the next line where the room ends: for choices whose words may be long.
#pragma once

#include <QLayout>

#include <memory>
#include <vector>

namespace countersign::ui {

class FlowLayout final : public QLayout {
    Q_OBJECT
public:
    explicit FlowLayout(int between, QWidget* parent = nullptr);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override;
    [[nodiscard]] int count() const override;
    [[nodiscard]] QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

private:
    enum class Pass : std::uint8_t { Measure, Place };
    int flow(const QRect& rect, Pass pass) const;
    void placeLine(const QRect& line, std::size_t from, std::size_t to) const;

    std::vector<std::unique_ptr<QLayoutItem>> m_items;
    int m_between;
};

} // namespace countersign::ui
