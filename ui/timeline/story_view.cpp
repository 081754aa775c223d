// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/story_view.h"

#include "ui/common/flow_layout.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/time_words.h"
#include "ui/timeline/chain_path.h"
#include "ui/timeline/proof_words.h"
#include "ui/timeline/story_words.h"

#include <QClipboard>
#include <QDateTime>
#include <QFileDialog>
#include <QFontDatabase>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLocale>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

using authority::Story;
using authority::StoryConsent;
using authority::TimelineEntry;

namespace {
constexpr int kHigh = 18; // lines

void addLine(QGridLayout& grid, const QString& caption, const QStringList& lines)
{
    if (lines.isEmpty())
        return;
    const int row = grid.rowCount();
    auto* words = new PlainLabel(lines.join(u'\n'));
    words->setObjectName(u"storyLine"_s);
    words->setAccessibleName(caption + u": "_s + words->text());
    words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    grid.addWidget(makeCaption(caption), row, 0, Qt::AlignTop);
    grid.addWidget(words, row, 1);
}

/// A long text that opens on demand.
void addText(QGridLayout& grid, const QString& caption, const QString& summary, const QString& text)
{
    auto* open = new QToolButton;
    open->setText(summary);
    open->setAccessibleName(caption + u": "_s + summary);
    open->setCheckable(true);
    open->setArrowType(Qt::RightArrow);
    open->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    open->setAutoRaise(true);
    auto* shown = new QPlainTextEdit(text);
    shown->setReadOnly(true);
    shown->setTabChangesFocus(true);
    shown->setAccessibleName(caption);
    shown->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    shown->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    shown->setMinimumHeight(shown->fontMetrics().lineSpacing() * 12);
    shown->hide();
    QObject::connect(open, &QToolButton::toggled, shown, [open, shown](bool on) {
        open->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
        shown->setVisible(on);
    });
    const int row = grid.rowCount();
    grid.addWidget(makeCaption(caption), row, 0, Qt::AlignTop);
    grid.addWidget(open, row, 1, Qt::AlignLeading);
    grid.addWidget(shown, row + 1, 1);
}

/// What of the entry could be erased: beside the leaf, or the text of the screen that it was decided on.
bool hasPrivateDetails(const Story& story)
{
    return story.entry.privateDetails == TimelineEntry::Private::Kept
        || std::ranges::any_of(story.consents, [&](const StoryConsent& consent) {
               return consent.entry == story.entry.index && !consent.screen.isEmpty();
           });
}
} // namespace

StoryView::StoryView(const TimelineDeeds& deeds, QWidget* parent)
    : QFrame(parent)
    , m_deeds(deeds)
    , m_sentence(new PlainLabel({}, PlainLabel::Size::Large))
    , m_about(new PlainLabel)
    , m_problem(new Notice(Tone::Danger))
    , m_path(new ChainPath)
    , m_scroll(new QScrollArea)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, fontMetrics().height() / 2, 0, 0);
    m_sentence->setObjectName(u"entrySentence"_s);
    m_about->setQuiet();
    m_path->setObjectName(u"entryPath"_s);
    m_problem->hide();
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setAccessibleName(tr("The story of the selected entry"));
    for (QWidget* part : std::initializer_list<QWidget*>{m_sentence, m_about, m_problem, m_path})
        column->addWidget(part);
    addActions();
    column->addWidget(m_scroll, 1);
    clear();
}

