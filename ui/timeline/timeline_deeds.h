// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the timeline can have done. Answers come later, on the GUI thread.
#pragma once

#include "core/authority/story.h"
#include "core/base/result.h"
#include "ui/timeline/timeline_files.h"
#include "ui/timeline/timeline_model.h"

#include <QString>

#include <cstdint>
#include <functional>

namespace countersign::ui {

struct TimelineDeeds {
    template <typename T> using Answer = std::function<void(const Result<T>&)>;

    TimelineModel::Fetch fetch;
    std::function<void(std::uint64_t entry, Answer<authority::Story>)> story;
    std::function<void(authority::TimelineFile, authority::LongWork, Answer<std::uint64_t> lines)> exportLines;
    std::function<void(authority::LongWork, Answer<std::uint64_t> entries)> checkLog;
    std::function<void()> cancelWeeklyCheck;
    std::function<void(std::uint64_t entry, Answer<void>)> erase;
    /// Opens the form that narrows a grant.
    std::function<void(const GrantId&)> narrow;
    /// The person knows on another way whose key this is. Empty name: not any more.
    std::function<void(const Thumbprint& server, const QString& name, Answer<void>)> nameServer;
    TimelineFiles files;
};

} // namespace countersign::ui
