// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/consent_form.h"

#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/trust_part.h"
#include "ui/consent/demands_part.h"
#include "ui/consent/difference_list.h"
#include "ui/consent/limits_part.h"
#include "ui/consent/time_part.h"
#include "ui/consent/what_part.h"

#include <QFontDatabase>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kExactLines = 9;

/// Whether an edit of older facts can be gone on with.
bool fits(const consent::Edit& edit, const consent::ScreenFacts& facts)
{
    const consent::Edit whole = consent::initialEdit(facts);
    const auto sameShape = [](const consent::DetailEdit& some, const consent::DetailEdit& other) {
        const auto sizes = [](const std::vector<bool>& values) { return values.size(); };
        return some.keptActions.size() == other.keptActions.size()
            && std::ranges::equal(some.keptValues, other.keptValues, {}, sizes, sizes)
            && some.maxDepth <= other.maxDepth;
    };
    return std::ranges::equal(edit.details, whole.details, sameShape)
        && (facts.purpose == consent::Purpose::Action
            || std::ranges::contains(consent::offeredDurations(facts), edit.duration));
}

QWidget* stacked(std::initializer_list<QWidget*> parts)
{
    auto* holder = new QWidget;
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(holder->fontMetrics().height() / 4);
    for (QWidget* part : parts)
        column->addWidget(part);
    return holder;
}

PlainLabel* quiet(const QString& text)
{
    auto* label = new PlainLabel(text);
    label->setQuiet();
    return label;
}
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
    m_changes = new DifferenceList;
    m_changes->setObjectName(u"changes"_s);
    auto* words = new QVBoxLayout;
    words->setSpacing(space * 2 / 3);
    words->addWidget(m_summary);
    words->addWidget(m_news);
    words->addWidget(m_changes);
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
    if (m_facts.action)
        section(tr("What"), makeAction());
    else
        addParts(section);
    if (m_facts.purpose != consent::Purpose::Amendment && !m_facts.action)
        section(tr("Why"), makeWhy());
    return grid;
}

/// What can be edited.
void ConsentForm::addParts(const std::function<void(const QString&, QWidget*)>& section)
{
    m_what = new WhatPart(m_screen, m_edit);
    m_time = new TimePart(m_facts, m_edit, m_locale);
    section(tr("What"), m_what);
    connect(m_what, &WhatPart::edited, this, &ConsentForm::take);
    if (LimitsPart::isNeeded(m_screen)) {
        m_limits = new LimitsPart(m_facts, m_screen, m_edit, m_locale);
        section(tr("Limits"), m_limits);
        connect(m_limits, &LimitsPart::edited, this, &ConsentForm::take);
    }
    section(tr("Until"), m_time);
    connect(m_time, &TimePart::edited, this, &ConsentForm::take);
}

/// One action: what it does where, and every argument as it was sent.
QWidget* ConsentForm::makeAction()
{
    auto* because = new PlainLabel(m_screen.askedBecause);
    because->setObjectName(u"askedBecause"_s);
    auto* arguments = new QFrame;
    arguments->setFrameShape(QFrame::StyledPanel);
    auto* column = new QVBoxLayout(arguments);
    column->setSpacing(fontMetrics().height() / 4);
    for (const QString& line : std::as_const(m_screen.arguments)) {
        auto* argument = new PlainLabel(line);
        argument->setObjectName(u"argument"_s);
        argument->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        column->addWidget(argument);
    }
    if (m_screen.arguments.isEmpty())
        column->addWidget(quiet(tr("without any argument")));
    return stacked({because, quiet(tr("with exactly this:")), arguments, new PlainLabel(m_screen.until)});
}

QWidget* ConsentForm::makeWhy()
{
    auto* why = new PlainLabel(m_screen.why.isEmpty() ? tr("It gave no reason.") : m_screen.why);
    why->setObjectName(u"why"_s);
    return m_screen.why.isEmpty() ? static_cast<QWidget*>(why) : stacked({why, quiet(tr("(its words)"))});
}

QWidget* ConsentForm::makeWho()
{
    auto* who = new QWidget;
    auto* column = new QVBoxLayout(who);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() / 4);
    auto* nameRow = new QHBoxLayout;
    auto* claimed = new PlainLabel(
        m_screen.claimedName, m_screen.ownName.isEmpty() ? PlainLabel::Size::Large : PlainLabel::Size::Normal);
    claimed->setObjectName(u"claimedName"_s);
    auto* names = new QVBoxLayout;
    if (!m_screen.ownName.isEmpty()) {
        auto* own = new PlainLabel(m_screen.ownName, PlainLabel::Size::Large);
        own->setObjectName(u"ownName"_s);
        names->addWidget(own);
    }
    names->addWidget(claimed);
    nameRow->addLayout(names, 1);
    m_nameRow = nameRow;
    column->addLayout(nameRow);
    for (const QString& line : std::as_const(m_screen.known)) {
        auto* known = quiet(line);
        known->setObjectName(u"known"_s);
        column->addWidget(known);
    }
    auto* trust = new TrustPart;
    trust->setTrust(m_screen.trust);
    column->addWidget(trust);
    m_demands = new DemandsPart;
    column->addWidget(m_demands);
    return who;
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
    m_changes->setChanges(m_screen.changes);
    m_changes->setVisible(!m_screen.changes.empty());
    m_demands->setDemands(m_screen.demands);
    if (m_limits)
        m_limits->show(m_screen);
    if (m_time)
        m_time->show(m_screen);
    m_exact->setPlainText(m_screen.exact);
}

void ConsentForm::take()
{
    m_what->applyTo(m_edit);
    m_time->applyTo(m_edit);
    if (m_limits)
        m_limits->applyTo(m_edit);
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
    const auto thenAll = [&then](const auto* part) {
        if (!part)
            return;
        for (QWidget* control : part->controls())
            then(control);
    };
    then(m_block);
    thenAll(m_what);
    thenAll(m_limits);
    thenAll(m_time);
    then(m_showExact);
    then(m_exact);
}

} // namespace countersign::ui
