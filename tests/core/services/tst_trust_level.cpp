// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/trust_level.h"

#include <QTest>

using namespace countersign;
using namespace countersign::services;

class TrustLevelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_level_is_read_with_and_without_its_letter_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("level");
        for (int level = 0; level <= 4; ++level) {
            const QByteArray digit = QByteArray::number(level);
            QTest::newRow(digit.constData()) << digit << level;
            QTest::newRow(("L" + digit).constData()) << "L" + digit << level;
        }
    }
    void a_level_is_read_with_and_without_its_letter()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, level);
        const auto read = parseTrustLevel(text.toStdString());
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(static_cast<int>(*read), level);
        QCOMPARE(*trustLevelOf(level), *read);
        QCOMPARE(levelName(*read), "L" + std::to_string(level));
    }

    void what_is_no_level_is_refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
            {"", "L", "5", "L5", "-1", "L-1", "l2", "LL2", "2L", "02", "L02", "2.0", " 2", "2 ", "high"})
            QTest::newRow(text) << QByteArray(text);
        QTest::newRow("a NUL after it") << QByteArray("L2\0", 3);
    }
    void what_is_no_level_is_refused()
    {
        QFETCH(QByteArray, text);
        const auto read = parseTrustLevel(text.toStdString());
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidInput);
    }

    void a_number_outside_of_the_levels_is_refused()
    {
        QVERIFY(!trustLevelOf(-1));
        QVERIFY(!trustLevelOf(5));
        QVERIFY(!trustLevelOf(256)); // would be L0 in eight bits
        QVERIFY(!trustLevelOf(std::numeric_limits<std::int64_t>::max()));
        QVERIFY(!trustLevelOf(std::numeric_limits<std::int64_t>::min()));
    }

    void levels_have_an_order()
    {
        QVERIFY(TrustLevel::L0 < TrustLevel::L1);
        QVERIFY(TrustLevel::L3 < TrustLevel::L4);
    }
};

QTEST_GUILESS_MAIN(TrustLevelTest)
#include "tst_trust_level.moc"
