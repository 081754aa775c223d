// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/limits_part.h"

#include "ui/common/flow_layout.h"
#include "ui/common/money_edit.h"
#include "ui/common/plain_label.h"
#include "ui/common/text_direction.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
using consent::DetailEdit;
using permissions::Spend;
using Limit = consent::Screen::LimitLine::Limit;

std::optional<Amount> Spend::* askedOf(Limit limit)
{
    return limit == Limit::PerAction ? &Spend::perAction : limit == Limit::PerDay ? &Spend::perDay : &Spend::total;
}

std::optional<Amount> DetailEdit::* editOf(Limit limit)
{
    return limit == Limit::PerAction ? &DetailEdit::perAction
        : limit == Limit::PerDay     ? &DetailEdit::perDay
                                     : &DetailEdit::total;
}

/// A wheel that scrolls the form must not turn the choice under it.
class QuietCombo final : public QComboBox {
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

/// A caption and a field that belong together, as one item of a line.
QWidget* together(const QString& caption, QWidget* field, const QString& unit)
{
    auto* item = new QWidget;
    auto* row = new QHBoxLayout(item);
    row->setContentsMargins(0, 0, 0, 0);
    auto* before = new PlainLabel(caption);
    before->setWordWrap(false);
    row->addWidget(before);
    row->addWidget(field);
    if (!unit.isEmpty()) {
        auto* after = new PlainLabel(unit);
        after->setWordWrap(false);
        row->addWidget(after);
    }
    return item;
}
} // namespace

LimitsPart::LimitsPart(const consent::ScreenFacts& facts, const consent::Screen& screen, const consent::Edit& edit,
    const QLocale& locale, QWidget* parent)
    : QWidget(parent), m_locale(locale), m_together(new PlainLabel)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() / 3);
    for (int detail = 0; detail < std::ssize(edit.details); ++detail)
        addDetail(facts, screen, edit, detail);
    m_together->setObjectName(u"together"_s);
    column->addWidget(m_together);
    m_together->hide();
}

bool LimitsPart::isNeeded(const consent::Screen& screen)
{
    return !screen.conditions.empty() || !screen.together.isEmpty()
        || std::ranges::any_of(
            screen.limits, [](const consent::Screen::LimitLine& line) { return line.limit != Limit::Uses; });
}

void LimitsPart::addDetail(
    const consent::ScreenFacts& facts, const consent::Screen& screen, const consent::Edit& edit, int detail)
{
    auto* column = static_cast<QVBoxLayout*>(layout());
    const permissions::AgentDelegation& asked = facts.asked.details[static_cast<std::size_t>(detail)];
    const DetailEdit& left = edit.details[static_cast<std::size_t>(detail)];
    auto* line = new FlowLayout(fontMetrics().height());
    for (const consent::Screen::LimitLine& limit : screen.limits) {
        if (limit.detail != detail || limit.limit == Limit::Uses)
            continue;
        line->addWidget(limit.limit == Limit::Depth ? makeDepth(limit, asked.maxDepth, left.maxDepth)
                : limit.limit == Limit::Reads       ? makeReads(limit, left.signedReads)
                                                    : makeMoney(limit, *asked.spend, left));
    }
    QStringList told;
    for (const consent::Screen::ConditionLine& condition : screen.conditions) {
        if (condition.detail == detail)
            told.append(condition.text);
    }
    if (facts.asked.details.size() > 1 && (line->count() > 0 || !told.isEmpty())) {
        auto* at = new PlainLabel(tr("at %1").arg(permissions::placesLabel(asked, m_locale)));
        at->setQuiet();
        column->addWidget(at);
    }
    column->addLayout(line);
    for (const QString& text : std::as_const(told)) {
        auto* condition = new PlainLabel(text);
        condition->setObjectName(u"condition"_s);
        column->addWidget(condition);
    }
}

QWidget* LimitsPart::makeMoney(const consent::Screen::LimitLine& line, const Spend& spend, const DetailEdit& edit)
{
    const QString currency = QString::fromStdString(spend.currency.code());
    auto* field = new MoneyEdit(spend.*askedOf(line.limit), m_locale);
    field->setAmount(edit.*editOf(line.limit));
    field->setAccessibleName(tr("%1, in %2").arg(line.label, currency));
    field->setObjectName(u"money"_s);
    connect(field, &MoneyEdit::amountEdited, this, &LimitsPart::edited);
    m_money.push_back({line.detail, line.limit, field});
    m_controls.push_back(field);
    return together(line.label, field, currency);
}

QWidget* LimitsPart::makeDepth(const consent::Screen::LimitLine& line, int asked, int left)
{
    auto* field = new QuietCombo;
    for (int depth = 0; depth <= asked; ++depth) {
        field->addItem(isolated(consent::depthWords(depth)));
        field->setItemData(depth, consent::depthWords(depth), Qt::AccessibleTextRole);
    }
    field->setCurrentIndex(std::clamp(left, 0, asked));
    field->setAccessibleName(line.label);
    field->setObjectName(u"depth"_s);
    connect(field, &QComboBox::currentIndexChanged, this, &LimitsPart::edited);
    m_depths.push_back({line.detail, field});
    m_controls.push_back(field);
    return together(line.label, field, {});
}

QWidget* LimitsPart::makeReads(const consent::Screen::LimitLine& line, permissions::SignedReads left)
{
    auto* field = new QCheckBox(tr("signs what it reads too"));
    field->setChecked(left == permissions::SignedReads::Yes);
    field->setToolTip(tr("What changes something is always signed. With this, what only reads must be as well."));
    field->setObjectName(u"reads"_s);
    connect(field, &QCheckBox::toggled, this, &LimitsPart::edited);
    m_reads.push_back({line.detail, field});
    m_controls.push_back(field);
    return field;
}

void LimitsPart::applyTo(consent::Edit& edit) const
{
    for (const MoneyField& each : m_money)
        edit.details[static_cast<std::size_t>(each.detail)].*editOf(each.limit) = each.field->amount();
    for (const DepthField& each : m_depths)
        edit.details[static_cast<std::size_t>(each.detail)].maxDepth = each.field->currentIndex();
    for (const ReadsField& each : m_reads)
        edit.details[static_cast<std::size_t>(each.detail)].signedReads =
            each.field->isChecked() ? permissions::SignedReads::Yes : permissions::SignedReads::No;
}

void LimitsPart::show(const consent::Screen& screen)
{
    m_together->setText(screen.together);
    m_together->setVisible(!screen.together.isEmpty());
}

} // namespace countersign::ui
