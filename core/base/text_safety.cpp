// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/text_safety.h"

#include <QChar>
#include <QTextBoundaryFinder>

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>
#include <utility>
#include <vector>

namespace countersign {

namespace {
// Marks stacked on one letter beyond this draw over the lines around it.
constexpr int kMaxMarks = 4;
// A user-perceived character can be made of endless code points; this many UTF-16 units a character are enough.
constexpr std::size_t kMaxUnitsPerCharacter = 12;
constexpr std::size_t kMaxEscape = 10; // ⟨U+10FFFF⟩
constexpr char32_t kVariationSelectors = 0xFE00; // to 0xFE0F
constexpr QChar kEllipsis(0x2026);

struct Decoded {
    std::optional<char32_t> character; // nullopt: the byte starts no valid sequence
    std::size_t bytes = 1;
};

/// RFC 3629 section 4, table "UTF8-octets": the bounds of the second byte rule out overlong forms and surrogates.
Decoded decode(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(at);
    if (first < 0x80)
        return {first, 1};
    if (first < 0xC2 || first > 0xF4)
        return {};
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (text.size() - at < length)
        return {};

    const unsigned lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte(at + 1) < lowest || byte(at + 1) > highest)
        return {};
    char32_t character = first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80)
            return {};
        character = (character << 6U) | (byte(at + i) & 0x3FU);
    }
    return {character, length};
}

bool isMark(char32_t c)
{
    const QChar::Category category = QChar::category(c);
    return category == QChar::Mark_NonSpacing || category == QChar::Mark_SpacingCombining
        || category == QChar::Mark_Enclosing;
}

bool isVariationSelector(char32_t c)
{
    return c >= kVariationSelectors && c <= kVariationSelectors + 0xF;
}

/// Drawn as nothing, or as nothing but room, though their category is that of letters, marks or symbols
/// (Unicode's Default_Ignorable_Code_Point outside of Cf, and the Braille blank).
bool looksEmpty(char32_t c)
{
    return c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 || (c >= 0x180B && c <= 0x180F)
        || c == 0x2800 || c == 0x3164 || c == 0xFFA0 || isVariationSelector(c) || (c >= 0xE0000 && c <= 0xE0FFF);
}

bool isShowable(char32_t c)
{
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format: // all bidi controls, zero-width joiners, tags
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    case QChar::Separator_Space: // of the wide and narrow ones, those that languages need
        return c == 0x20 || c == 0xA0 || c == 0x202F || c == 0x3000;
    default:
        return !looksEmpty(c);
    }
}

bool isSpaceOnScreen(char32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/// What may be shown also depends on what stands before it.
class Filter {
public:
    bool passes(char32_t c)
    {
        const char32_t before = std::exchange(m_before, c);
        // "Draw this symbol as a picture": only where there is a symbol.
        if (isVariationSelector(c)) {
            const QChar::Category category = QChar::category(before);
            return (c & 0xFU) >= 0xE && (category == QChar::Symbol_Other || category == QChar::Symbol_Math);
        }
        m_marks = isMark(c) ? m_marks + 1 : 0;
        return m_marks <= kMaxMarks && isShowable(c);
    }

private:
    char32_t m_before = 0;
    int m_marks = 0;
};

/// Collects text, and where in it escapes stand: an escape is never cut in two.
class Writer {
public:
    void append(char32_t c) { m_text += QChar::fromUcs4(c); }
    void escape(const QString& inside)
    {
        const qsizetype start = m_text.size();
        m_text += QChar(0x27E8) + inside + QChar(0x27E9);
        m_escapes.emplace_back(start, m_text.size());
    }
    [[nodiscard]] const QString& text() const { return m_text; }
    [[nodiscard]] bool hasEscapes() const { return !m_escapes.empty(); }
    [[nodiscard]] qsizetype outsideOfEscapes(qsizetype cut) const
    {
        for (const auto& [start, end] : m_escapes) {
            if (start < cut && cut < end)
                return start;
        }
        return cut;
    }

private:
    QString m_text;
    std::vector<std::pair<qsizetype, qsizetype>> m_escapes;
};

/// Where the text must be cut so that maxCharacters remain, the ellipsis among them; nullopt when it fits.
std::optional<qsizetype> cutFor(const QString& text, std::size_t maxCharacters)
{
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
    qsizetype cut = 0;
    for (std::size_t characters = 0; finder.position() < text.size(); ++characters) {
        if (characters == maxCharacters)
            return cut;
        if (characters + 1 == maxCharacters)
            cut = finder.position();
        if (finder.toNextBoundary() < 0)
            break;
    }
    return std::nullopt;
}

using Scripts = std::bitset<QChar::ScriptCount>;

Scripts setOf(std::initializer_list<QChar::Script> scripts)
{
    Scripts set;
    for (const QChar::Script script : scripts)
        set.set(script);
    return set;
}

/// UTS #39 section 5.2, "Highly Restrictive": one script, or those that East Asian writing mixes.
bool goTogether(const Scripts& scripts)
{
    if (scripts.count() <= 1)
        return true;
    const std::array allowed{
        setOf({QChar::Script_Latin, QChar::Script_Han, QChar::Script_Hiragana, QChar::Script_Katakana}),
        setOf({QChar::Script_Latin, QChar::Script_Han, QChar::Script_Bopomofo}),
        setOf({QChar::Script_Latin, QChar::Script_Han, QChar::Script_Hangul}),
    };
    return std::ranges::any_of(allowed, [&](const Scripts& set) { return (scripts & ~set).none(); });
}

/// Words end at whatever is neither letter, mark nor digit.
class WordScripts {
public:
    void see(char32_t c)
    {
        if (!QChar::isLetterOrNumber(c) && !isMark(c)) {
            m_word.reset();
            return;
        }
        const QChar::Script script = QChar::script(c);
        if (script == QChar::Script_Common || script == QChar::Script_Inherited || script == QChar::Script_Unknown)
            return;
        m_word.set(script);
        m_mixed = m_mixed || !goTogether(m_word);
    }
    [[nodiscard]] bool mixed() const { return m_mixed; }

private:
    Scripts m_word;
    bool m_mixed = false;
};

QString codePoint(char32_t c)
{
    return QStringLiteral("U+") + QString::number(c, 16).toUpper().rightJustified(4, QLatin1Char('0'));
}
} // namespace

