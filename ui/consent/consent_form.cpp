// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/consent_form.h"

#include "ui/common/flow_layout.h"
#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/time_words.h"
#include "ui/consent/action_line.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QDateTimeEdit>
#include <QFontDatabase>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QRadioButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kExactLines = 9;

QString durationWords(consent::Duration duration)
{
    switch (duration) {
    case consent::Duration::FifteenMinutes:
        return ConsentForm::tr("15 minutes");
    case consent::Duration::OneHour:
        return ConsentForm::tr("1 hour");
    case consent::Duration::UntilTonight:
        return ConsentForm::tr("until tonight");
    case consent::Duration::UntilDate:
        return ConsentForm::tr("until a date");
    case consent::Duration::AsAsked:
        return ConsentForm::tr("as long as it asked");
    }
    return {};
}

bool fits(const consent::Edit& edit, const consent::ScreenFacts& facts)
{
    const auto sameSize = [](const std::vector<bool>& kept, const permissions::AgentDelegation& detail) {
        return kept.size() == detail.actions.size();
    };
    return std::ranges::equal(edit.keptActions, facts.asked.details, sameSize)
        && std::ranges::contains(consent::offeredDurations(facts), edit.duration);
}

/// A wheel that scrolls the form must not turn the date under it.
class QuietDateEdit final : public QDateTimeEdit {
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};
} // namespace

ConsentForm::ConsentForm(
    consent::ScreenFacts facts, const std::optional<consent::Edit>& edit, const QLocale& locale, QWidget* parent)
    : QWidget(parent)
    , m_facts(std::move(facts))
    , m_locale(locale.bcp47Name()) // the authority composes it again, and knows no more of the locale than this
    , m_edit(edit && fits(*edit, m_facts) ? *edit : consent::initialEdit(m_facts))
    , m_screen(consent::composeScreen(m_facts, m_edit, m_locale))
{
    const int space = fontMetrics().height();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space, space, space, space);
    column->setSpacing(space);
    addHead();
    column->addLayout(addSections());
    addExact();
    column->addStretch();
    orderFocus();
    compose();
}

QWidget* ConsentForm::first() const
{
    return m_summary;
}

void ConsentForm::setBlockButton(QWidget* button)
{
    m_block = button;
    m_nameRow->addWidget(button);
    m_nameRow->setAlignment(button, Qt::AlignTop);
    orderFocus();
}

void ConsentForm::addHead()
{
    const int space = fontMetrics().height();
    auto* row = new QHBoxLayout;
    row->setSpacing(space);
    auto* picture = new QLabel;
    const int side = space * 5 / 2;
    picture->setPixmap(appIcon().pixmap(QSize(side, side), devicePixelRatio()));
    m_summary = new PlainLabel(m_screen.summary, PlainLabel::Size::Heading);
    m_summary->setObjectName(u"summary"_s);
    m_summary->setFocusable();
    m_news = new Notice(Tone::Caution);
    m_news->setObjectName(u"news"_s);
    auto* words = new QVBoxLayout;
    words->setSpacing(space * 2 / 3);
    words->addWidget(m_summary);
    words->addWidget(m_news);
    row->addWidget(picture, 0, Qt::AlignTop);
    row->addLayout(words, 1);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

QGridLayout* ConsentForm::addSections()
{
    const int space = fontMetrics().height();
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(space * 3 / 2);
    grid->setVerticalSpacing(space);
    grid->setColumnStretch(1, 1);
    int row = 0;
    const auto section = [&](const QString& caption, QWidget* contents) {
        grid->addWidget(makeCaption(caption), row, 0, Qt::AlignLeading | Qt::AlignTop);
        grid->addWidget(contents, row, 1);
        ++row;
    };
    section(tr("Who"), makeWho());
    section(tr("What"), makeWhat());
    section(tr("Until"), makeUntil());
    auto* why = new PlainLabel(m_screen.why.isEmpty() ? tr("It gave no reason.") : m_screen.why);
    why->setObjectName(u"why"_s);
    auto* reason = new QWidget;
    auto* reasonColumn = new QVBoxLayout(reason);
    reasonColumn->setContentsMargins(0, 0, 0, 0);
    reasonColumn->setSpacing(0);
    reasonColumn->addWidget(why);
    if (!m_screen.why.isEmpty()) {
        auto* itsWords = new PlainLabel(tr("(its words)"));
        itsWords->setQuiet();
        reasonColumn->addWidget(itsWords);
    }
    section(tr("Why"), reason);
    return grid;
}

QWidget* ConsentForm::makeWho()
{
    auto* who = new QWidget;
    auto* column = new QVBoxLayout(who);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() / 4);
    auto* nameRow = new QHBoxLayout;
    auto* name = new PlainLabel(m_screen.claimedName, PlainLabel::Size::Large);
    name->setObjectName(u"claimedName"_s);
    nameRow->addWidget(name, 1, Qt::AlignTop);
    m_nameRow = nameRow;
    column->addLayout(nameRow);
    for (const QString& line : std::as_const(m_screen.known)) {
        auto* known = new PlainLabel(line);
        known->setObjectName(u"known"_s);
        known->setQuiet();
        column->addWidget(known);
    }
    return who;
}

