// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/consent_view.h"

#include "ui/common/decision_guard.h"
#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/passphrase_edit.h"
#include "ui/common/plain_label.h"
#include "ui/common/time_words.h"
#include "ui/consent/consent_form.h"
#include "ui/consent/outcome_words.h"

#include <QHBoxLayout>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

ConsentView::ConsentView(
    Asked asked, ConsentDeeds deeds, DecisionGuard& guard, const Clock& clock, const QLocale& locale, QWidget* parent)
    : QWidget(parent)
    , m_asked(std::move(asked))
    , m_deeds(std::move(deeds))
    , m_guard(guard)
    , m_clock(clock)
    , m_form(new ConsentForm(m_asked.facts, m_asked.edit, locale))
    , m_outcome(new Notice(Tone::Calm))
    , m_problem(new Notice(Tone::Danger))
    , m_footer(new QWidget)
    , m_risksRow(new QWidget)
    , m_risks(new PlainLabel)
    , m_hint(new PlainLabel)
    , m_passphraseRow(new QWidget)
    , m_passphraseWhy(new PlainLabel)
    , m_passphrase(new PassphraseEdit(tr("Your passphrase")))
    , m_countdown(new PlainLabel)
{
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(m_form);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(scroll, 1);
    auto* line = new QFrame;
    line->setFrameShape(QFrame::HLine);
    column->addWidget(line);
    addFooter();
    column->addWidget(m_footer);

    connect(m_form, &ConsentForm::edited, this, &ConsentView::judge);
    // In the next turn of the event loop: until then what was unfolded has no place.
    connect(
        m_form, &ConsentForm::unfolded, scroll, [scroll](QWidget* part) { scroll->ensureWidgetVisible(part); },
        Qt::QueuedConnection);
    m_ticker.setInterval(std::chrono::seconds(1));
    connect(&m_ticker, &QTimer::timeout, this, &ConsentView::tick);
    setProof(Proof::NotNeeded);
    judge();
    tick();
}

void ConsentView::addFooter()
{
    const int space = fontMetrics().height();
    auto* column = new QVBoxLayout(m_footer);
    column->setContentsMargins(space, space * 2 / 3, space, space * 2 / 3);
    column->setSpacing(space / 2);
    m_outcome->setObjectName(u"outcome"_s);
    m_problem->setObjectName(u"problem"_s);
    addRisks();
    m_hint->setObjectName(u"hint"_s);
    m_countdown->setObjectName(u"countdown"_s);
    m_passphrase->setObjectName(u"passphrase"_s);
    m_countdown->setQuiet();

    auto* passphrase = new QVBoxLayout(m_passphraseRow);
    passphrase->setContentsMargins(0, 0, 0, 0);
    passphrase->addWidget(m_passphraseWhy);
    passphrase->addWidget(m_passphrase);

    for (QWidget* part : {static_cast<QWidget*>(m_outcome), static_cast<QWidget*>(m_problem), m_passphraseRow,
             m_risksRow, static_cast<QWidget*>(m_hint)}) {
        part->hide();
        column->addWidget(part);
    }
    m_buttons = new QHBoxLayout;
    column->addLayout(m_buttons);
    addButtons();
}

void ConsentView::addRisks()
{
    const int side = fontMetrics().height();
    auto* row = new QHBoxLayout(m_risksRow);
    row->setContentsMargins(0, 0, 0, 0);
    auto* mark = new QLabel;
    mark->setPixmap(icon(Glyph::Warning, palette()).pixmap(QSize(side, side), devicePixelRatio()));
    m_risks->setObjectName(u"risks"_s);
    row->addWidget(mark, 0, Qt::AlignTop);
    row->addWidget(m_risks, 1);
}

