// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/constraint.h"

#include <array>

namespace countersign::permissions {

namespace {

/// The literal text between two stars.
class Segment {
public:
    /// Takes the next one off `glob`, without the star that ends it. False: too long, or a '\' with nothing after it.
    bool take(std::string_view& glob)
    {
        m_size = 0;
        while (!glob.empty() && glob.front() != '*') {
            if (glob.front() == '\\')
                glob.remove_prefix(1);
            if (glob.empty() || m_size == m_bytes.size())
                return false;
            m_bytes[m_size++] = glob.front();
            glob.remove_prefix(1);
        }
        return true;
    }

    [[nodiscard]] std::string_view text() const { return {m_bytes.data(), m_size}; }

    /// Where it first ends in `text`, by Knuth, Morris and Pratt: no byte of `text` is looked at again. npos: nowhere.
    [[nodiscard]] std::size_t endIn(std::string_view text) const
    {
        if (m_size == 0)
            return 0;
        std::array<std::size_t, kMaxPatternBytes> border{}; // of each beginning: how much of its end begins it too
        const auto advance = [&](std::size_t matched, char next) {
            while (matched > 0 && m_bytes[matched] != next)
                matched = border[matched - 1];
            return m_bytes[matched] == next ? matched + 1 : matched;
        };
        for (std::size_t i = 1; i < m_size; ++i)
            border[i] = advance(border[i - 1], m_bytes[i]);
        std::size_t matched = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            matched = advance(matched, text[i]);
            if (matched == m_size)
                return i + 1;
        }
        return std::string_view::npos;
    }

private:
    std::array<char, kMaxPatternBytes> m_bytes{};
    std::size_t m_size = 0;
};

} // namespace

bool matchesGlob(std::string_view glob, std::string_view text)
{
    Segment segment;
    if (!segment.take(glob) || !text.starts_with(segment.text()))
        return false;
    text.remove_prefix(segment.text().size());
    if (glob.empty())
        return text.empty();
    while (true) {
        glob.remove_prefix(1); // the star
        if (!segment.take(glob))
            return false;
        if (glob.empty())
            return text.ends_with(segment.text());
        // The first place is as good as any later one: it leaves the most to the rest.
        const std::size_t end = segment.endIn(text);
        if (end == std::string_view::npos)
            return false;
        text.remove_prefix(end);
    }
}

} // namespace countersign::permissions
