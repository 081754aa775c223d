// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What can be done from the story of an entry.
#include "ui/common/notice.h"
#include "ui/timeline/evidence_dialog.h"
#include "ui/timeline/server_dialog.h"
#include "ui/timeline/story_view.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

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
        tr("Erase the private details of entry %1 for good?").arg(m_entry->index), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(m_entry->sentence + u"\n\n"_s
        + tr("Gone, here and at the other entries of the same request: what exactly was sent or asked (query, "
             "arguments, "
             "content, texts), and what stood on the screen.\n"
             "Stays: who did what under which grant and when, the decision, and the proof of it. The log will say that "
             "you erased this. Files that you saved before are not changed."));
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
    using Bodies = TimelineFiles::Evidence::Bodies;
    const bool hasBody = m_story->sent && m_story->sent->body;
    auto* dialog = new EvidenceDialog(u"countersign-%1"_s.arg(m_story->entry.index),
        hasBody ? EvidenceDialog::Bodies::Kept : EvidenceDialog::Bodies::None, this);
    connect(dialog, &QFileDialog::fileSelected, this, [this, dialog](const QString& path) {
        saveEvidence(path, dialog->withBodies() ? Bodies::Included : Bodies::LeftOut);
    });
    dialog->open();
}

void StoryView::saveEvidence(const QString& path, TimelineFiles::Evidence::Bodies bodies)
{
    if (!m_story)
        return;
    m_deeds.files.saveEvidence({m_story->entry.index, path, bodies}, [view = QPointer(this)](const Result<void>& done) {
        if (StoryView* shown = view)
            shown->report(tr("The evidence was not saved."), done);
    });
}

void StoryView::chooseReceipts()
{
    auto* dialog = new QFileDialog(this, tr("Receipts of other servers"));
    dialog->setOption(QFileDialog::DontUseNativeDialog); // the desktop's portal does not serve a protected program
    dialog->setAcceptMode(QFileDialog::AcceptOpen);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Evidence, or receipts (*.json)"), tr("All files (*)")});
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, &StoryView::importReceipts);
    dialog->open();
}

void StoryView::importReceipts(const QString& path)
{
    if (!m_story)
        return;
    auto answer = readAgainOr(tr("Nothing was taken in."));
    m_deeds.files.importReceipts(
        m_story->entry.index, path, [answer](const Result<authority::ImportedReceipts>& imported) {
            answer(imported ? Result<void>() : std::unexpected(imported.error()));
        });
}

void StoryView::nameServer(const Thumbprint& key, const QString& claimed)
{
    auto* dialog = new ServerDialog(
        key, claimed,
        [this, key](const QString& name, const ServerDialog::Answer& answer) {
            auto readAgain = readAgainOr({});
            m_deeds.nameServer(key, name, [answer, readAgain](const Result<void>& done) {
                answer(done);
                if (done)
                    readAgain(done);
            });
        },
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

TimelineDeeds::Answer<void> StoryView::readAgainOr(const QString& failure)
{
    return [view = QPointer(this), generation = m_generation, failure](const Result<void>& done) {
        StoryView* shown = view;
        if (shown == nullptr || shown->m_generation != generation)
            return;
        shown->report(failure, done);
        if (done)
            shown->read();
    };
}

void StoryView::report(const QString& what, const Result<void>& result)
{
    m_problem->setVisible(!result);
    if (!result)
        m_problem->setWords(what, QString::fromStdString(result.error().message));
}

} // namespace countersign::ui
