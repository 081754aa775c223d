// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/canonical_leaf.h"

#include "core/base/text_safety.h"
#include "core/crypto/canonical_json.h"

#include <QString>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

namespace countersign::audit {

namespace {

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kPlainDigits = 15; // an integer of so many digits is below 2^53 and written as it is

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

constexpr std::string_view kEscapes = "\"\\bfnrt";
constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
constexpr std::size_t kControlLength = 5;

/// What "u00…" at the start of `text` stands for, below U+0020 and in lower case.
std::optional<char> controlIn(std::string_view text)
{
    constexpr std::string_view kHex = "0123456789abcdef";
    if (text.size() < kControlLength || !text.starts_with("u00"))
        return std::nullopt;
    const std::size_t high = kHex.find(text[3]);
    const std::size_t low = kHex.find(text[4]);
    if (high > 1 || low == std::string_view::npos)
        return std::nullopt;
    return static_cast<char>(16 * high + low);
}

/// How many bytes stand before the first quote, backslash or control character. Eight at a time: most of a leaf is
/// text.
std::size_t plainLength(std::string_view text)
{
    constexpr std::uint64_t kEach = 0x0101010101010101;
    // The high bit of each byte that is below `limit`; bytes above the lowest of them may be told wrongly.
    const auto below = [](std::uint64_t bytes, std::uint64_t limit) {
        return (bytes - kEach * limit) & ~bytes & (kEach * 0x80);
    };
    std::size_t at = 0;
    for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        if constexpr (std::endian::native == std::endian::big)
            bytes = std::byteswap(bytes);
        const std::uint64_t found =
            below(bytes, 0x20) | below(bytes ^ (kEach * '"'), 1) | below(bytes ^ (kEach * '\\'), 1);
        if (found != 0)
            return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
    while (at < text.size() && text[at] != '"' && text[at] != '\\' && static_cast<unsigned char>(text[at]) >= 0x20)
        ++at;
    return at;
}

/// A string as it stands between its quotes.
struct Text {
    std::string_view raw;
    bool isEscaped = false;

    /// In UTF-16, what it means.
    [[nodiscard]] std::u16string meaning() const
    {
        std::string text;
        for (std::size_t at = 0; at < raw.size(); ++at) {
            if (raw[at] != '\\') {
                text += raw[at];
            } else if (const std::size_t named = kEscapes.find(raw[++at]); named != std::string_view::npos) {
                text += kEscaped[named];
            } else {
                text += controlIn(raw.substr(at)).value_or('\0');
                at += kControlLength - 1;
            }
        }
        return QString::fromStdString(text).toStdU16String();
    }
};

bool isAscii(std::string_view text)
{
    unsigned char all = 0; // without a branch
    for (const char byte : text)
        all |= static_cast<unsigned char>(byte);
    return all < 0x80;
}

/// Each step says whether it found what must stand there; what it found instead is kept for the one who asked.
class Reader {
public:
    enum class Bytes : std::uint8_t { Ascii, Utf8 };

    Reader(std::string_view text, Bytes bytes) : m_text(text), m_bytes(bytes) { }

    Result<LeafClaims> read()
    {
        LeafClaims claims;
        if (object(1, &claims) && (m_at == m_text.size() || refuse("text after its end")))
            return claims;
        return fail(ErrorCode::InvalidInput,
            "not in canonical form: " + std::string(m_problem) + " (byte " + std::to_string(m_at) + ")");
    }

private:
    bool refuse(const char* what)
    {
        m_problem = what;
        return false;
    }

    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }

