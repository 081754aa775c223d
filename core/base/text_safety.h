// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Text that came from outside, made fit for a screen: plain, bounded, with nothing invisible in it.
// (Unicode UTS #39 for confusables' scripts, UAX #9 for bidirectional controls.)
#pragma once

#include <QString>

#include <cstddef>
#include <string_view>

namespace countersign {

inline constexpr std::size_t kMaxShownText = 500; ///< characters shown before "the rest on demand"

struct SafeText {
    QString text; ///< control, bidi and invisible characters written out as ⟨U+202E⟩; bounded
    bool escaped = false; ///< something was written out
    bool mixedScripts = false; ///< letters of scripts that don't go together in one word (Latin with Cyrillic, …)
    bool truncated = false;

    bool operator==(const SafeText&) const = default;
};

/// `utf8` with line breaks turned into spaces, invalid UTF-8 written as ⟨XX⟩. Never longer than `maxCharacters`
/// (user-perceived), an ellipsis included; escapes count as they are written.
[[nodiscard]] SafeText safeText(std::string_view utf8, std::size_t maxCharacters = kMaxShownText);

/// Whether `utf8` is valid UTF-8 without control, bidi, invisible or unassigned characters: what CIBA Core 1.0
/// (section 7.1, binding_message) lets us demand of text that must be shown as it is.
[[nodiscard]] bool isPlainText(std::string_view utf8);

/// UTF-8 validity (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] bool isValidUtf8(std::string_view bytes);

} // namespace countersign
