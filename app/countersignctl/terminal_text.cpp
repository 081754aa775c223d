// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/terminal_text.h"

#include "core/base/text_safety.h"

#include <QDateTime>
#include <QString>

#include <algorithm>
#include <array>

namespace countersign::ctl {

namespace {
std::size_t width(const std::string& text)
{
    return static_cast<std::size_t>(QString::fromStdString(text).toUcs4().size());
}
} // namespace

std::string shown(std::string_view text)
{
    return safeText(text).text.toStdString();
}

std::string localTime(UnixSeconds at)
{
    return QDateTime::fromSecsSinceEpoch(at.value).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")).toStdString();
}

std::string spoken(std::chrono::seconds duration)
{
    struct Unit {
        std::int64_t seconds;
        std::string_view name;
    };
    static constexpr std::array kUnits{Unit{86400, " d"}, Unit{3600, " h"}, Unit{60, " min"}, Unit{1, " s"}};
    const std::int64_t total = std::max<std::int64_t>(duration.count(), 0);
    const auto* const first = std::ranges::find_if(kUnits, [&](const Unit& unit) { return total >= unit.seconds; });
    if (first == kUnits.end())
        return "0 s";
    std::string text = std::to_string(total / first->seconds) + std::string(first->name);
    if (const auto* const second = std::next(first); second != kUnits.end()) {
        if (const std::int64_t rest = total % first->seconds / second->seconds; rest > 0)
            text += ' ' + std::to_string(rest) + std::string(second->name);
    }
    return text;
}

Table::Table(std::initializer_list<std::string> header) : m_rows{header} { }

void Table::add(std::vector<std::string> row)
{
    m_rows.push_back(std::move(row));
}

std::string Table::text() const
{
    std::vector<std::size_t> widths(m_rows.front().size());
    for (const auto& row : m_rows) {
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], width(row[column]));
    }
    std::string out;
    for (const auto& row : m_rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            out += row[column];
            if (column + 1 < row.size())
                out.append(widths[column] - width(row[column]) + 2, ' ');
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& lines)
{
    std::size_t widest = 0;
    for (const auto& [name, value] : lines)
        widest = std::max(widest, width(name));
    std::string out;
    for (const auto& [name, value] : lines)
        out.append(name).append(1, ':').append(widest - width(name) + 2, ' ').append(value).append(1, '\n');
    return out;
}

} // namespace countersign::ctl
