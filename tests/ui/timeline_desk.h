// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A timeline to be looked at and worked with.
#pragma once

#include "tests/ui/samples.h"
#include "tests/ui/walk.h"
#include "ui/timeline/log_work_bar.h"
#include "ui/timeline/story_view.h"
#include "ui/timeline/timeline_page.h"

#include <QListView>
#include <QPushButton>
#include <QTest>

#include <utility>

namespace countersign::ui {

using namespace Qt::StringLiterals;
using authority::Finding;
using authority::Story;
using samples::kNow;

inline QPushButton* buttonThatSays(const QWidget& in, const QString& text)
{
    for (QPushButton* button : walk::all<QPushButton>(in)) {
        if (button->text().startsWith(text) && button->isVisible())
            return button;
    }
    return nullptr;
}

inline QString words(const QWidget& in)
{
    QStringList lines;
    for (const QLabel* label : walk::all<QLabel>(in)) {
        if (label->isVisible())
            lines.append(label->text());
    }
    return lines.join(u'\n');
}

/// A timeline whose authority only remembers what it was told.
struct Timeline {
    Timeline() : page(deeds(), clock)
    {
        page.resize(1000, 800);
        page.show();
        ready = QTest::qWaitForWindowExposed(&page);
    }
    TimelineDeeds deeds()
    {
        TimelineDeeds deeds;
        deeds.fetch = [](const auto&, std::optional<std::uint64_t> before, int count, const auto& answer) {
            answer(samples::timelinePage(20, before, count));
        };
        deeds.story = [this](std::uint64_t entry, const auto& answer) {
            ++storiesRead;
            Story told = samples::story(entry);
            change(told);
            answer(told);
        };
        deeds.checkLog = [this](authority::LongWork given, TimelineDeeds::Answer<std::uint64_t> answer) {
            work = std::move(given);
            answering = std::move(answer);
        };
        deeds.cancelWeeklyCheck = [this] { ++weeklyCancelled; };
        deeds.exportLines = [this](authority::TimelineFile file, authority::LongWork given,
                                TimelineDeeds::Answer<std::uint64_t> answer) {
            exported = std::move(file);
            work = std::move(given);
            answering = std::move(answer);
        };
        deeds.erase = [this](std::uint64_t entry, const TimelineDeeds::Answer<void>& answer) {
            erased.push_back(entry);
            answer({});
        };
        deeds.narrow = [this](const GrantId& grant) { narrowed.push_back(grant); };
        deeds.nameServer = [this](const Thumbprint& server, const QString& name, const auto& answer) {
            named.emplace_back(server, name);
            answer(naming);
        };
        deeds.files.saveEvidence = [this](const TimelineFiles::Evidence& wanted, const auto& answer) {
            saved.push_back(wanted);
            answer({});
        };
        deeds.files.importReceipts = [this](std::uint64_t entry, const QString& path, const auto& answer) {
            imported.emplace_back(entry, path);
            answer(importing);
        };
        return deeds;
    }
    void open(int row) { list()->setCurrentIndex(list()->model()->index(row, 0)); }
    [[nodiscard]] QListView* list() const { return page.findChild<QListView*>(u"timeline"_s); }
    [[nodiscard]] StoryView& story() const { return *page.findChild<StoryView*>(); }
    [[nodiscard]] LogWorkBar& bar() const { return *page.findChild<LogWorkBar*>(); }

    ManualClock clock{kNow};
    std::function<void(Story&)> change = [](Story&) { };
    int storiesRead = 0;
    int weeklyCancelled = 0;
    authority::LongWork work;
    TimelineDeeds::Answer<std::uint64_t> answering;
    authority::TimelineFile exported;
    std::vector<std::uint64_t> erased;
    std::vector<GrantId> narrowed;
    std::vector<std::pair<Thumbprint, QString>> named;
    Result<void> naming;
    std::vector<TimelineFiles::Evidence> saved;
    std::vector<std::pair<std::uint64_t, QString>> imported;
    Result<authority::ImportedReceipts> importing = authority::ImportedReceipts{};
    TimelinePage page;
    bool ready = false;
};

} // namespace countersign::ui
