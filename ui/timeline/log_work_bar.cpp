// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/log_work_bar.h"

#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/time_words.h"

#include <QDateTime>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLocale>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kFull = 1000; ///< of the progress bar: its own numbers are too small for a log

QString number(std::uint64_t value)
{
    return QLocale().toString(static_cast<qulonglong>(value));
}
} // namespace

LogWorkBar::LogWorkBar(const TimelineDeeds& deeds, std::function<authority::TimelineChoice()> choice, QWidget* parent)
    : QWidget(parent)
    , m_deeds(deeds)
    , m_choice(std::move(choice))
    , m_check(new QPushButton(tr("Check the log")))
    , m_export(new QPushButton(tr("Export what is listed…")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_progress(new QProgressBar)
    , m_last(new PlainLabel)
    , m_good(new Notice(Tone::Calm))
    , m_bad(new Notice(Tone::Danger))
{
    m_check->setObjectName(u"checkLog"_s);
    m_check->setAccessibleDescription(tr("Reads every entry again and compares it with what was signed."));
    m_export->setObjectName(u"exportTimeline"_s);
    m_export->setAccessibleDescription(tr("Writes the entries that the filter shows to a file."));
    m_cancel->setObjectName(u"cancelLogWork"_s);
    m_progress->setRange(0, kFull);
    m_last->setQuiet();
    auto* row = new QHBoxLayout;
    for (QPushButton* button : {m_check, m_export}) {
        button->setAutoDefault(false);
        row->addWidget(button);
    }
    row->addWidget(m_progress, 1);
    row->addWidget(m_cancel);
    row->addWidget(m_last, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_good);
    column->addWidget(m_bad);
    column->addLayout(row);
    for (QWidget* part : std::initializer_list<QWidget*>{m_good, m_bad, m_progress, m_cancel})
        part->hide();
    connect(m_check, &QPushButton::clicked, this, &LogWorkBar::check);
    connect(m_export, &QPushButton::clicked, this, &LogWorkBar::chooseFile);
    connect(m_cancel, &QPushButton::clicked, this, [this] { cancel(); });
    updateWords();
}

LogWorkBar::~LogWorkBar()
{
    m_stop.request_stop();
}

void LogWorkBar::setLastCheck(std::optional<UnixSeconds> at)
{
    m_lastCheck = at;
    updateWords();
}

void LogWorkBar::setWeekly(std::optional<authority::CheckProgress> progress)
{
    m_weekly = progress;
    updateWords();
}

void LogWorkBar::cancel()
{
    if (m_work == Work::UnderWay)
        m_stop.request_stop();
    else if (m_deeds.cancelWeeklyCheck)
        m_deeds.cancelWeeklyCheck();
}

void LogWorkBar::showWork(const QString& what)
{
    m_progress->setFormat(what + u" %p %"_s);
    m_progress->setAccessibleName(what);
}

authority::LongWork LogWorkBar::begin(const QString& what)
{
    m_work = Work::UnderWay;
    m_stop = std::stop_source();
    m_progress->setValue(0);
    showWork(what);
    m_good->hide();
    m_bad->hide();
    updateWords();
    m_cancel->setFocus();
    return {.progress =
                [bar = QPointer(this)](std::uint64_t done, std::uint64_t total) {
                    if (LogWorkBar* shown = bar)
                        shown->showProgress(done, total);
                },
        .stop = m_stop.get_token()};
}

void LogWorkBar::showProgress(std::uint64_t done, std::uint64_t total)
{
    m_progress->setValue(total == 0 ? 0 : static_cast<int>(done * kFull / total));
}

void LogWorkBar::check()
{
    if (m_work == Work::UnderWay)
        return;
    m_deeds.checkLog(begin(tr("Checking the log")), [bar = QPointer(this)](const Result<std::uint64_t>& entries) {
        if (LogWorkBar* shown = bar)
            shown->endCheck(entries);
    });
}

void LogWorkBar::endCheck(const Result<std::uint64_t>& entries)
{
    m_work = Work::None;
    updateWords();
    m_check->setFocus();
    if (entries)
        say(*m_good, tr("The log is whole."),
            tr("All of its %1 entries are as they were written and signed.").arg(number(*entries)));
    else if (entries.error().code == ErrorCode::Cancelled)
        say(*m_good, tr("The check was cancelled."), tr("Nothing is known of the part that was not looked at."));
    else if (entries.error().code == ErrorCode::StorageCorrupt)
        say(*m_bad, tr("The log is broken."),
            tr("The first thing that is wrong: %1\nWhat stands before it is proven. Nothing new is granted; revoking "
               "goes on. Keep a copy of the data folder, and find out who could write to it.")
                .arg(QString::fromStdString(entries.error().message)));
    else if (entries.error().code == ErrorCode::StorageRolledBack)
        say(*m_bad, tr("The log is whole as far as it goes, but older than it was."),
            tr("%1\nWhat was decided since is not in it. Find out who put it back, and confirm above what is to "
               "become of it.")
                .arg(QString::fromStdString(entries.error().message)));
    else
        say(*m_bad, tr("The log could not be checked."), QString::fromStdString(entries.error().message));
}

void LogWorkBar::chooseFile()
{
    auto* dialog = new QFileDialog(this, tr("Export what is listed"));
    dialog->setObjectName(u"exportDialog"_s);
    dialog->setOption(QFileDialog::DontUseNativeDialog); // the desktop's portal does not serve a protected program
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    const QString csv = tr("Table for spreadsheets (*.csv)");
    const QString lines = tr("JSON lines for programs (*.jsonl)");
    dialog->setNameFilters({csv, lines});
    dialog->setDefaultSuffix(u"csv"_s);
    connect(dialog, &QFileDialog::filterSelected, dialog,
        [dialog, csv](const QString& filter) { dialog->setDefaultSuffix(filter == csv ? u"csv"_s : u"jsonl"_s); });
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        exportTo(path,
            path.endsWith(u".jsonl"_s) ? authority::TimelineFile::Form::JsonLines : authority::TimelineFile::Form::Csv);
    });
    dialog->open();
}