void StoryView::addActions()
{
    auto* row = new FlowLayout(fontMetrics().height() / 2);
    m_actions = row;
    m_narrow = addAction(tr("Narrow this grant so that this can't happen again…"),
        tr("Opens the form that takes back a part of the grant under which it happened."), &StoryView::narrow);
    m_copy =
        addAction(tr("Copy the receipt"), tr("Puts the signed receipt on the clipboard."), &StoryView::copyReceipt);
    m_save = addAction(tr("Save evidence…"),
        tr("Writes a file with which somebody else can check this without trusting you."),
        &StoryView::chooseEvidenceFile);
    m_erase = addAction(tr("Erase private details…"),
        tr("Removes what was sent and read for good, after one question. The proof stays."), &StoryView::askToErase);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

QPushButton* StoryView::addAction(const QString& text, const QString& description, void (StoryView::*pressed)())
{
    auto* button = new QPushButton(text);
    button->setAutoDefault(false);
    button->setAccessibleDescription(description);
    m_actions->addWidget(button);
    connect(button, &QPushButton::clicked, this, pressed);
    return button;
}

QSize StoryView::sizeHint() const
{
    return {QFrame::sizeHint().width(), fontMetrics().lineSpacing() * kHigh};
}

void StoryView::clear()
{
    ++m_generation;
    m_entry.reset();
    m_story.reset();
    hide();
}

void StoryView::setEntry(const TimelineEntry& entry)
{
    m_entry = entry;
    m_story.reset();
    m_problem->hide();
    m_path->hide();
    m_sentence->setText(entry.sentence);
    QStringList about{QLocale().toString(localTime(entry.at), QLocale::LongFormat), tr("entry %1").arg(entry.index)};
    if (!entry.agentName.isEmpty())
        about.append(tr("agent “%1”").arg(entry.agentName));
    about.append(proofBadge(entry));
    m_about->setText(about.join(u" · "_s));
    m_about->setAccessibleName(about.join(u", "_s) + u", "_s + proofSentence(entry));
    updateActions();
    show();
    read();
}

void StoryView::read()
{
    m_deeds.story(m_entry->index, [view = QPointer(this), generation = ++m_generation](const Result<Story>& story) {
        StoryView* shown = view;
        if (shown == nullptr || shown->m_generation != generation)
            return;
        if (story)
            shown->tell(*story);
        else
            shown->report(tr("The story of this entry can't be read."), std::unexpected(story.error()));
    });
}

void StoryView::tell(const Story& story)
{
    m_story = story;
    if (isWrong(story)) {
        m_problem->setWords(tr("The proof of this entry is broken."), story.proof.problem);
        m_problem->show();
    }
    tellPath(story);
    auto* contents = new QWidget;
    auto* grid = new QGridLayout(contents);
    grid->setColumnStretch(1, 1);
    grid->setHorizontalSpacing(fontMetrics().height());
    grid->setVerticalSpacing(fontMetrics().height() / 3);
    tellRequest(*grid, story);
    tellChain(*grid, story);
    tellConsents(*grid, story);
    addLine(*grid, tr("Proof"), proofFindings(story));
    addText(*grid, tr("Entry"), tr("As it stands in the log"), story.entry.details);
    grid->setRowStretch(grid->rowCount(), 1);
    m_scroll->setWidget(contents); // the one before goes
    updateActions();
}

void StoryView::tellPath(const Story& story)
{
    m_path->setStops(pathStops(story));
    m_path->setVisible(!story.chain.empty());
}

void StoryView::tellRequest(QGridLayout& grid, const Story& story)
{
    if (story.sent)
        addLine(grid, tr("Sent"), sentWords(*story.sent));
    if (story.sent && !story.sent->arguments.isEmpty())
        addLine(grid, tr("With"), story.sent->arguments);
    if (story.sent && story.entry.privateDetails == TimelineEntry::Private::Erased)
        addLine(grid, tr("With"), {tr("Erased.")});
    if (!story.because.isEmpty())
        addLine(grid, tr("Why"), {story.because});
    if (story.outcome)
        addLine(grid, tr("Outcome"), {outcomeSentence(*story.outcome)});
    if (!story.upstream.empty())
        addLine(grid, tr("Elsewhere"), upstreamWords(story.upstream));
}

void StoryView::tellChain(QGridLayout& grid, const Story& story)
{
    for (std::size_t i = 0; i < story.chain.size(); ++i) {
        const authority::StoryHop& hop = story.chain[i];
        addLine(grid, i == 0 ? tr("Grant") : tr("Handed on"), hopWords(hop));
    }
}

void StoryView::tellConsents(QGridLayout& grid, const Story& story)
{
    for (const StoryConsent& consent : story.consents) {
        const QString words = consentSentence(consent);
        if (consent.screen.isEmpty())
            addLine(grid, consentCaption(consent), {words});
        else
            addText(grid, consentCaption(consent), words, consent.screen);
    }
}

void StoryView::updateActions()
{
    const bool isTold = m_story.has_value();
    m_narrow->setVisible(isTold && !m_story->chain.empty());
    m_narrow->setEnabled(isTold && std::ranges::any_of(m_story->chain, &authority::StoryHop::isLive));
    m_copy->setVisible(isTold && !m_story->receipt.isEmpty());
    m_save->setVisible(isTold && !m_story->receipt.isEmpty() && m_deeds.saveEvidence);
    m_save->setEnabled(isTold && m_story->proof.inclusion == authority::Finding::Right);
    m_erase->setVisible(isTold && hasPrivateDetails(*m_story));
}

void StoryView::copyReceipt()
{
    QGuiApplication::clipboard()->setText(m_story->receipt);
}

/// The last hand that still holds something: what is taken back there can't be done by those below it either.
void StoryView::narrow()
{
    const auto& chain = m_story->chain;
    const auto last = std::find_if(chain.rbegin(), chain.rend(), [](const auto& hop) { return hop.isLive; });
    if (last != chain.rend())
        m_deeds.narrow(last->grant);
}

void StoryView::askToErase()
{
    auto* question = new QMessageBox(QMessageBox::Warning, tr("Erase private details?"),
        tr("Erase the private details of this entry for good?"), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(tr(
        "Gone: what exactly was sent or asked (query, arguments, texts), and what stood on the screen.\n"
        "Stays: who did what under which grant and when, the decision, and the proof of it. The log will say that you "
        "erased this. Files that you saved before are not changed."));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setDefaultButton(QMessageBox::Cancel);
    QPushButton* erase = question->addButton(tr("Erase"), QMessageBox::DestructiveRole);
    erase->setObjectName(u"confirmErase"_s);
    connect(erase, &QPushButton::clicked, this, &StoryView::erase);
    question->open();
}

void StoryView::erase()
{
    if (!m_story)
        return;
    m_deeds.erase(
        m_story->entry.index, [view = QPointer(this), entry = m_story->entry.index](const Result<void>& done) {
            StoryView* shown = view;
            if (shown == nullptr)
                return;
            if (done)
                Q_EMIT shown->erased(entry);
            if (shown->m_entry && shown->m_entry->index == entry) {
                shown->report(tr("Nothing was erased."), done);
                shown->read();
            }
        });
}

void StoryView::chooseEvidenceFile()
{
    auto* dialog = new QFileDialog(this, tr("Save evidence"));
    dialog->setOption(QFileDialog::DontUseNativeDialog); // the desktop's portal does not serve a protected program
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    const QString page = tr("A page to look at in a browser (*.html)");
    dialog->setNameFilters({tr("Evidence to check with a program (*.evidence.json)"), page});
    dialog->setDefaultSuffix(u"evidence.json"_s);
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog, page](const QString& filter) {
        dialog->setDefaultSuffix(filter == page ? u"html"_s : u"evidence.json"_s);
    });
    dialog->selectFile(u"countersign-%1"_s.arg(m_story->entry.index));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, &StoryView::saveEvidence);
    dialog->open();
}

void StoryView::saveEvidence(const QString& path)
{
    if (!m_story)
        return;
    m_deeds.saveEvidence(m_story->entry.index, path, [view = QPointer(this)](const Result<void>& done) {
        if (StoryView* shown = view)
            shown->report(tr("The evidence was not saved."), done);
    });
}

void StoryView::report(const QString& what, const Result<void>& result)
{
    m_problem->setVisible(!result);
    if (!result)
        m_problem->setWords(what, QString::fromStdString(result.error().message));
}

} // namespace countersign::ui
