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
#include "ui/timeline/upstream_view.h"

#include <QDateTime>
#include <QFontDatabase>
#include <QGridLayout>
#include <QLocale>
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

void tellBody(QGridLayout& grid, const authority::SentBody& body)
{
    const QString words = bodySentence(body);
    if (body.text.isEmpty())
        addLine(grid, StoryView::tr("Content"), {words});
    else
        addText(grid, StoryView::tr("Content"), words, body.text);
}

/// What of the entry could be erased: beside the leaf, or the text of the screen that it was decided on.
bool hasPrivateDetails(const Story& story)
{
    return story.entry.privateDetails == TimelineEntry::Private::Kept || (story.sent && story.sent->body)
        || std::ranges::any_of(story.consents, [&](const StoryConsent& consent) {
               return consent.entry == story.entry.index && !consent.screen.isEmpty();
           });
}

bool isDecision(const Story& story)
{
    return story.entry.kind == audit::LeafKind::ActionPermitted || story.entry.kind == audit::LeafKind::ActionDenied;
}
} // namespace

StoryView::StoryView(const TimelineDeeds& deeds, QWidget* parent)
    : QFrame(parent)
    , m_deeds(deeds)
    , m_sentence(new PlainLabel({}, PlainLabel::Size::Large))
    , m_about(new PlainLabel)
    , m_problem(new Notice(Tone::Danger))
    , m_path(new ChainPath)
    , m_branches(new QWidget)
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
    auto* branches = new QVBoxLayout(m_branches);
    branches->setContentsMargins(0, 0, 0, 0);
    for (QWidget* part : std::initializer_list<QWidget*>{m_sentence, m_about, m_problem, m_path, m_branches})
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
    m_import = addAction(tr("Add receipts of other servers…"),
        tr("Takes in what other servers decided about the same action, from a file of theirs."),
        &StoryView::chooseReceipts);
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
    m_branches->hide();
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
    tellPaths(story);
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

void StoryView::tellPaths(const Story& story)
{
    auto paths = storyPaths(story);
    m_path->setStops(std::move(paths.front()));
    m_path->setVisible(!story.chain.empty());
    qDeleteAll(m_branches->findChildren<ChainPath*>(Qt::FindDirectChildrenOnly));
    for (std::size_t i = 1; i < paths.size(); ++i) {
        auto* path = new ChainPath;
        path->setStops(std::move(paths[i]));
        m_branches->layout()->addWidget(path);
    }
    m_branches->setVisible(m_path->isVisibleTo(this) && paths.size() > 1);
}

void StoryView::tellRequest(QGridLayout& grid, const Story& story)
{
    if (story.sent)
        addLine(grid, tr("Sent"), sentWords(*story.sent));
    if (story.sent && !story.sent->arguments.isEmpty())
        addLine(grid, tr("With"), story.sent->arguments);
    if (story.sent && story.entry.privateDetails == TimelineEntry::Private::Erased)
        addLine(grid, tr("With"), {tr("Erased.")});
    if (story.sent && story.sent->body)
        tellBody(grid, *story.sent->body);
    if (!story.because.isEmpty())
        addLine(grid, tr("Why"), {story.because});
    if (story.outcome)
        addLine(grid, tr("Outcome"), {outcomeSentence(*story.outcome)});
    if (!story.upstream.empty())
        tellUpstream(grid, story);
}

void StoryView::tellUpstream(QGridLayout& grid, const Story& story)
{
    auto* view = new UpstreamView(
        story.upstream, m_deeds.nameServer ? UpstreamView::Naming::Offered : UpstreamView::Naming::NotOffered);
    connect(view, &UpstreamView::nameWanted, this,
        [this](const QString& key, const QString& claimed) { nameServer(Thumbprint{key.toStdString()}, claimed); });
    connect(view, &UpstreamView::forgetWanted, this, [this](const QString& key) {
        m_deeds.nameServer(Thumbprint{key.toStdString()}, {}, readAgainOr(tr("This was not taken back.")));
    });
    const int row = grid.rowCount();
    grid.addWidget(makeCaption(tr("Elsewhere")), row, 0, Qt::AlignTop);
    grid.addWidget(view, row, 1);
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
    m_save->setVisible(isTold && !m_story->receipt.isEmpty() && m_deeds.files.saveEvidence);
    m_save->setEnabled(isTold && m_story->proof.inclusion == authority::Finding::Right);
    m_import->setVisible(isTold && m_deeds.files.importReceipts && !m_story->receipt.isEmpty() && isDecision(*m_story));
    m_erase->setVisible(isTold && hasPrivateDetails(*m_story));
}

} // namespace countersign::ui
