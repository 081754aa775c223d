// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/ecdsa_signature.h"

#include "core/crypto/keys.h"

#include <QTest>

#include <string>

using namespace countersign::crypto;
using namespace std::string_literals;

namespace {
/// A signature whose numbers are these last bytes, all before them zero.
std::string jose(const std::string& r, const std::string& s)
{
    return std::string(32 - r.size(), '\0') + r + std::string(32 - s.size(), '\0') + s;
}
} // namespace

class EcdsaSignatureTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void both_ways_say_the_same_data()
    {
        QTest::addColumn<std::string>("signature");
        QTest::addColumn<std::string>("der");
        QTest::newRow("small") << jose("\x01", "\x02") << "\x30\x06\x02\x01\x01\x02\x01\x02"s;
        QTest::newRow("a high bit needs a zero before it")
            << jose("\x80", "\x7f") << "\x30\x07\x02\x02\x00\x80\x02\x01\x7f"s;
        QTest::newRow("zero") << jose("", "") << "\x30\x06\x02\x01\x00\x02\x01\x00"s;
        QTest::newRow("as long as can be") << std::string(64,
            '\xff') << "\x30\x46\x02\x21\x00"s + std::string(32, '\xff') + "\x02\x21\x00"s + std::string(32, '\xff');
    }
    void both_ways_say_the_same()
    {
        QFETCH(std::string, signature);
        QFETCH(std::string, der);
        QCOMPARE(derFromJose(signature), der);
        QCOMPARE(joseFromDer(der), signature);
    }

    void anything_else_is_none_data()
    {
        QTest::addColumn<std::string>("der");
        QTest::newRow("nothing") << ""s;
        QTest::newRow("cut off") << "\x30\x06\x02\x01\x01\x02\x01"s;
        QTest::newRow("more behind it") << "\x30\x06\x02\x01\x01\x02\x01\x02\x00"s;
        QTest::newRow("more inside it") << "\x30\x07\x02\x01\x01\x02\x01\x02\x00"s;
        QTest::newRow("a negative number") << "\x30\x06\x02\x01\x81\x02\x01\x02"s;
        QTest::newRow("a zero too many") << "\x30\x07\x02\x02\x00\x01\x02\x01\x02"s;
        QTest::newRow("a length in the long form") << "\x30\x81\x06\x02\x01\x01\x02\x01\x02"s;
        QTest::newRow("a length that is not said") << "\x30\x80\x02\x01\x01\x02\x01\x02\x00\x00"s;
        QTest::newRow("a number of 33 bytes") << "\x30\x26\x02\x21\x01"s + std::string(32, '\x01') + "\x02\x01\x02"s;
        QTest::newRow("another type") << "\x31\x06\x02\x01\x01\x02\x01\x02"s;
        QTest::newRow("r and s side by side") << std::string(64, '\x01');
    }
    void anything_else_is_none()
    {
        QFETCH(std::string, der);
        QCOMPARE(joseFromDer(der), std::nullopt);
    }

    void only_64_bytes_are_a_signature()
    {
        QCOMPARE(derFromJose(std::string(63, '\x01')), std::nullopt);
        QVERIFY(derFromJose(std::string(64, '\x01')));
        QCOMPARE(derFromJose(std::string(65, '\x01')), std::nullopt);
    }

    void a_real_one_goes_there_and_back()
    {
        const PrivateKey key = PrivateKey::generate(KeyType::P256).value();
        for (int i = 0; i < 100; ++i) {
            const std::string signature = key.sign(std::to_string(i)).value();
            const auto der = derFromJose(signature);
            QVERIFY(der);
            QCOMPARE(joseFromDer(*der), signature);
        }
    }
};

QTEST_GUILESS_MAIN(EcdsaSignatureTest)
#include "tst_ecdsa_signature.moc"