void ConsentView::addButtons()
{
    using Press = DecisionButton::Press;
    const auto button = [this](const DecisionButton::Words& words, Press press = Press::Tap) {
        return new DecisionButton(words, press, m_guard, m_clock, this);
    };
    m_later = button({isAmendment() ? tr("Leave it as it is") : tr("Decide later"), {}, {}});
    m_deny = button({tr("Deny"), {}, {}});
    m_block = button({tr("Block this agent…"), {}, {}});
    m_approve = button(isAmendment()
            ? DecisionButton::Words{tr("Take back"), tr("Hold to take back"), tr("Let go to take back")}
            : DecisionButton::Words{tr("Approve"), tr("Hold to approve"), tr("Let go to approve")},
        Press::HoldKey);
    if (!isAmendment())
        m_form->setBlockButton(m_block);
    nameButtons();

    connect(m_later, &DecisionButton::decided, this, [this] { m_deeds.later(); });
    connect(m_deny, &DecisionButton::decided, this, &ConsentView::deny);
    connect(m_block, &DecisionButton::decided, this, &ConsentView::askToBlock);
    connect(m_approve, &DecisionButton::decided, this, &ConsentView::approve);
    connect(m_approve, &DecisionButton::releasedTooEarly, this, [this] {
        m_hint->setText(tr("Nothing was decided. Hold the button until its ring is full, then let go."));
        m_hint->show();
    });

    m_buttons->setSpacing(fontMetrics().height() * 2 / 3);
    m_buttons->addWidget(m_countdown, 1);
    for (DecisionButton* each : {m_later, m_deny, m_approve})
        m_buttons->addWidget(each);
    for (DecisionButton* each : {m_deny, m_block})
        each->setHidden(isAmendment());
}

void ConsentView::nameButtons()
{
    m_later->setObjectName(u"later"_s);
    m_deny->setObjectName(u"deny"_s);
    m_approve->setObjectName(u"approve"_s);
    m_block->setObjectName(u"block"_s);
    m_approve->setAccessibleDescription(
        tr("With the keyboard: hold Space until it says to let go. Enter does nothing."));
    m_later->setAccessibleDescription(isAmendment() ? tr("Closes this window; nothing is changed.")
                                                    : tr("Closes this window; the request goes on waiting."));
}

bool ConsentView::isAmendment() const
{
    return m_asked.facts.purpose == consent::Purpose::Amendment;
}

const consent::ScreenFacts& ConsentView::facts() const
{
    return m_asked.facts;
}

const consent::Edit& ConsentView::edit() const
{
    return m_form->edit();
}

void ConsentView::setOnward(QWidget* button)
{
    m_buttons->addWidget(button);
    button->setFocus(Qt::OtherFocusReason);
}

void ConsentView::focusFirst()
{
    m_form->first()->setFocus(Qt::OtherFocusReason);
}

void ConsentView::setKey(Key key)
{
    m_key = key;
    if (m_proof != Proof::NoInput)
        setProof(key == Key::Sealed ? Proof::KeySealed : Proof::NotNeeded);
}

void ConsentView::setProof(Proof proof)
{
    m_proof = proof;
    m_passphraseRow->setVisible(proof != Proof::NotNeeded);
    m_passphraseWhy->setText(proof == Proof::NoInput
            ? tr("Approve was pressed without mouse, touch or keyboard, which any program of yours can do. Type your "
                 "passphrase to show that it is you, and press Approve again.")
            : tr("Your key signs what you decide. Type its passphrase, once until you log out."));
}

void ConsentView::setStage(Stage stage)
{
    m_stage = stage;
    m_form->setEnabled(stage == Stage::Open);
    m_passphrase->setEnabled(stage == Stage::Open);
    for (DecisionButton* button : {m_later, m_approve})
        button->setVisible(stage != Stage::Ended);
    for (DecisionButton* button : {m_deny, m_block})
        button->setVisible(stage != Stage::Ended && !isAmendment());
    for (DecisionButton* button : {m_later, m_deny, m_block})
        button->setEnabled(stage == Stage::Open);
    judge();
}

/// What the edit in its present state allows, and how much care it takes.
void ConsentView::judge()
{
    const auto granted = consent::grantOf(m_asked.facts, m_form->edit());
    const QStringList risks = consent::risks(m_asked.facts, m_form->edit());
    m_approve->setEnabled(m_stage == Stage::Open && granted.has_value());
    const auto press = risks.isEmpty() ? DecisionButton::Press::HoldKey : DecisionButton::Press::Hold;
    if (press != m_approve->press()) {
        m_approve->setPress(press);
        m_guard.restart(); // the button just changed under the pointer
    }
    const QStringList cares = m_deeds.cautions ? risks + m_deeds.cautions(m_form->edit()) : risks;
    m_risks->setText(granted ? tr("Take care: %1").arg(cares.join(u' ')) : m_form->screen().exact);
    m_risksRow->setVisible(m_stage == Stage::Open && !(granted && cares.isEmpty()));
    if (m_stage != Stage::Open)
        m_hint->hide();
}

