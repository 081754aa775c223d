// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Walks the widgets of a window, as somebody with a keyboard or a screen reader does.
#pragma once

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTest>
#include <QWidget>

#include <algorithm>
#include <vector>

namespace countersign::ui::walk {

/// Children of a kind, as a list that a loop doesn't copy.
template <typename T> const QList<T*> all(const QWidget& in, const auto&... name)
{
    return in.findChildren<T*>(name...);
}

/// The first that can be seen and that says just this; nullptr: there is none.
inline QPushButton* buttonNamed(const QWidget& in, const QString& text)
{
    const QList<QPushButton*> buttons = all<QPushButton>(in);
    const auto found = std::ranges::find_if(
        buttons, [&text](const QPushButton* button) { return button->text() == text && button->isVisible(); });
    return found == buttons.end() ? nullptr : *found;
}

/// The same by how its words begin.
inline QPushButton* buttonThatBegins(const QWidget& in, const QString& text)
{
    const QList<QPushButton*> buttons = all<QPushButton>(in);
    const auto found = std::ranges::find_if(
        buttons, [&text](const QPushButton* button) { return button->text().startsWith(text) && button->isVisible(); });
    return found == buttons.end() ? nullptr : *found;
}

/// What Tab reaches from where the focus is, in order, until it comes round.
inline std::vector<QWidget*> tabOrder(QWidget& window)
{
    std::vector<QWidget*> order;
    QWidget* const first = QApplication::focusWidget();
    for (QWidget* at = first; at && order.size() < 500;) {
        order.push_back(at);
        QTest::keyClick(at, Qt::Key_Tab);
        at = QApplication::focusWidget();
        if (at == first || !window.isAncestorOf(at))
            break;
    }
    return order;
}

inline QString accessibleName(QWidget* widget)
{
    QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(widget);
    return accessible ? accessible->text(QAccessible::Name) : QString();
}

/// Widgets that somebody works with, and that say nothing to a screen reader.
inline QStringList namelessControls(const QWidget& window)
{
    QStringList nameless;
    for (QWidget* widget : all<QWidget>(window)) {
        const bool control = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget)
            || qobject_cast<QAbstractItemView*>(widget) || qobject_cast<QAbstractSpinBox*>(widget)
            || qobject_cast<QLineEdit*>(widget) || qobject_cast<QPlainTextEdit*>(widget);
        const QWidget* parent = widget->parentWidget();
        const bool inner = widget->objectName().startsWith(QLatin1String("qt_"))
            || qobject_cast<const QAbstractSpinBox*>(parent) || qobject_cast<const QComboBox*>(parent)
            || qobject_cast<const QLineEdit*>(parent) || (parent && parent->window() != window.window())
            || widget->inherits("QTableCornerButton") || widget->inherits("QHeaderView")
            || widget->inherits("QComboBoxListView");
        if (control && !inner && accessibleName(widget).isEmpty())
            nameless.append(QLatin1String(widget->metaObject()->className()) + QLatin1Char(' ') + widget->objectName());
    }
    return nameless;
}

/// Labels that would read markup.
inline QStringList labelsThatReadMarkup(const QWidget& window)
{
    QStringList found;
    for (const QLabel* label : all<QLabel>(window)) {
        if (label->textFormat() != Qt::PlainText && !label->text().isEmpty())
            found.append(label->text());
    }
    return found;
}

} // namespace countersign::ui::walk
