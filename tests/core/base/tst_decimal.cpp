// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/decimal.h"

#include <QTest>

#include <limits>
#include <random>

using namespace countersign;

namespace {

Decimal decimal(std::string_view text)
{
    return Decimal::parse(text).value();
}

} // namespace

class DecimalTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_number_is_written_plainly_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("plain");
        const auto row = [](const char* text, const char* plain) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(plain);
        };
        row("0", "0");
        row("-0", "0");
        row("-0.00", "0");
        row("0e5", "0");
        row("1", "1");
        row("-1", "-1");
        row("1.50", "1.5");
        row("15e-1", "1.5");
        row("0.05", "0.05");
        row("0.050", "0.05");
        row("-500", "-500");
        row("-0.5", "-0.5");
        row("1e3", "1000");
        row("1E+3", "1000");
        row("1.23e1", "12.3");
        row("100.001", "100.001");
        row("1000", "1000");
        row("10.10e-2", "0.101");
        row("1.5E0", "1.5");
        row("1e-05", "0.00001");
        row("9223372036854775808", "9223372036854775808");
        row("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827");
    }
    void a_number_is_written_plainly()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, plain);
        const auto number = Decimal::parse(text.toStdString());
        QVERIFY(number);
        QCOMPARE(number->text(), plain.toStdString());
        QCOMPARE(decimal(number->text()), *number);
    }

    void what_json_does_not_call_a_number_is_refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
            {"", "-", "+1", "01", "-01", "00", ".5", "5.", "1.e3", "1e", "1e+", "1e+-3", "1e--3", "1e 3", " 1", "1 ",
                "1,5", "0x10", "NaN", "Infinity", "1_000", "1e3.5", "--1", "1.2.3", "e5", "1e99999999999999999999"})
            QTest::newRow(text) << QByteArray(text);
        QTest::newRow("a NUL") << QByteArray("1\0", 2);
    }
    void what_json_does_not_call_a_number_is_refused()
    {
        QFETCH(QByteArray, text);
        const auto number = Decimal::parse(text.toStdString());
        QVERIFY(!number);
        QCOMPARE(number.error().code, ErrorCode::InvalidInput);
        QVERIFY(!number.error().message.empty());
    }

    void digits_and_exponents_are_bounded_at_below_and_above()
    {
        const auto digits = [](int count) {
            return Decimal::parse(std::string(static_cast<std::size_t>(count), '7')).has_value();
        };
        QVERIFY(digits(kMaxDecimalDigits - 1) && digits(kMaxDecimalDigits) && !digits(kMaxDecimalDigits + 1));
        for (const char* sign : {"", "-"}) {
            const auto power = [&](int exponent) {
                return Decimal::parse("3e" + (sign + std::to_string(exponent))).has_value();
            };
            QVERIFY(power(kMaxDecimalExponent - 1) && power(kMaxDecimalExponent) && !power(kMaxDecimalExponent + 1));
        }
        // Zeros are no digits, however many.
        QVERIFY(Decimal::parse("1." + std::string(1000, '0')));
        QVERIFY(!Decimal::parse("1e400"));
        QVERIFY(!Decimal::parse("1" + std::string(100'000, '0')));
        QVERIFY(!Decimal::parse("0." + std::string(100'000, '0') + "1"));
    }

    void numbers_are_ordered_by_what_they_are_worth()
    {
        const std::vector<std::string_view> ascending{"-1e40", "-1000", "-999.5", "-1.5", "-1.49", "-1", "-0.001", "0",
            "1e-40", "0.0009", "0.001", "0.5", "1", "1.0001", "1.49", "1.5", "2", "9", "10", "10.5", "99", "100", "1e3",
            "1e40"};
        for (std::size_t i = 0; i < ascending.size(); ++i) {
            for (std::size_t j = 0; j < ascending.size(); ++j) {
                QCOMPARE(decimal(ascending[i]) <=> decimal(ascending[j]), i <=> j);
                QCOMPARE(decimal(ascending[i]) == decimal(ascending[j]), i == j);
            }
        }
    }

    void integers_scale_exactly_or_not_at_all()
    {
        QCOMPARE(decimal("12.34").scaled(2), 1234);
        QCOMPARE(decimal("12.34").scaled(1), std::nullopt);
        QCOMPARE(decimal("12.3").scaled(3), 12300);
        QCOMPARE(decimal("-5").scaled(0), -5);
        QCOMPARE(decimal("0").scaled(6), 0);
        QCOMPARE(decimal("9223372036854775807").scaled(0), std::numeric_limits<std::int64_t>::max());
        QCOMPARE(decimal("9223372036854775808").scaled(0), std::nullopt);
        QCOMPARE(decimal("-9223372036854775808").scaled(0), std::numeric_limits<std::int64_t>::min());
        QCOMPARE(decimal("1e40").scaled(20), std::nullopt);
        QCOMPARE(decimal("1e-40").scaled(20), std::nullopt);
        QCOMPARE(decimal("1250").shifted(-2), decimal("12.5"));
        QCOMPARE(decimal("0").shifted(5), Decimal());
        QVERIFY(decimal("1e3").isInteger() && decimal("1.0").isInteger() && !decimal("1.5").isInteger());
    }

    void any_64_bit_integer_comes_and_goes()
    {
        std::mt19937_64 random(7);
        for (int i = 0; i < 10'000; ++i) {
            const auto number = static_cast<std::int64_t>(random() >> (random() % 64));
            for (const std::int64_t each : {number, -number}) {
                QCOMPARE(Decimal::of(each), decimal(std::to_string(each)));
                QCOMPARE(Decimal::of(each).scaled(0), each);
            }
        }
        constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
        QCOMPARE(Decimal::of(kLeast).scaled(0), kLeast);
    }
};

QTEST_GUILESS_MAIN(DecimalTest)
#include "tst_decimal.moc"