void ConsentView::tick()
{
    if (m_stage == Stage::Ended || !m_asked.expiresAt) {
        m_countdown->clear();
        return;
    }
    const std::chrono::seconds left = *m_asked.expiresAt - m_clock.now();
    m_countdown->setText(tr("ends by itself in %1").arg(countdown(left)));
    m_countdown->setAccessibleName(tr("Ends by itself in %1").arg(spanWords(left)));
}

void ConsentView::approve(DecisionButton::Source source)
{
    if (m_stage != Stage::Open || !m_approve->isEnabled())
        return;
    m_problem->hide();
    m_hint->hide();
    if (source == DecisionButton::Source::Program && m_passphrase->text().isEmpty())
        setProof(Proof::NoInput);
    if (m_proof == Proof::NotNeeded) {
        sign(consent::Presence::Click);
    } else if (m_passphrase->text().isEmpty()) {
        m_hint->setText(tr("Type your passphrase first."));
        m_hint->setVisible(m_proof == Proof::KeySealed);
        m_passphrase->setFocus(Qt::OtherFocusReason);
    } else {
        approveWithPassphrase();
    }
}

void ConsentView::approveWithPassphrase()
{
    setStage(Stage::Busy);
    QString passphrase = m_passphrase->take();
    m_deeds.unlock(passphrase, whenBusy([this](const Result<void>& unlocked) {
        if (unlocked)
            return sign(consent::Presence::Passphrase);
        setStage(Stage::Open);
        showProblem(tr("That did not unlock your key."), QString::fromStdString(unlocked.error().message));
        m_passphrase->setFocus(Qt::OtherFocusReason);
    }));
    wipe(passphrase);
}

void ConsentView::sign(consent::Presence presence)
{
    setStage(Stage::Busy);
    authority::Decision decision;
    decision.requestId = m_asked.facts.requestId;
    decision.edit = m_form->edit();
    decision.locale = m_form->screen().locale;
    decision.shownText = m_form->screen().text(decision.edit);
    decision.facts = m_asked.facts;
    decision.presence = presence;
    m_deeds.approve(std::move(decision),
        whenBusy([this](const Result<void>& result) { settle(result, consent::RequestState::Approved); }));
}

void ConsentView::deny()
{
    if (m_stage != Stage::Open)
        return;
    setStage(Stage::Busy);
    m_deeds.deny(whenBusy([this](const Result<void>& result) { settle(result, consent::RequestState::Denied); }));
}

void ConsentView::askToBlock()
{
    auto* question = new QMessageBox(QMessageBox::Warning, tr("Block this agent?"),
        tr("Block “%1”?").arg(m_asked.facts.agentName.text), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(tr("Its requests and its grants end now, and what it asks from then on is refused. "
                                    "This holds for its key and for the program that it runs as."));
    question->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* block = question->addButton(tr("Block"), QMessageBox::DestructiveRole);
    question->setDefaultButton(QMessageBox::Cancel);
    connect(block, &QPushButton::clicked, this, [this] {
        if (m_stage != Stage::Open)
            return;
        setStage(Stage::Busy);
        m_deeds.block(whenBusy([this](const Result<void>& result) { settle(result, consent::RequestState::Blocked); }));
    });
    question->open();
}

ConsentDeeds::Answer ConsentView::whenBusy(std::function<void(const Result<void>&)> then)
{
    return [view = QPointer(this), then = std::move(then)](const Result<void>& result) {
        const ConsentView* there = view;
        if (there != nullptr && there->m_stage == Stage::Busy)
            then(result);
    };
}

void ConsentView::settle(const Result<void>& result, consent::RequestState success)
{
    if (result)
        return showEnded(success);
    setStage(Stage::Open);
    m_guard.restart();
    showProblem(tr("Nothing was decided."), QString::fromStdString(result.error().message));
    Q_EMIT reopened();
}

void ConsentView::showProblem(const QString& title, const QString& body)
{
    m_problem->setWords(title, body);
    m_problem->show();
}

void ConsentView::showEnded(consent::RequestState how)
{
    if (m_stage == Stage::Ended)
        return;
    setStage(Stage::Ended);
    m_passphrase->clear();
    m_problem->hide();
    m_passphraseRow->hide();
    const OutcomeWords words = outcomeWords(how);
    m_outcome->setWords(words.title, words.body);
    m_outcome->show();
    tick();
    Q_EMIT ended();
}

void ConsentView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    tick();
    m_ticker.start();
}

void ConsentView::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_ticker.stop();
}

} // namespace countersign::ui
