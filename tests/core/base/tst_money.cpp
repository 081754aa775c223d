// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/money.h"

#include <QTest>

#include <limits>

using namespace countersign;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

} // namespace

class MoneyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_amount_is_shown_with_two_decimals_at_least_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("millionths");
        QTest::addColumn<QByteArray>("shown");
        const auto row = [](const char* text, qint64 millionths, const char* shown) {
            QTest::newRow(text) << QByteArray(text) << millionths << QByteArray(shown);
        };
        row("0", 0, "0.00");
        row("500", 500'000'000, "500.00");
        row("500.00", 500'000'000, "500.00");
        row("0.1", 100'000, "0.10");
        row("0.000001", 1, "0.000001");
        row("12.3450", 12'345'000, "12.345");
        row("5e2", 500'000'000, "500.00");
        row("9223372036854.775807", kMost, "9223372036854.775807");
    }
    void an_amount_is_shown_with_two_decimals_at_least()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, millionths);
        QFETCH(QByteArray, shown);
        const auto amount = Amount::parse(text.toStdString());
        QVERIFY(amount);
        QCOMPARE(amount->millionths(), millionths);
        QCOMPARE(amount->text(), shown.toStdString());
        QCOMPARE(*Amount::parse(amount->text()), *amount);
    }

    void what_is_no_amount_is_refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
            {"", "-1", "-0.000001", "0.0000001", "9223372036854.775808", "1e30", "x", "5 EUR", "1,50"})
            QTest::newRow(text) << QByteArray(text);
    }
    void what_is_no_amount_is_refused()
    {
        QFETCH(QByteArray, text);
        const auto amount = Amount::parse(text.toStdString());
        QVERIFY(!amount);
        QCOMPARE(amount.error().code, ErrorCode::InvalidInput);
    }

    void sums_overflow_into_nothing_and_differences_end_at_zero()
    {
        const Amount most = Amount::ofMillionths(kMost);
        const Amount one = Amount::ofMillionths(1);
        QCOMPARE(Amount::ofMillionths(kMost - 1).plus(one), most);
        QCOMPARE(most.plus(one), std::nullopt);
        QCOMPARE(most.plus(most), std::nullopt);
        QCOMPARE(most.plus(Amount()), most);
        QCOMPARE(one.minusAtMost(most), Amount());
        QCOMPARE(most.minusAtMost(one), Amount::ofMillionths(kMost - 1));
        QCOMPARE(one.minusAtMost(one), Amount());
        QVERIFY(one < most && Amount() < one);
    }

    void a_tenth_added_ten_times_is_one()
    {
        Amount sum;
        for (int i = 0; i < 10; ++i)
            sum = sum.plus(*Amount::parse("0.1")).value();
        QCOMPARE(sum, *Amount::parse("1"));
    }

    void a_currency_is_a_code_data()
    {
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<bool>("isOne");
        const auto row = [](const char* code, bool isOne) { QTest::newRow(code) << QByteArray(code) << isOne; };
        row("EUR", true);
        row("USDC", true);
        row("A12", true);
        row("ABCDEFGH", true);
        row("ABCDEFGHI", false);
        row("EU", false);
        row("", false);
        row("eur", false);
        row("1EU", false);
        row("EU R", false);
        row("E\xC3\x9CR", false);
    }
    void a_currency_is_a_code()
    {
        QFETCH(QByteArray, code);
        QFETCH(bool, isOne);
        const auto currency = Currency::parse(code.toStdString());
        QCOMPARE(currency.has_value(), isOne);
        if (isOne)
            QCOMPARE(currency->code(), code.toStdString());
    }
};

QTEST_GUILESS_MAIN(MoneyTest)
#include "tst_money.moc"
