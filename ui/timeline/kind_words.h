// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The kinds of log entries in groups that a person looks for.
#pragma once

#include "core/audit/leaf.h"

#include <QString>

#include <vector>

namespace countersign::ui {

struct KindGroup {
    QString name;
    std::vector<audit::LeafKind> kinds; ///< empty: all
};

[[nodiscard]] std::vector<KindGroup> kindGroups();

} // namespace countersign::ui
