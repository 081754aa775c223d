// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the timeline can have done with files: it reads and writes none itself. Answers come later, on the GUI thread.
#pragma once

#include "core/authority/person_api.h"
#include "core/base/result.h"

#include <QString>

#include <cstdint>
#include <functional>

namespace countersign::ui {

struct TimelineFiles {
    template <typename T> using Answer = std::function<void(const Result<T>&)>;

    struct Evidence {
        std::uint64_t entry = 0;
        QString path;
        enum class Bodies : std::uint8_t { LeftOut, Included } bodies = Bodies::LeftOut; ///< of requests
    };
    /// Writes an evidence file about one entry; a page for a browser where the name ends in ".html". Empty: it can't.
    std::function<void(const Evidence&, Answer<void>)> saveEvidence;
    /// Takes in what other servers decided about the action in an entry, from a file of theirs. Empty: it can't.
    std::function<void(std::uint64_t entry, const QString& path, Answer<authority::ImportedReceipts>)> importReceipts;
};

} // namespace countersign::ui
