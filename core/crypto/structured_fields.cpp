// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Reading, after the algorithms of RFC 9651 section 4.2. Bytes outside ASCII are refused where they stand: no rule
// takes one.
#include "core/crypto/structured_fields.h"

#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/structured_fields_characters.h"

#include <format>
#include <map>

namespace countersign::crypto::sf {

namespace {

constexpr int kMaxIntegerDigits = 15;
constexpr int kMaxDigitsBeforePoint = 12;
constexpr int kMaxDigitsAfterPoint = 3;

class Parser {
public:
    Parser(std::string_view text, RepeatedKeys repeatedKeys) : m_text(text), m_repeatedKeys(repeatedKeys) { skip(" "); }

    Result<Item> item();
    Result<List> list();
    Result<Dictionary> dictionary();
    Result<void> end();

private:
    template <typename Value> class Entries;

    [[nodiscard]] bool atEnd() const { return m_at == m_text.size(); }
    /// The next character. NUL at the end, which no rule takes.
    [[nodiscard]] char next() const { return atEnd() ? '\0' : m_text[m_at]; }
    bool take(char expected);
    void skip(std::string_view characters);
    std::string_view takeWhile(bool (*belongs)(char));
    [[nodiscard]] std::unexpected<Error> bad(std::string_view what) const { return badAt(m_at, what); }
    [[nodiscard]] static std::unexpected<Error> badAt(std::size_t at, std::string_view what);

    Result<bool> another();
    Result<Member> member();
    Result<InnerList> innerList();
    Result<Parameters> parameters();
    Result<std::string_view> key();
    Result<BareItem> bareItem();
    Result<BareItem> number();
    Result<BareItem> fraction(std::int64_t integer, bool negative);
    Result<BareItem> string();
    Result<BareItem> byteSequence();
    Result<BareItem> boolean();
    Result<BareItem> date();
    Result<BareItem> displayString();
    Result<char> escapedOctet();

