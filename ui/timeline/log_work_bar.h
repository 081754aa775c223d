// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Work on the whole log that takes a while, one at a time: checking it, and writing it to a file. Shows how far it is,
// lets the person cancel, and says plainly what came of it.
#pragma once

#include "core/base/clock.h"
#include "ui/timeline/timeline_deeds.h"

#include <QWidget>

#include <functional>
#include <optional>
#include <stop_token>

class QProgressBar;
class QPushButton;

namespace countersign::ui {

class Notice;
class PlainLabel;

class LogWorkBar final : public QWidget {
    Q_OBJECT
public:
    /// `deeds` outlives the bar. `choice`: what is exported.
    LogWorkBar(
        const TimelineDeeds& deeds, std::function<authority::TimelineChoice()> choice, QWidget* parent = nullptr);
    ~LogWorkBar() override; ///< cancels

    void setLastCheck(std::optional<UnixSeconds> at);
    /// The check that began by itself; nullopt: none runs. Shown while nothing else is under way.
    void setWeekly(std::optional<authority::CheckProgress> progress);
    void check(); ///< nothing, if something is under way
    void exportTo(const QString& path, authority::TimelineFile::Form form);

private:
    void chooseFile();
    /// The work that begins now; its progress is shown.
    [[nodiscard]] authority::LongWork begin(const QString& what);
    void showWork(const QString& what);
    void showProgress(std::uint64_t done, std::uint64_t total);
    void endCheck(const Result<std::uint64_t>& entries);
    void endExport(const QString& path, const Result<std::uint64_t>& lines);
    void say(Notice& notice, const QString& title, const QString& body = {});
    void updateWords();
    void cancel();

    const TimelineDeeds& m_deeds;
    std::function<authority::TimelineChoice()> m_choice;
    QPushButton* m_check;
    QPushButton* m_export;
    QPushButton* m_cancel;
    QProgressBar* m_progress;
    PlainLabel* m_last;
    Notice* m_good;
    Notice* m_bad;
    std::optional<UnixSeconds> m_lastCheck;
    std::stop_source m_stop;
    enum class Work : std::uint8_t { None, UnderWay } m_work = Work::None;
    std::optional<authority::CheckProgress> m_weekly;
};

} // namespace countersign::ui
