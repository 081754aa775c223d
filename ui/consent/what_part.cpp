// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/what_part.h"

#include "ui/common/flow_layout.h"
#include "ui/common/plain_label.h"
#include "ui/consent/action_line.h"

#include <QCheckBox>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
std::size_t place(int number)
{
    return static_cast<std::size_t>(number);
}
} // namespace

WhatPart::WhatPart(const consent::Screen& screen, const consent::Edit& edit, QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() / 4);
    for (int detail = 0; detail < std::ssize(edit.details); ++detail) {
        if (detail > 0)
            column->addSpacing(fontMetrics().height() / 3);
        addDetail(screen, edit, detail);
    }
}

void WhatPart::addDetail(const consent::Screen& screen, const consent::Edit& edit, int detail)
{
    auto* column = static_cast<QVBoxLayout*>(layout());
    bool named = false;
    for (const consent::Screen::ActionLine& action : screen.actions) {
        if (action.detail != detail)
            continue;
        if (!named) {
            auto* at = new PlainLabel(tr("at %1").arg(action.place));
            at->setObjectName(u"place"_s);
            at->setQuiet();
            column->addWidget(at);
            named = true;
        }
        auto* line = new ActionLine(action);
        line->box()->setChecked(edit.details[place(detail)].keptActions[place(action.action)]);
        m_actions.push_back({detail, action.action, line->box()});
        follow(line->box());
        column->addWidget(line);
    }
    addValues(screen, edit, detail);
}

void WhatPart::addValues(const consent::Screen& screen, const consent::Edit& edit, int detail)
{
    FlowLayout* boxes = nullptr;
    int constraint = -1;
    for (const consent::Screen::ValueLine& value : screen.values) {
        if (value.detail != detail)
            continue;
        if (value.constraint != constraint) {
            constraint = value.constraint;
            auto* only = new PlainLabel(tr("%1, only:").arg(value.argument));
            only->setQuiet();
            layout()->addWidget(only);
            boxes = new FlowLayout(fontMetrics().height());
            static_cast<QVBoxLayout*>(layout())->addLayout(boxes);
        }
        auto* box = new QCheckBox;
        box->setText(QString(value.text).replace(u'&', u"&&"_s)); // its text, never a mnemonic
        box->setAccessibleName(tr("%1: %2").arg(value.argument, value.text));
        box->setObjectName(u"value"_s);
        box->setChecked(edit.details[place(detail)].keptValues[place(constraint)][place(value.value)]);
        m_values.push_back({detail, constraint, value.value, box});
        follow(box);
        boxes->addWidget(box);
    }
}

void WhatPart::follow(QCheckBox* box)
{
    m_controls.push_back(box);
    connect(box, &QCheckBox::toggled, this, &WhatPart::edited);
}

void WhatPart::applyTo(consent::Edit& edit) const
{
    for (const ActionBox& each : m_actions)
        edit.details[place(each.detail)].keptActions[place(each.action)] = each.box->isChecked();
    for (const ValueBox& each : m_values)
        edit.details[place(each.detail)].keptValues[place(each.constraint)][place(each.value)] = each.box->isChecked();
}

} // namespace countersign::ui