void LogWorkBar::exportTo(const QString& path, authority::TimelineFile::Form form)
{
    if (m_work == Work::UnderWay)
        return;
    m_deeds.exportLines({form, path, m_choice()}, begin(tr("Exporting")),
        [bar = QPointer(this), path](const Result<std::uint64_t>& lines) {
            if (LogWorkBar* shown = bar)
                shown->endExport(path, lines);
        });
}

void LogWorkBar::endExport(const QString& path, const Result<std::uint64_t>& lines)
{
    m_work = Work::None;
    updateWords();
    m_export->setFocus();
    if (lines)
        say(*m_good, tr("%1 entries were written.").arg(number(*lines)), QDir::toNativeSeparators(path));
    else if (lines.error().code == ErrorCode::Cancelled)
        say(*m_good, tr("The export was cancelled."), tr("No file was written."));
    else
        say(*m_bad, tr("Nothing was exported."), QString::fromStdString(lines.error().message));
}

void LogWorkBar::say(Notice& notice, const QString& title, const QString& body)
{
    notice.setWords(title, body);
    notice.show();
}

void LogWorkBar::updateWords()
{
    const bool works = m_work == Work::UnderWay;
    m_check->setEnabled(!works);
    m_export->setEnabled(!works);
    const bool weekly = !works && m_weekly;
    if (weekly) {
        showWork(tr("The weekly check of the log"));
        showProgress(m_weekly->done, m_weekly->total);
    }
    m_progress->setVisible(works || weekly);
    m_cancel->setVisible(works || weekly);
    m_last->setVisible(!works && !weekly);
    m_last->setText(m_lastCheck
            ? tr("Last found whole: %1").arg(QLocale().toString(localTime(*m_lastCheck), QLocale::ShortFormat))
            : tr("Not checked as a whole yet; that is done once a week."));
}

} // namespace countersign::ui
