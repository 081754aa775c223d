// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Text for a terminal: columns, times and durations, and nothing from outside that could move the cursor. No colours
// and no escape codes at all, so that a pipe gets what a terminal gets.
#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::ctl {

/// Text from outside, made harmless and bounded (core/base/text_safety.h).
[[nodiscard]] std::string shown(std::string_view text);
/// The person's time zone, "2026-11-22 16:05:00".
[[nodiscard]] std::string localTime(UnixSeconds at);
/// "45 s", "4 min 12 s", "1 h 5 min", "3 d 2 h"; what is past is "0 s".
[[nodiscard]] std::string spoken(std::chrono::seconds duration);

/// Columns that are as wide as their widest cell, two spaces apart, no trailing spaces. Cells are shown() by the
/// caller.
class Table {
public:
    Table(std::initializer_list<std::string> header);
    void add(std::vector<std::string> row);
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::vector<std::string>> m_rows;
};

/// "name:   value" lines, the values in one column.
[[nodiscard]] std::string facts(const std::vector<std::pair<std::string, std::string>>& lines);

} // namespace countersign::ctl