    std::string_view m_text;
    std::size_t m_at = 0;
    RepeatedKeys m_repeatedKeys;
};

/// Gathers entries; finds a repeated key without looking at all others.
template <typename Value> class Parser::Entries {
public:
    explicit Entries(RepeatedKeys repeatedKeys) : m_repeatedKeys(repeatedKeys) { }

    Result<void> add(std::string_view key, std::size_t at, Value value)
    {
        const auto [place, isNew] = m_places.try_emplace(key, entries.size());
        if (isNew)
            entries.push_back({std::string(key), std::move(value)});
        else if (m_repeatedKeys == RepeatedKeys::Refused)
            return badAt(at, "a key stands twice");
        else
            entries[place->second].value = std::move(value);
        return {};
    }

    std::vector<Entry<Value>> entries;

private:
    RepeatedKeys m_repeatedKeys;
    std::map<std::string_view, std::size_t> m_places; // not hashed: nobody can choose keys that make it slow
};

bool Parser::take(char expected)
{
    if (atEnd() || m_text[m_at] != expected)
        return false;
    ++m_at;
    return true;
}

void Parser::skip(std::string_view characters)
{
    const std::size_t found = m_text.find_first_not_of(characters, m_at);
    m_at = found == std::string_view::npos ? m_text.size() : found;
}

std::string_view Parser::takeWhile(bool (*belongs)(char))
{
    const std::size_t start = m_at;
    while (!atEnd() && belongs(m_text[m_at]))
        ++m_at;
    return m_text.substr(start, m_at - start);
}

std::unexpected<Error> Parser::badAt(std::size_t at, std::string_view what)
{
    return fail(ErrorCode::InvalidInput, std::format("Not a structured field: {} (at byte {}).", what, at));
}

Result<void> Parser::end()
{
    skip(" ");
    if (!atEnd())
        return bad("something follows its end");
    return {};
}

Result<Item> Parser::item()
{
    BareItem value = TRY(bareItem());
    return Item{std::move(value), TRY(parameters())};
}

Result<List> Parser::list()
{
    List members;
    bool more = !atEnd();
    while (more) {
        members.push_back(TRY(member()));
        more = TRY(another());
    }
    return members;
}

Result<Dictionary> Parser::dictionary()
{
    Entries<Member> members(m_repeatedKeys);
    bool more = !atEnd();
    while (more) {
        const std::size_t start = m_at;
        const std::string_view name = TRY(key());
        Member value = take('=') ? TRY(member()) : Member(Item{true, TRY(parameters())});
        TRY(members.add(name, start, std::move(value)));
        more = TRY(another());
    }
    return std::move(members.entries);
}

/// Goes over the comma to the next member of a list or dictionary, if there is one.
Result<bool> Parser::another()
{
    skip(" \t");
    if (atEnd())
        return false;
    if (!take(','))
        return bad("a comma is missing");
    skip(" \t");
    if (atEnd())
        return bad("nothing follows the last comma");
    return true;
}

Result<Member> Parser::member()
{
    if (next() == '(')
        return TRY(innerList());
    return TRY(item());
}

Result<InnerList> Parser::innerList()
{
    InnerList list;
    take('(');
    for (skip(" "); !take(')'); skip(" ")) {
        list.items.push_back(TRY(item()));
        if (next() != ' ' && next() != ')')
            return bad("an inner list doesn't go on, or doesn't end");
    }
    list.parameters = TRY(parameters());
    return list;
}

Result<Parameters> Parser::parameters()
{
    Entries<BareItem> found(m_repeatedKeys);
    while (take(';')) {
        skip(" ");
        const std::size_t start = m_at;
        const std::string_view name = TRY(key());
        BareItem value = take('=') ? TRY(bareItem()) : BareItem(true);
        TRY(found.add(name, start, std::move(value)));
    }
    return std::move(found.entries);
}

Result<std::string_view> Parser::key()
{
    if (!startsKey(next()))
        return bad("a key is missing");
    return takeWhile(isKeyCharacter);
}

Result<BareItem> Parser::bareItem()
{
    const char first = next();
    if (first == '-' || isDigit(first))
        return number();
    if (startsToken(first))
        return Token{std::string(takeWhile(isSfTokenCharacter))};
    switch (first) {
    case '"':
        return string();
    case ':':
        return byteSequence();
    case '?':
        return boolean();
    case '@':
        return date();
    case '%':
        return displayString();
    default:
        return bad("a value is missing");
    }
}

Result<BareItem> Parser::number()
{
    const bool negative = take('-');
    std::int64_t magnitude = 0;
    int digits = 0;
    for (; isDigit(next()); ++m_at, ++digits) {
        if (digits == kMaxIntegerDigits)
            return bad("a number has more than 15 digits");
        magnitude = magnitude * 10 + (next() - '0');
    }
    if (digits == 0)
        return bad("a digit is missing");
    if (next() != '.')
        return negative ? -magnitude : magnitude;
    if (digits > kMaxDigitsBeforePoint)
        return bad("a decimal has more than 12 digits before its point");
    return fraction(magnitude, negative);
}

Result<BareItem> Parser::fraction(std::int64_t integer, bool negative)
{
    take('.');
    std::int64_t thousandths = integer;
    int digits = 0;
    for (; isDigit(next()); ++m_at, ++digits) {
        if (digits == kMaxDigitsAfterPoint)
            return bad("a decimal has more than 3 digits after its point");
        thousandths = thousandths * 10 + (next() - '0');
    }
    if (digits == 0)
        return bad("a digit is missing after the point");
    for (; digits < kMaxDigitsAfterPoint; ++digits)
        thousandths *= 10;
    return Decimal{negative ? -thousandths : thousandths};
}

Result<BareItem> Parser::string()
{
    std::string text;
    take('"');
    while (!take('"')) {
        if (atEnd())
            return bad("a string has no end");
        if (take('\\') && next() != '"' && next() != '\\')
            return bad("only \" and \\ may be escaped");
        if (!isPrintable(next()))
            return bad("a string may only have printable ASCII");
        text += next();
        ++m_at;
    }
    return text;
}

Result<BareItem> Parser::byteSequence()
{
    take(':');
    const std::size_t end = m_text.find(':', m_at);
    if (end == std::string_view::npos)
        return bad("a byte sequence has no end");
    Result<std::string> bytes = fromBase64(m_text.substr(m_at, end - m_at));
    if (!bytes)
        return bad("a byte sequence is not base64");
    m_at = end + 1;
    return ByteSequence{*std::move(bytes)};
}

Result<BareItem> Parser::boolean()
{
    take('?');
    if (take('1'))
        return true;
    if (take('0'))
        return false;
    return bad("a boolean is ?0 or ?1");
}

Result<BareItem> Parser::date()
{
    const std::size_t start = m_at;
    take('@');
    const BareItem seconds = TRY(number());
    const auto* whole = std::get_if<std::int64_t>(&seconds);
    if (!whole)
        return badAt(start, "a date is a whole number");
    return Date{*whole};
}

Result<BareItem> Parser::displayString()
{
    const std::size_t start = m_at;
    DisplayString text;
    take('%');
    if (!take('"'))
        return bad("a display string has no beginning");
    while (!take('"')) {
        if (!isPrintable(next()))
            return bad("a display string has no end, or a character that must be escaped");
        if (take('%')) {
            text.utf8 += TRY(escapedOctet());
        } else {
            text.utf8 += next();
            ++m_at;
        }
    }
    if (!isValidUtf8(text.utf8))
        return badAt(start, "a display string is not UTF-8");
    return text;
}

Result<char> Parser::escapedOctet()
{
    int octet = 0;
    for (int i = 0; i < 2; ++i, ++m_at) {
        const std::size_t digit = atEnd() ? std::string_view::npos : kHexDigits.find(m_text[m_at]);
        if (digit == std::string_view::npos)
            return bad("two hexadecimal digits in lower case must follow a %");
        octet = octet * 16 + static_cast<int>(digit);
    }
    return static_cast<char>(octet);
}

template <typename Value>
Result<Value> whole(std::string_view text, const ParseOptions& options, Result<Value> (Parser::*read)())
{
    if (text.size() > options.maxBytes)
        return fail(ErrorCode::TooLarge, std::format("A structured field has more than {} bytes.", options.maxBytes));
    Parser parser(text, options.repeatedKeys);
    Value value = TRY((parser.*read)());
    TRY(parser.end());
    return value;
}

} // namespace

Result<Item> parseItem(std::string_view text, const ParseOptions& options)
{
    return whole(text, options, &Parser::item);
}

Result<List> parseList(std::string_view text, const ParseOptions& options)
{
    return whole(text, options, &Parser::list);
}

Result<Dictionary> parseDictionary(std::string_view text, const ParseOptions& options)
{
    return whole(text, options, &Parser::dictionary);
}

} // namespace countersign::crypto::sf