    bool take(std::string_view token)
    {
        if (!m_text.substr(m_at).starts_with(token))
            return false;
        m_at += token.size();
        return true;
    }
    bool take(char token)
    {
        if (m_at == m_text.size() || m_text[m_at] != token)
            return false;
        ++m_at;
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxDepth
    bool value(std::size_t depth)
    {
        Text text;
        std::string_view digits;
        switch (peek()) {
        case '{':
            return object(depth + 1, nullptr);
        case '[':
            return array(depth + 1);
        case '"':
            return string(text);
        default:
            return take("true") || take("false") || take("null") || number(digits);
        }
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    bool array(std::size_t depth)
    {
        if (depth > kMaxDepth)
            return refuse("too deep");
        take('[');
        if (take(']'))
            return true;
        do {
            if (!value(depth))
                return false;
        } while (take(','));
        return take(']') || refuse("an array doesn't end");
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    bool object(std::size_t depth, LeafClaims* claims)
    {
        if (depth > kMaxDepth)
            return refuse("too deep");
        if (!take('{'))
            return refuse("no object");
        if (take('}'))
            return true;
        Text before;
        bool isFirst = true;
        do {
            Text name;
            if (!string(name))
                return false;
            if (!isFirst && !isBefore(before, name))
                return refuse("its members are not in order");
            if (!take(':'))
                return refuse("a member without value");
            if (!(claims != nullptr ? member(name.raw, *claims) : value(depth)))
                return false;
            before = name;
            isFirst = false;
        } while (take(','));
        return take('}') || refuse("an object doesn't end");
    }

    /// RFC 8785 section 3.2.3: by UTF-16 code units, which for ASCII is the order of the bytes.
    [[nodiscard]] bool isBefore(const Text& a, const Text& b) const
    {
        if (m_bytes == Bytes::Ascii && !a.isEscaped && !b.isEscaped)
            return a.raw < b.raw;
        return a.meaning() < b.meaning();
    }

    /// One of the leaf's own members.
    // NOLINTNEXTLINE(misc-no-recursion)
    bool member(std::string_view name, LeafClaims& claims)
    {
        if (const auto identifier = identifierNamed(name)) {
            Text read;
            if (!string(read))
                return false;
            claims.*identifier = read.raw;
            return !read.isEscaped || refuse("an identifier that needs an escape");
        }
        if (name == "iat")
            return integer(claims.issuedAt);
        if (name == "seq")
            return integer(claims.seq);
        if (name == "closing") {
            claims.closing = take("true");
            return claims.closing || refuse("“closing” is not true");
        }
        return value(1);
    }

    using Identifier = std::string_view LeafClaims::*;

    static Identifier identifierNamed(std::string_view name)
    {
        static constexpr auto kKnown = std::to_array<std::pair<std::string_view, Identifier>>({
            {"client_id", &LeafClaims::clientId},
            {"device", &LeafClaims::device},
            {"grant_id", &LeafClaims::grantId},
            {"jti", &LeafClaims::receiptId},
            {"prev", &LeafClaims::prev},
            {"text_commitment", &LeafClaims::textCommitment},
            {"type", &LeafClaims::type},
        });
        for (const auto& [known, identifier] : kKnown) {
            if (known == name)
                return identifier;
        }
        return nullptr;
    }

    bool integer(std::optional<std::int64_t>& out)
    {
        std::string_view digits;
        if (!number(digits))
            return false;
        std::int64_t read = 0;
        const auto [stop, error] = std::from_chars(digits.begin(), digits.end(), read);
        if (error != std::errc() || stop != digits.end())
            return refuse("a number that is no integer");
        out = read;
        return true;
    }

    bool string(Text& out)
    {
        if (!take('"'))
            return refuse("no text where one must stand");
        const std::size_t start = m_at;
        for (out.isEscaped = false;; out.isEscaped = true) {
            m_at += plainLength(m_text.substr(m_at));
            if (peek() == '"') {
                out.raw = m_text.substr(start, m_at++ - start);
                return true;
            }
            if (!escape())
                return false;
        }
    }

    /// Only those that the canonical form has.
    bool escape()
    {
        if (!take('\\'))
            return refuse("a text doesn't end");
        if (kEscapes.contains(peek())) {
            ++m_at;
            return true;
        }
        const std::optional<char> control = controlIn(m_text.substr(m_at));
        if (!control || kEscaped.contains(*control))
            return refuse("an escape that is not needed");
        m_at += kControlLength;
        return true;
    }

    bool number(std::string_view& out)
    {
        const std::size_t start = m_at;
        while (m_at < m_text.size() && (isDigit(m_text[m_at]) || std::string_view("+-.e").contains(m_text[m_at])))
            ++m_at;
        out = m_text.substr(start, m_at - start);
        const std::string_view digits = out.substr(out.starts_with('-') ? 1 : 0);
        const bool isPlain = !digits.empty() && digits.size() <= kPlainDigits && std::ranges::all_of(digits, isDigit)
            && digits.front() != '0';
        return isPlain || out == "0" || isCanonicalNumber(out) || refuse("a number in another form");
    }

    /// The rare ones: fractions, and integers that are long. To RFC 8785 every number is a double.
    static bool isCanonicalNumber(std::string_view text)
    {
        double number = 0;
        const auto [stop, error] = std::from_chars(text.begin(), text.end(), number);
        if (error != std::errc() || stop != text.end())
            return false;
        const auto written = crypto::canonicalJson(number);
        return written && *written == text;
    }

    std::string_view m_text;
    Bytes m_bytes;
    std::size_t m_at = 0;
    const char* m_problem = "";
};

} // namespace

Result<LeafClaims> readCanonicalLeaf(std::string_view leaf)
{
    if (isAscii(leaf))
        return Reader(leaf, Reader::Bytes::Ascii).read();
    if (!isValidUtf8(leaf))
        return fail(ErrorCode::InvalidInput, "not in canonical form: not UTF-8");
    return Reader(leaf, Reader::Bytes::Utf8).read();
}

} // namespace countersign::audit
