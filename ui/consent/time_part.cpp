// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/time_part.h"

#include "core/permissions/words.h"
#include "ui/common/flow_layout.h"
#include "ui/common/plain_label.h"
#include "ui/common/text_direction.h"
#include "ui/common/time_words.h"

#include <QButtonGroup>
#include <QDateTimeEdit>
#include <QRadioButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kMostCounted = 1'000'000;
constexpr int kFirstCount = 10;

QString durationWords(consent::Duration duration, consent::Purpose purpose)
{
    switch (duration) {
    case consent::Duration::FifteenMinutes:
        return TimePart::tr("15 minutes");
    case consent::Duration::OneHour:
        return TimePart::tr("1 hour");
    case consent::Duration::UntilTonight:
        return TimePart::tr("until tonight");
    case consent::Duration::UntilDate:
        return TimePart::tr("until a date");
    case consent::Duration::AsAsked:
        return purpose == consent::Purpose::Amendment ? TimePart::tr("as long as now")
                                                      : TimePart::tr("as long as it asked");
    }
    return {};
}

/// The most uses that a detail asks for; kMaxUses where one asks for no limit.
std::int64_t mostUses(const permissions::Permission& asked)
{
    std::int64_t most = 0;
    for (const permissions::AgentDelegation& detail : asked.details)
        most = std::max(most, detail.uses.value_or(permissions::kMaxUses));
    return most;
}

/// What the edit limits every detail to; nullopt: it doesn't.
std::optional<std::int64_t> usesOf(const consent::Edit& edit)
{
    std::optional<std::int64_t> most;
    for (const consent::DetailEdit& detail : edit.details)
        most = std::max(most, detail.uses);
    return most;
}

QRadioButton* choice(const QString& words)
{
    auto* radio = new QRadioButton(isolated(words));
    radio->setAccessibleName(words);
    return radio;
}

/// A wheel that scrolls the form must not turn the field under it.
template <typename Field> class Quiet final : public Field {
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};
} // namespace

TimePart::TimePart(const consent::ScreenFacts& facts, const consent::Edit& edit, const QLocale& locale, QWidget* parent)
    : QWidget(parent)
    , m_facts(facts)
    , m_locale(locale)
    , m_mostUses(mostUses(facts.asked))
    , m_durations(new QButtonGroup(this))
    , m_often(new QButtonGroup(this))
    , m_until(new PlainLabel)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() / 3);
    addDurations(edit);
    m_until->setObjectName(u"until"_s);
    column->addWidget(m_until);
    if (m_mostUses > 1)
        addOften(edit);
}

void TimePart::addDurations(const consent::Edit& edit)
{
    auto* choices = new FlowLayout(fontMetrics().height());
    for (const consent::Duration duration : consent::offeredDurations(m_facts)) {
        auto* radio = choice(durationWords(duration, m_facts.purpose));
        radio->setChecked(duration == edit.duration);
        m_durations->addButton(radio, static_cast<int>(duration));
        m_controls.push_back(radio);
        choices->addWidget(radio);
        if (duration == consent::Duration::UntilDate)
            addDate(edit, choices);
    }
    connect(m_durations, &QButtonGroup::idClicked, this, &TimePart::edited);
    static_cast<QVBoxLayout*>(layout())->addLayout(choices);
}

void TimePart::addDate(const consent::Edit& edit, QLayout* choices)
{
    const UnixSeconds longest = std::min(
        m_facts.asked.end().value_or(m_facts.at + permissions::kMaxGrantLife), m_facts.at + permissions::kMaxGrantLife);
    m_date = new Quiet<QDateTimeEdit>;
    m_date->setLocale(m_locale);
    m_date->setCalendarPopup(true);
    m_date->setMinimumDateTime(localTime(m_facts.at + std::chrono::minutes(1)));
    m_date->setMaximumDateTime(localTime(longest));
    m_date->setDateTime(localTime(edit.untilDate.value_or(std::min(longest, m_facts.at + consent::kDefaultGrantLife))));
    m_date->setAccessibleName(tr("Until this date and time"));
    m_date->hide(); // shown by show(), when it is in the window: before, it would be one of its own
    connect(m_date, &QDateTimeEdit::dateTimeChanged, this, &TimePart::edited);
    m_controls.push_back(m_date);
    choices->addWidget(m_date);
}

void TimePart::addOften(const consent::Edit& edit)
{
    const auto uses = usesOf(edit);
    const Often now = !uses ? Often::AsAsked : *uses == 1 ? Often::Once : Often::Counted;
    auto* choices = new FlowLayout(fontMetrics().height());
    const auto add = [&](Often often, const QString& words) {
        auto* radio = choice(words);
        radio->setChecked(often == now);
        m_often->addButton(radio, static_cast<int>(often));
        m_controls.push_back(radio);
        choices->addWidget(radio);
    };
    add(Often::AsAsked,
        m_mostUses == permissions::kMaxUses ? tr("as often as it likes") : permissions::timesLabel(m_mostUses));
    add(Often::Once, tr("once"));
    add(Often::Counted, tr("at most so often:"));
    addCount(choices);
    if (now == Often::Counted)
        m_count->setValue(static_cast<int>(std::min<std::int64_t>(*uses, kMostCounted)));
    connect(m_often, &QButtonGroup::idClicked, this, &TimePart::edited);
    connect(m_count, &QSpinBox::valueChanged, this, &TimePart::edited);
    static_cast<QVBoxLayout*>(layout())->addLayout(choices);
}

void TimePart::addCount(QLayout* choices)
{
    m_count = new Quiet<QSpinBox>;
    m_count->setLocale(m_locale);
    m_count->setRange(1, static_cast<int>(std::min<std::int64_t>(m_mostUses, kMostCounted)));
    m_count->setValue(std::min(kFirstCount, m_count->maximum()));
    m_count->setGroupSeparatorShown(true);
    m_count->setAccessibleName(tr("At most so often"));
    m_count->setObjectName(u"uses"_s);
    m_count->hide();
    m_controls.push_back(m_count);
    choices->addWidget(m_count);
}

std::optional<std::int64_t> TimePart::chosenUses() const
{
    switch (static_cast<Often>(m_often->checkedId())) {
    case Often::Once:
        return 1;
    case Often::Counted:
        return m_count->value();
    case Often::AsAsked:
        break;
    }
    return std::nullopt;
}

void TimePart::applyTo(consent::Edit& edit) const
{
    if (m_durations->checkedId() >= 0)
        edit.duration = static_cast<consent::Duration>(m_durations->checkedId());
    edit.untilDate.reset();
    if (edit.duration == consent::Duration::UntilDate)
        edit.untilDate = UnixSeconds{m_date->dateTime().toSecsSinceEpoch()};
    const auto uses = m_count ? chosenUses() : std::nullopt;
    for (std::size_t i = 0; i < edit.details.size(); ++i) {
        const auto asked = m_facts.asked.details[i].uses.value_or(permissions::kMaxUses);
        edit.details[i].uses = uses && *uses < asked ? uses : std::nullopt;
    }
}

void TimePart::show(const consent::Screen& screen)
{
    m_until->setText(screen.until);
    m_date->setVisible(m_durations->checkedId() == static_cast<int>(consent::Duration::UntilDate));
    if (m_count)
        m_count->setVisible(m_often->checkedId() == static_cast<int>(Often::Counted));
}

} // namespace countersign::ui