SafeText safeText(std::string_view utf8, std::size_t maxCharacters)
{
    const std::size_t maxUnits = std::min(maxCharacters, utf8.size() * kMaxEscape) * kMaxUnitsPerCharacter;
    Writer writer;
    Filter filter;
    WordScripts scripts;
    std::size_t at = 0;
    while (at < utf8.size() && std::cmp_less_equal(writer.text().size(), maxUnits)) {
        const Decoded decoded = decode(utf8, at);
        const std::string_view bytes = utf8.substr(at, decoded.bytes);
        at += decoded.bytes;
        if (!decoded.character) {
            const auto byte = static_cast<unsigned char>(bytes.front());
            writer.escape(QString::number(byte, 16).toUpper().rightJustified(2, QLatin1Char('0')));
        } else if (bytes == "\r" && utf8.substr(at).starts_with('\n')) {
            continue; // the line feed that follows makes the one space
        } else if (isSpaceOnScreen(*decoded.character)) {
            writer.append(U' ');
            scripts.see(U' ');
        } else if (filter.passes(*decoded.character)) {
            writer.append(*decoded.character);
            scripts.see(*decoded.character);
        } else {
            writer.escape(codePoint(*decoded.character));
        }
    }

    SafeText safe{writer.text(), writer.hasEscapes(), scripts.mixed(), at < utf8.size()};
    std::optional<qsizetype> cut = cutFor(safe.text, maxCharacters);
    if (!cut && safe.truncated)
        cut = safe.text.size(); // too many code points in too few characters
    if (cut) {
        safe.text.truncate(writer.outsideOfEscapes(*cut));
        if (maxCharacters > 0)
            safe.text += kEllipsis;
        safe.truncated = true;
    }
    return safe;
}

bool isPlainText(std::string_view utf8)
{
    Filter filter;
    for (std::size_t at = 0; at < utf8.size();) {
        const Decoded decoded = decode(utf8, at);
        if (!decoded.character || !filter.passes(*decoded.character))
            return false;
        at += decoded.bytes;
    }
    return true;
}

bool isValidUtf8(std::string_view bytes)
{
    unsigned char all = 0; // most texts are ASCII, and this loop needs no branch
    for (const char byte : bytes)
        all |= static_cast<unsigned char>(byte);
    if (all < 0x80)
        return true;
    for (std::size_t at = 0; at < bytes.size();) {
        const Decoded decoded = decode(bytes, at);
        if (!decoded.character)
            return false;
        at += decoded.bytes;
    }
    return true;
}

} // namespace countersign
