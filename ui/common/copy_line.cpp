// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/copy_line.h"

#include "ui/common/icons.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>

namespace countersign::ui {

CopyLine::CopyLine(const QString& name, const QString& text, QWidget* parent)
    : QWidget(parent), m_line(new QLineEdit(text)), m_copy(new QPushButton(tr("Copy")))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    m_line->setReadOnly(true);
    m_line->setCursorPosition(0);
    m_line->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_line->setLayoutDirection(Qt::LeftToRight); // commands and secrets read so everywhere
    m_line->setAccessibleName(name);
    m_copy->setIcon(icon(Glyph::Copy, palette()));
    m_copy->setAutoDefault(false);
    m_copy->setAccessibleName(tr("Copy: %1").arg(name));
    connect(m_copy, &QPushButton::clicked, this, &CopyLine::copy);
    row->addWidget(m_line, 1);
    row->addWidget(m_copy);
}

void CopyLine::setText(const QString& text)
{
    m_line->setText(text);
    m_line->setCursorPosition(0);
    m_copy->setText(tr("Copy"));
}

QString CopyLine::text() const
{
    return m_line->text();
}

void CopyLine::copy()
{
    QGuiApplication::clipboard()->setText(m_line->text());
    m_copy->setText(tr("Copied"));
    m_copy->setAccessibleName(tr("Copied: %1").arg(m_line->accessibleName()));
}

} // namespace countersign::ui
