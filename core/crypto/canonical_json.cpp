// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/canonical_json.h"

#include "core/base/text_safety.h"

#include <QString>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace countersign::crypto {

namespace {
constexpr std::int64_t kMaxExactInteger = 9007199254740992; // 2^53

/// The shortest digits that read back as the same number, and where the point stands: 0.<digits> × 10^point.
struct Decimal {
    std::string digits;
    int point = 0;
};

Decimal shortest(double positive)
{
    std::array<char, 32> buffer{};
    const auto written =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), positive, std::chars_format::scientific);
    const std::string_view text(buffer.data(), written.ptr); // d[.ddd]e±xx
    const std::size_t e = text.find('e');

    Decimal decimal;
    for (const char c : text.substr(0, e)) {
        if (c != '.')
            decimal.digits += c;
    }
    std::string_view exponent = text.substr(e + 1);
    if (exponent.starts_with('+'))
        exponent.remove_prefix(1);
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), decimal.point);
    ++decimal.point;
    return decimal;
}

/// ECMAScript 2025 section 6.1.6.1.20, Number::toString with radix 10; k and n are the standard's names.
std::string numberText(double number)
{
    if (number == 0)
        return "0"; // also for -0
    const std::string sign = number < 0 ? "-" : "";
    const auto [digits, n] = shortest(std::abs(number));
    const int k = static_cast<int>(digits.size());
    const auto zeros = [](int count) { return std::string(static_cast<std::size_t>(count), '0'); };
    const auto upTo = [&](int count) { return digits.substr(0, static_cast<std::size_t>(count)); };
    const auto from = [&](int count) { return digits.substr(static_cast<std::size_t>(count)); };

    if (k <= n && n <= 21)
        return sign + digits + zeros(n - k);
    if (0 < n && n <= 21)
        return sign + upTo(n) + '.' + from(n);
    if (-6 < n && n <= 0)
        return sign + "0." + zeros(-n) + digits;
    const std::string exponent = std::string(n > 0 ? "e+" : "e-") + std::to_string(std::abs(n - 1));
    return sign + upTo(1) + (k == 1 ? "" : '.' + from(1)) + exponent;
}

void appendString(std::string& out, std::string_view text)
{
    constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (byte < 0x20)
                out.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 0xFU]);
            else
                out += c;
        }
    }
    out += '"';
}

/// Appends to one text; remembers the first thing that has no canonical form.
class Writer {
public:
    void write(const json::Value& value)
    {
        switch (value.kind()) {
        case boost::json::kind::null:
            m_out += "null";
            return;
        case boost::json::kind::bool_:
            m_out += value.get_bool() ? "true" : "false";
            return;
        case boost::json::kind::int64:
            return writeInteger(value.get_int64());
        case boost::json::kind::uint64:
            return writeInteger(value.get_uint64());
        case boost::json::kind::double_:
            return writeDouble(value.get_double());
        case boost::json::kind::string:
            return writeString({value.get_string().data(), value.get_string().size()});
        case boost::json::kind::array:
            return writeArray(value.get_array());
        case boost::json::kind::object:
            return writeObject(value.get_object());
        }
    }

    Result<std::string> finish() &&
    {
        if (m_problem)
            return fail(ErrorCode::InvalidInput, *m_problem);
        return std::move(m_out);
    }

private:
    void refuse(std::string problem)
    {
        if (!m_problem)
            m_problem = std::move(problem);
    }

    template <typename Integer> void writeInteger(Integer number)
    {
        const std::string text = std::to_string(number);
        const bool isExact =
            std::cmp_less_equal(number, kMaxExactInteger) && std::cmp_greater_equal(number, -kMaxExactInteger);
        // Beyond, only what is written of a double, which must read as the same again.
        if (!isExact && numberText(static_cast<double>(number)) != text)
            return refuse("An integer beyond 2^53 that no double is written as has no canonical JSON form.");
        m_out += text;
    }

    void writeDouble(double number)
    {
        if (!std::isfinite(number))
            return refuse("A number that isn't finite has no canonical JSON form.");
        m_out += numberText(number);
    }

    void writeString(std::string_view text)
    {
        if (!isValidUtf8(text))
            return refuse("Text that isn't valid UTF-8 has no canonical JSON form.");
        appendString(m_out, text);
    }

    void writeArray(const json::Array& array)
    {
        m_out += '[';
        for (std::size_t i = 0; i < array.size(); ++i) {
            if (i > 0)
                m_out += ',';
            write(array[i]);
        }
        m_out += ']';
    }

    void writeObject(const json::Object& object)
    {
        // RFC 8785 section 3.2.3: sorted by UTF-16 code units, which differs from the order of the UTF-8 bytes.
        std::vector<std::pair<std::u16string, const boost::json::key_value_pair*>> members;
        members.reserve(object.size());
        for (const auto& member : object) {
            const std::string_view key(member.key().data(), member.key().size());
            members.emplace_back(
                QString::fromUtf8(key.data(), static_cast<qsizetype>(key.size())).toStdU16String(), &member);
        }
        std::ranges::sort(members, {}, [](const auto& member) -> const std::u16string& { return member.first; });

        m_out += '{';
        bool first = true;
        for (const auto& [name, member] : members) {
            if (!std::exchange(first, false))
                m_out += ',';
            writeString({member->key().data(), member->key().size()});
            m_out += ':';
            write(member->value());
        }
        m_out += '}';
    }

    std::string m_out;
    std::optional<std::string> m_problem;
};
} // namespace

Result<std::string> canonicalJson(const json::Value& value)
{
    Writer writer;
    writer.write(value);
    return std::move(writer).finish();
}

} // namespace countersign::crypto
