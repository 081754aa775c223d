// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files that are named as arguments.
#pragma once

#include "app/countersignctl/command.h"

#include <QString>

#include <cstddef>
#include <string>

namespace countersign::ctl {

/// What is in the file, or on standard input where `name` is "-"; of one that is longer than `maxBytes` just one more,
/// so that whoever reads it can tell.
[[nodiscard]] Answer<std::string> readInput(const QString& name, std::size_t maxBytes);

} // namespace countersign::ctl