QWidget* ConsentForm::makeWhat()
{
    auto* what = new QWidget;
    auto* column = new QVBoxLayout(what);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() / 4);
    int detail = -1;
    for (const consent::Screen::ActionLine& action : m_screen.actions) {
        if (action.detail != detail) {
            if (detail >= 0)
                column->addSpacing(fontMetrics().height() / 3);
            detail = action.detail;
            auto* place = new PlainLabel(tr("at %1").arg(action.place));
            place->setObjectName(u"place"_s);
            place->setQuiet();
            column->addWidget(place);
        }
        auto* line = new ActionLine(action);
        line->box()->setChecked(
            m_edit.keptActions[static_cast<std::size_t>(action.detail)][static_cast<std::size_t>(action.action)]);
        connect(line->box(), &QCheckBox::toggled, this,
            [this, from = action.detail, which = action.action](bool kept) { keep(from, which, kept); });
        m_boxes.push_back(line->box());
        column->addWidget(line);
    }
    return what;
}

QWidget* ConsentForm::makeUntil()
{
    auto* until = new QWidget;
    auto* column = new QVBoxLayout(until);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() / 3);
    auto* choices = new FlowLayout(fontMetrics().height());
    m_durations = new QButtonGroup(this);
    for (const consent::Duration duration : consent::offeredDurations(m_facts)) {
        auto* radio = new QRadioButton(durationWords(duration));
        radio->setChecked(duration == m_edit.duration);
        m_durations->addButton(radio, static_cast<int>(duration));
        choices->addWidget(radio);
        if (duration == consent::Duration::UntilDate)
            addDate(choices);
    }
    connect(
        m_durations, &QButtonGroup::idClicked, this, [this](int id) { choose(static_cast<consent::Duration>(id)); });
    m_until = new PlainLabel;
    m_until->setObjectName(u"until"_s);
    column->addLayout(choices);
    column->addWidget(m_until);
    return until;
}

void ConsentForm::addDate(QLayout* choices)
{
    const UnixSeconds longest = std::min(
        m_facts.asked.end().value_or(m_facts.at + permissions::kMaxGrantLife), m_facts.at + permissions::kMaxGrantLife);
    m_date = new QuietDateEdit;
    m_date->setLocale(m_locale);
    m_date->setCalendarPopup(true);
    m_date->setMinimumDateTime(localTime(m_facts.at + std::chrono::minutes(1)));
    m_date->setMaximumDateTime(localTime(longest));
    m_date->setDateTime(
        localTime(m_edit.untilDate.value_or(std::min(longest, m_facts.at + consent::kDefaultGrantLife))));
    m_date->setAccessibleName(tr("Until this date and time"));
    m_date->hide(); // shown by compose(), when it is in the window: before, it would be one of its own
    connect(m_date, &QDateTimeEdit::dateTimeChanged, this, [this] { choose(consent::Duration::UntilDate); });
    choices->addWidget(m_date);
}

void ConsentForm::addExact()
{
    m_showExact = new QToolButton;
    m_showExact->setText(tr("Exactly what you would sign"));
    m_showExact->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_showExact->setArrowType(layoutDirection() == Qt::RightToLeft ? Qt::LeftArrow : Qt::RightArrow);
    m_showExact->setAutoRaise(true);
    m_showExact->setCheckable(true);
    m_showExact->setFocusPolicy(Qt::StrongFocus);
    m_showExact->setObjectName(u"showExact"_s);
    m_exact = new QPlainTextEdit;
    m_exact->setObjectName(u"exact"_s);
    m_exact->setReadOnly(true);
    m_exact->setTabChangesFocus(true);
    m_exact->setAccessibleName(tr("Exactly what you would sign"));
    m_exact->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_exact->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    m_exact->setMinimumHeight(fontMetrics().lineSpacing() * kExactLines);
    m_exact->hide();
    connect(m_showExact, &QToolButton::toggled, this, [this](bool shown) {
        const Qt::ArrowType closed = layoutDirection() == Qt::RightToLeft ? Qt::LeftArrow : Qt::RightArrow;
        m_showExact->setArrowType(shown ? Qt::DownArrow : closed);
        m_exact->setVisible(shown);
        if (shown)
            Q_EMIT unfolded(m_exact);
    });
    layout()->addWidget(m_showExact);
    layout()->addWidget(m_exact);
}

void ConsentForm::compose()
{
    m_screen = consent::composeScreen(m_facts, m_edit, m_locale);
    m_summary->setText(m_screen.summary);
    m_news->setWords(tr("New"), m_screen.news.join(u'\n'));
    m_news->setVisible(!m_screen.news.isEmpty());
    m_until->setText(m_screen.until);
    m_date->setVisible(m_edit.duration == consent::Duration::UntilDate);
    m_exact->setPlainText(m_screen.exact);
}

void ConsentForm::keep(int detail, int action, bool kept)
{
    m_edit.keptActions[static_cast<std::size_t>(detail)][static_cast<std::size_t>(action)] = kept;
    compose();
    Q_EMIT edited();
}

void ConsentForm::choose(consent::Duration duration)
{
    m_edit.duration = duration;
    m_edit.untilDate.reset();
    if (duration == consent::Duration::UntilDate)
        m_edit.untilDate = UnixSeconds{m_date->dateTime().toSecsSinceEpoch()};
    compose();
    Q_EMIT edited();
}

void ConsentForm::orderFocus()
{
    QWidget* last = m_summary;
    const auto then = [&last](QWidget* next) {
        if (next)
            setTabOrder(last, next);
        last = next ? next : last;
    };
    then(m_block);
    for (QCheckBox* box : m_boxes)
        then(box);
    const QList<QAbstractButton*> durations = m_durations->buttons();
    for (QAbstractButton* radio : durations)
        then(radio);
    then(m_date);
    then(m_showExact);
    then(m_exact);
}

} // namespace countersign::ui
