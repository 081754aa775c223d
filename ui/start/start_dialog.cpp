// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/start/start_dialog.h"

#include "ui/common/copy_line.h"
#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/passphrase_edit.h"
#include "ui/common/plain_label.h"
#include "ui/start/passphrase_rules.h"

#include <QHBoxLayout>
#include <QPointer>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kWide = 52; // widths of "m"
constexpr int kHigh = 24; // lines
} // namespace

StartDialog::StartDialog(Facts facts, Begin begin, QWidget* parent)
    : QDialog(parent)
    , m_facts(std::move(facts))
    , m_begin(std::move(begin))
    , m_pages(new QStackedWidget)
    , m_problem(new Notice(Tone::Danger))
    , m_progress(new PlainLabel)
    , m_back(new QPushButton(tr("Back")))
    , m_next(new QPushButton)
{
    setWindowTitle(tr("Welcome to Countersign"));
    setWindowIcon(appIcon());
    const int space = fontMetrics().height();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space * 3 / 2, space * 3 / 2, space * 3 / 2, space);
    column->setSpacing(space);
    for (QWidget* page : {makeWhat(), makeKeys(), makePassphrase(), makeConnect()})
        m_pages->addWidget(page);
    m_problem->hide();
    column->addWidget(m_pages, 1);
    column->addWidget(m_problem);
    auto* row = new QHBoxLayout;
    m_progress->setQuiet();
    row->addWidget(m_progress, 1);
    row->addWidget(m_back);
    row->addWidget(m_next);
    column->addLayout(row);
    m_back->setAutoDefault(false);
    m_next->setDefault(true);
    m_next->setObjectName(u"next"_s);
    connect(m_back, &QPushButton::clicked, this, [this] { go(static_cast<Step>(m_pages->currentIndex() - 1)); });
    connect(m_next, &QPushButton::clicked, this, &StartDialog::next);
    go(Step::What);
}

QSize StartDialog::sizeHint() const
{
    return QSize(fontMetrics().horizontalAdvance(u'm') * kWide, fontMetrics().lineSpacing() * kHigh)
        .expandedTo(QDialog::sizeHint());
}

QWidget* StartDialog::makePage(const QString& title, const std::vector<QWidget*>& parts)
{
    const int space = fontMetrics().height();
    auto* page = new QWidget;
    page->setAccessibleName(title);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space * 2 / 3);
    auto* head = new QHBoxLayout;
    head->setSpacing(space);
    auto* picture = new QLabel;
    const int side = space * 5 / 2;
    picture->setPixmap(appIcon().pixmap(QSize(side, side), devicePixelRatio()));
    auto* heading = new PlainLabel(title, PlainLabel::Size::Heading);
    heading->setFocusable();
    head->addWidget(picture);
    head->addWidget(heading, 1);
    column->addLayout(head);
    for (QWidget* part : parts)
        column->addWidget(part);
    column->addStretch();
    return page;
}

QWidget* StartDialog::makeWhat()
{
    return makePage(tr("You decide what agents may do"),
        {new PlainLabel(tr("Programs that act for you ask here before they act. You see exactly what one of them "
                           "wants, leave out what you don't like, and approve or deny it.")),
            new PlainLabel(tr("What you approve ends by itself. You see all of it with its time running, and can take "
                              "any of it back at once.")),
            new PlainLabel(tr("Every request and every decision is kept in a log that shows if anybody changes it. All "
                              "of it stays on this computer."))});
}

QWidget* StartDialog::makeKeys()
{
    m_places = new KeyPlaceChoice(m_facts.places, KeyPlaceChoice::Proposal::Best);
    return makePage(tr("Where your keys will rest"),
        {new PlainLabel(tr("Countersign makes keys to sign what you approve and what it records. Choose where they are "
                           "kept; this is decided once.")),
            m_places});
}

QWidget* StartDialog::makePassphrase()
{
    m_first = new PassphraseEdit(tr("New passphrase"));
    m_second = new PassphraseEdit(tr("The same once more"));
    m_first->setObjectName(u"passphrase"_s);
    m_second->setObjectName(u"passphraseAgain"_s);
    return makePage(tr("Your passphrase"),
        {new PlainLabel(tr("It locks the key that signs what you approve. The keychain alone does not do that: it "
                           "opens to every program that you run, agents too.")),
            new PlainLabel(
                tr("You type it once after each login, when you first approve something. At least %1 characters.")
                    .arg(kShortestPassphrase)),
            m_first, m_second,
            new PlainLabel(tr("It can't be recovered. Without it nothing can be approved; revoking always works."))});
}

QWidget* StartDialog::makeConnect()
{
    auto* address = new CopyLine(tr("Address for agents"), m_facts.issuer);
    auto* line = new CopyLine(tr("Try it with the sample agent"), m_facts.connectLine);
    auto* addressCaption = makeCaption(tr("For an agent that speaks OAuth (CIBA), this is the issuer:"));
    auto* lineCaption = makeCaption(tr("To try it, type this in a terminal:"));
    addressCaption->setWordWrap(true);
    lineCaption->setWordWrap(true);
    return makePage(tr("Connect an agent"),
        {new PlainLabel(tr("Countersign is ready. It stays in the tray, and tells you when an agent asks.")),
            addressCaption, address, lineCaption, line});
}

StartDialog::Step StartDialog::step() const
{
    return static_cast<Step>(m_pages->currentIndex());
}

void StartDialog::go(Step to)
{
    m_problem->hide();
    m_pages->setCurrentIndex(static_cast<int>(to));
    m_back->setVisible(to == Step::Keys || to == Step::Passphrase);
    m_back->setEnabled(true);
    m_next->setEnabled(to != Step::Keys || !m_places->chosen().isEmpty());
    m_next->setText(to == Step::Connect ? tr("Done") : to == Step::Passphrase ? tr("Make the keys") : tr("Next"));
    m_progress->setText(tr("Step %1 of %2").arg(m_pages->currentIndex() + 1).arg(m_pages->count()));
    if (to == Step::Passphrase)
        m_first->setFocus();
    else
        m_next->setFocus();
}

void StartDialog::next()
{
    switch (step()) {
    case Step::What:
        return go(Step::Keys);
    case Step::Keys:
        return go(Step::Passphrase);
    case Step::Passphrase:
        return begin();
    case Step::Connect:
        return accept();
    }
}

void StartDialog::begin()
{
    if (const QString problem = passphraseProblem(*m_first, *m_second); !problem.isEmpty()) {
        m_problem->setWords(problem);
        m_problem->show();
        m_first->setFocus();
        return;
    }
    m_problem->hide();
    m_next->setEnabled(false);
    m_back->setEnabled(false);
    m_progress->setText(tr("Making the keys…"));
    Choice choice{m_places->chosen(), m_first->take()};
    m_second->setText({});
    m_begin(choice, [guarded = QPointer(this)](const Result<void>& result) {
        StartDialog* dialog = guarded;
        if (dialog == nullptr)
            return;
        if (result)
            return dialog->go(Step::Connect);
        dialog->go(Step::Passphrase);
        dialog->m_problem->setWords(tr("The keys were not made."), QString::fromStdString(result.error().message));
        dialog->m_problem->show();
    });
    wipe(choice.passphrase);
}

} // namespace countersign::ui
