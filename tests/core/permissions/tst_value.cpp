// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/permissions/value.h"
#include "generated.h"

#include <QTest>

#include <algorithm>

using namespace countersign;
using namespace countersign::permissions;
using countersign::testing::allArguments;
using countersign::testing::allValues;
using countersign::testing::valueOf;

class ValueTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbers_are_taken_from_the_text_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("written");
        const auto row = [](const char* json, const char* written) {
            QTest::newRow(json) << QByteArray(json) << QByteArray(written);
        };
        row("0.1", "0.1");
        row("0.30000000000000004", "0.30000000000000004");
        row("0.3000000000000000000000000000000001", "0.3000000000000000000000000000000001");
        row("12345678901234567890123", "12345678901234567890123");
        row("18446744073709551616", "18446744073709551616");
        row("-9223372036854775809", "-9223372036854775809");
        row("1.50", "1.5");
        row("15e-1", "1.5");
        row("-0", "0");
        row("1E3", "1000");
        row("[1.10,1.100]", "[1.1,1.1]");
        row("\"1.50\"", "\"1.50\"");
        row(" [ 1 , 2 ] ", "[1,2]");
        row("{\"b\":1,\"a\":{}}", "{\"a\":{},\"b\":1}");
        row("\"\\u0041\\n\"", "\"A\\n\"");
        row("null", "null");
    }
    void numbers_are_taken_from_the_text()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, written);
        const auto value = parseValue(json.toStdString());
        QVERIFY2(value, value ? "" : value.error().message.c_str());
        QCOMPARE(valueJson(*value), written.toStdString());
        QCOMPARE(*parseValue(valueJson(*value)), *value);
    }

    void what_is_not_strict_json_is_refused_data()
    {
        QTest::addColumn<QByteArray>("json");
        for (const char* json : {"", "[", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "[1,]", "1e400", "-1e400",
                 "[1e41]", "01", "NaN", "1 2", "//x\n1", "\"\xFF\"", "{\"a\":{\"b\":1,\"b\":1}}", "nul"})
            QTest::newRow(json) << QByteArray(json);
        QTest::newRow("too deep") << QByteArray(static_cast<qsizetype>(json::kMaxDepth) + 1, '[')
                + QByteArray(static_cast<qsizetype>(json::kMaxDepth) + 1, ']');
        QTest::newRow("hopelessly deep") << QByteArray(500'000, '[');
        QTest::newRow("a number of a million digits") << QByteArray(1'000'000, '1');
        QTest::newRow("larger than the limit") << '"' + QByteArray(static_cast<qsizetype>(json::kMaxBytes), 'a') + '"';
    }
    void what_is_not_strict_json_is_refused()
    {
        QFETCH(QByteArray, json);
        const auto value = parseValue(json.toStdString());
        QVERIFY(!value);
        QVERIFY(value.error().code == ErrorCode::InvalidInput || value.error().code == ErrorCode::TooLarge);
    }

    void the_deepest_value_is_read()
    {
        const std::string deepest = std::string(json::kMaxDepth, '[') + std::string(json::kMaxDepth, ']');
        QCOMPARE(valueJson(*parseValue(deepest)), deepest);
    }

    void values_have_one_order_and_one_text()
    {
        for (const Value& a : allValues()) {
            for (const Value& b : allValues()) {
                QCOMPARE((a <=> b) == std::strong_ordering::equal, a == b);
                QCOMPARE((a <=> b) == std::strong_ordering::less, (b <=> a) == std::strong_ordering::greater);
                QCOMPARE(valueJson(a) == valueJson(b), a == b);
            }
        }
        QCOMPARE(valueOf("1.0"), valueOf("1"));
        QVERIFY(valueOf("1") != valueOf("'1'"));
        QCOMPARE(valueOf("'1.50'").number(), Decimal::parse("1.5").value());
        QCOMPARE(valueOf("'1.50 '").number(), std::nullopt);
        QCOMPARE(valueOf("true").number(), std::nullopt);
    }

    void a_pointer_finds_what_rfc_6901_says_data()
    {
        QTest::addColumn<QByteArray>("pointer");
        QTest::addColumn<QByteArray>("found");
        const auto row = [](const char* pointer, const char* found) {
            QTest::newRow(pointer) << QByteArray(pointer) << QByteArray(found);
        };
        row("/foo", "[\"bar\",\"baz\"]");
        row("/foo/0", "\"bar\"");
        row("/foo/1", "\"baz\"");
        row("/", "0");
        row("/a~1b", "1");
        row("/m~0n", "8");
        row("/m~01", "9");
        row("/ ", "7");
        row("/o/0", "\"zero\"");
        row("/o/00", "\"two zeros\"");
        row("/foo/2", "");
        row("/foo/-", "");
        row("/foo/00", "");
        row("/foo/01", "");
        row("/foo/+1", "");
        row("/foo/-1", "");
        row("/foo/1e0", "");
        row("/foo/18446744073709551616", "");
        row("/foo/0/0", "");
        row("/nothing", "");
        row("/o/0/x", "");
    }
    void a_pointer_finds_what_rfc_6901_says()
    {
        QFETCH(QByteArray, pointer);
        QFETCH(QByteArray, found);
        const Value document =
            valueOf("{'foo':['bar','baz'],'':0,'a/b':1,' ':7,'m~n':8,'m~1':9,'o':{'0':'zero','00':'two zeros'}}");
        const Value* value = Pointer::parse(pointer.toStdString())->resolve(document);
        QCOMPARE(value != nullptr ? valueJson(*value) : std::string(), found.toStdString());
    }

    void a_bad_pointer_is_refused_data()
    {
        QTest::addColumn<QByteArray>("pointer");
        for (const char* pointer : {"", "a", "a/b", "#/a", "/~", "/~2", "/a~", "/a~/b"})
            QTest::newRow(pointer) << QByteArray(pointer);
    }
    void a_bad_pointer_is_refused()
    {
        QFETCH(QByteArray, pointer);
        const auto parsed = Pointer::parse(pointer.toStdString());
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::InvalidAuthorizationDetails);
    }

    void pointers_are_bounded_at_below_and_above()
    {
        const auto bytes = [](std::size_t count) {
            return Pointer::parse("/" + std::string(count - 1, 'a')).has_value();
        };
        QVERIFY(bytes(kMaxPointerBytes - 1) && bytes(kMaxPointerBytes) && !bytes(kMaxPointerBytes + 1));
        const auto steps = [](std::size_t count) { return Pointer::parse(std::string(count, '/')).has_value(); };
        QVERIFY(steps(kMaxPointerSteps - 1) && steps(kMaxPointerSteps) && !steps(kMaxPointerSteps + 1));
    }

    void members_are_found_by_name_only_in_objects()
    {
        const Value object = valueOf("{'b':2,'a':1}");
        QCOMPARE(*object.member("a"), valueOf("1"));
        QVERIFY(object.member("c") == nullptr && object.member("") == nullptr);
        QVERIFY(valueOf("[1]").member("0") == nullptr && valueOf("'a'").member("a") == nullptr);
        QVERIFY(
            std::ranges::all_of(allArguments(), [](const Value& arguments) { return arguments.members() != nullptr; }));
    }
};

QTEST_GUILESS_MAIN(ValueTest)
#include "tst_value.moc"
