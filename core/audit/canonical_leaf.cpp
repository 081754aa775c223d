// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/canonical_leaf.h"

#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/canonical_json.h"

#include <QString>

#include <algorithm>
#include <array>
#include <charconv>
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
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// RFC 8785 section 3.2.3: by UTF-16 code units, which for ASCII is the order of the bytes.
bool isBefore(const Text& a, const Text& b)
{
    if (!a.isEscaped && !b.isEscaped && isAscii(a.raw) && isAscii(b.raw))
        return a.raw < b.raw;
    return a.meaning() < b.meaning();
}

class Reader {
public:
    explicit Reader(std::string_view text) : m_text(text) { }

    Result<LeafClaims> read()
    {
        LeafClaims claims;
        TRY(object(1, &claims));
        if (m_at != m_text.size())
            return refuse("text after its end");
        return claims;
    }

private:
    [[nodiscard]] std::unexpected<Error> refuse(const char* what) const
    {
        return fail(ErrorCode::InvalidInput,
            "not in canonical form: " + std::string(what) + " (byte " + std::to_string(m_at) + ")");
    }

    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }

    bool take(std::string_view token)
    {
        if (!m_text.substr(m_at).starts_with(token))
            return false;
        m_at += token.size();
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxDepth
    Result<void> value(std::size_t depth)
    {
        switch (peek()) {
        case '{':
            return object(depth + 1, nullptr);
        case '[':
            return array(depth + 1);
        case '"':
            TRY(string());
            return {};
        default:
            if (take("true") || take("false") || take("null"))
                return {};
            TRY(number());
            return {};
        }
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    Result<void> array(std::size_t depth)
    {
        if (depth > kMaxDepth)
            return refuse("too deep");
        take("[");
        if (take("]"))
            return {};
        do {
            TRY(value(depth));
        } while (take(","));
        return take("]") ? Result<void>() : refuse("an array doesn't end");
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    Result<void> object(std::size_t depth, LeafClaims* claims)
    {
        if (depth > kMaxDepth)
            return refuse("too deep");
        if (!take("{"))
            return refuse("no object");
        if (take("}"))
            return {};
        std::optional<Text> before;
        do {
            const Text name = TRY(string());
            if (before && !isBefore(*before, name))
                return refuse("its members are not in order");
            if (!take(":"))
                return refuse("a member without value");
            TRY(claims != nullptr ? member(name.raw, *claims) : value(depth));
            before = name;
        } while (take(","));
        return take("}") ? Result<void>() : refuse("an object doesn't end");
    }

    /// One of the leaf's own members.
    // NOLINTNEXTLINE(misc-no-recursion)
    Result<void> member(std::string_view name, LeafClaims& claims)
    {
        if (std::string_view* text = textOf(name, claims)) {
            const Text read = TRY(string());
            if (read.isEscaped)
                return refuse("an identifier that needs an escape");
            *text = read.raw;
            return {};
        }
        if (name == "iat" || name == "seq") {
            const std::string_view digits = TRY(number());
            std::int64_t integer = 0;
            const auto [stop, error] = std::from_chars(digits.begin(), digits.end(), integer);
            if (error != std::errc() || stop != digits.end())
                return refuse("a number that is no integer");
            (name == "iat" ? claims.issuedAt : claims.seq) = integer;
            return {};
        }
        if (name == "closing") {
            claims.closing = take("true");
            return claims.closing ? Result<void>() : refuse("“closing” is not true");
        }
        return value(1);
    }

    static std::string_view* textOf(std::string_view name, LeafClaims& claims)
    {
        const auto known = std::to_array<std::pair<std::string_view, std::string_view*>>({
            {"client_id", &claims.clientId},
            {"device", &claims.device},
            {"grant_id", &claims.grantId},
            {"jti", &claims.receiptId},
            {"prev", &claims.prev},
            {"text_commitment", &claims.textCommitment},
            {"type", &claims.type},
        });
        const auto* const found = std::ranges::find(known, name, &decltype(known)::value_type::first);
        return found == known.end() ? nullptr : found->second;
    }

    Result<Text> string()
    {
        if (!take("\""))
            return refuse("no text where one must stand");
        const std::size_t start = m_at;
        bool isEscaped = false;
        for (;;) {
            while (m_at < m_text.size() && m_text[m_at] != '"' && m_text[m_at] != '\\'
                && static_cast<unsigned char>(m_text[m_at]) >= 0x20)
                ++m_at;
            if (peek() == '"')
                return Text{m_text.substr(start, m_at++ - start), isEscaped};
            TRY(escape());
            isEscaped = true;
        }
    }

    /// Only those that the canonical form has.
    Result<void> escape()
    {
        if (!take("\\"))
            return refuse("a text doesn't end");
        if (kEscapes.contains(peek())) {
            ++m_at;
            return {};
        }
        const std::optional<char> control = controlIn(m_text.substr(m_at));
        if (!control || kEscaped.contains(*control))
            return refuse("an escape that is not needed");
        m_at += kControlLength;
        return {};
    }

    Result<std::string_view> number()
    {
        const std::size_t start = m_at;
        while (m_at < m_text.size() && (isDigit(m_text[m_at]) || std::string_view("+-.e").contains(m_text[m_at])))
            ++m_at;
        const std::string_view text = m_text.substr(start, m_at - start);
        const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
        const bool isPlain = !digits.empty() && digits.size() <= kPlainDigits && std::ranges::all_of(digits, isDigit)
            && digits.front() != '0';
        if (isPlain || text == "0" || isCanonicalNumber(text))
            return text;
        return refuse("a number in another form");
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
    std::size_t m_at = 0;
};

} // namespace

Result<LeafClaims> readCanonicalLeaf(std::string_view leaf)
{
    if (!isValidUtf8(leaf))
        return fail(ErrorCode::InvalidInput, "not in canonical form: not UTF-8");
    return Reader(leaf).read();
}

} // namespace countersign::audit
