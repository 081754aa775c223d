// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/flow_layout.h"

#include <QStyle>
#include <QWidget>

#include <algorithm>

namespace countersign::ui {

FlowLayout::FlowLayout(int between, QWidget* parent) : QLayout(parent), m_between(between)
{
    setContentsMargins(0, 0, 0, 0);
}

FlowLayout::~FlowLayout() = default;

void FlowLayout::addItem(QLayoutItem* item)
{
    m_items.emplace_back(item);
}

int FlowLayout::count() const
{
    return static_cast<int>(m_items.size());
}

QLayoutItem* FlowLayout::itemAt(int index) const
{
    return index >= 0 && index < count() ? m_items[static_cast<std::size_t>(index)].get() : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index)
{
    if (index < 0 || index >= count())
        return nullptr;
    QLayoutItem* item = m_items[static_cast<std::size_t>(index)].release();
    m_items.erase(m_items.begin() + index);
    return item;
}

int FlowLayout::heightForWidth(int width) const
{
    return flow(QRect(0, 0, width, 0), Pass::Measure);
}

QSize FlowLayout::sizeHint() const
{
    int width = 0;
    int height = 0;
    for (const auto& item : m_items) {
        width += item->sizeHint().width() + m_between;
        height = std::max(height, item->sizeHint().height());
    }
    return {width, height};
}

QSize FlowLayout::minimumSize() const
{
    QSize size;
    for (const auto& item : m_items)
        size = size.expandedTo(item->minimumSize());
    return size;
}

void FlowLayout::setGeometry(const QRect& rect)
{
    QLayout::setGeometry(rect);
    flow(rect, Pass::Place);
}

int FlowLayout::flow(const QRect& rect, Pass pass) const
{
    int x = 0;
    int y = 0;
    int lineHeight = 0;
    std::size_t lineStart = 0;
    const auto endLine = [&](std::size_t end) {
        if (pass == Pass::Place)
            placeLine(QRect(rect.x(), rect.y() + y, rect.width(), lineHeight), lineStart, end);
        y += lineHeight;
        lineStart = end;
    };
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        if (m_items[i]->isEmpty())
            continue;
        const QSize size = m_items[i]->sizeHint();
        if (x > 0 && x + size.width() > rect.width()) {
            endLine(i);
            x = 0;
            y += m_between / 3;
            lineHeight = 0;
        }
        x += size.width() + m_between;
        lineHeight = std::max(lineHeight, size.height());
    }
    endLine(m_items.size());
    return y;
}

void FlowLayout::placeLine(const QRect& line, std::size_t from, std::size_t to) const
{
    const Qt::LayoutDirection direction = parentWidget() ? parentWidget()->layoutDirection() : Qt::LeftToRight;
    int x = 0;
    for (std::size_t i = from; i < to; ++i) {
        if (m_items[i]->isEmpty())
            continue;
        const QSize size = m_items[i]->sizeHint().boundedTo(QSize(line.width(), line.height()));
        const QPoint place(line.x() + x, line.y() + (line.height() - size.height()) / 2);
        m_items[i]->setGeometry(QStyle::visualRect(direction, line, QRect(place, size)));
        x += size.width() + m_between;
    }
}

} // namespace countersign::ui
