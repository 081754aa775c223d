// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <QTest>

#include <cctype>
#include <set>
#include <string>

using namespace countersign::crypto;
using namespace std::string_literals;

class BytesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bytes_become_text_and_come_back_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<std::string>("plain");
        QTest::addColumn<std::string>("url");
        // RFC 4648 section 10
        QTest::newRow("empty") << ""s << ""s << ""s;
        QTest::newRow("f") << "f"s << "Zg=="s << "Zg"s;
        QTest::newRow("fo") << "fo"s << "Zm8="s << "Zm8"s;
        QTest::newRow("foo") << "foo"s << "Zm9v"s << "Zm9v"s;
        QTest::newRow("foob") << "foob"s << "Zm9vYg=="s << "Zm9vYg"s;
        QTest::newRow("foobar") << "foobar"s << "Zm9vYmFy"s << "Zm9vYmFy"s;
        QTest::newRow("letters 62 and 63") << "\xfb\xff\xbf"s << "+/+/"s << "-_-_"s;
        QTest::newRow("NUL") << "\0\0"s << "AAA="s << "AAA"s;
    }

    void bytes_become_text_and_come_back()
    {
        QFETCH(std::string, bytes);
        QFETCH(std::string, plain);
        QFETCH(std::string, url);
        QCOMPARE(base64(bytes), plain);
        QCOMPARE(base64url(bytes), url);
        QCOMPARE(fromBase64(plain).value(), bytes);
        QCOMPARE(fromBase64url(url).value(), bytes);
    }

    void only_the_one_right_form_is_read_data()
    {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<bool>("asPlain");
        QTest::addColumn<bool>("asUrl");
        QTest::newRow("padding") << "Zg=="s << true << false;
        QTest::newRow("no padding") << "Zg"s << false << true;
        QTest::newRow("half the padding") << "Zg="s << false << false;
        QTest::newRow("too much padding") << "Zm9v===="s << false << false;
        QTest::newRow("white space inside") << "Zm 9v"s << false << false;
        QTest::newRow("line break at the end") << "Zm9v\n"s << false << false;
        QTest::newRow("trailing bits") << "Zh"s << false << false;
        QTest::newRow("trailing bits, padded") << "Zh=="s << false << false;
        QTest::newRow("one letter") << "Z"s << false << false;
        QTest::newRow("plain alphabet") << "+/+/"s << true << false;
        QTest::newRow("URL alphabet") << "-_-_"s << false << true;
        QTest::newRow("both alphabets") << "+_+_"s << false << false;
        QTest::newRow("padding inside") << "Zg==Zg=="s << false << false;
        QTest::newRow("another letter") << "Zm9*"s << false << false;
        QTest::newRow("NUL") << "Zm9v\0"s << false << false;
        QTest::newRow("not ASCII") << "Zm9\xE9"s << false << false;
    }

    void only_the_one_right_form_is_read()
    {
        QFETCH(std::string, text);
        QFETCH(bool, asPlain);
        QFETCH(bool, asUrl);
        QCOMPARE(fromBase64(text).has_value(), asPlain);
        QCOMPARE(fromBase64url(text).has_value(), asUrl);
    }

    void hex_is_lower_case() { QCOMPARE(hex("\x00\xAB\xFF"s), "00abff"s); }

    void sha256_gives_the_standard_values()
    {
        // FIPS 180-4, examples
        QCOMPARE(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"s);
        QCOMPARE(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"s);
        QCOMPARE(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"s);
        QCOMPARE(sha256Base64url("").size(), 43U);
    }

    void hmac_gives_the_standard_values()
    {
        // RFC 4231, cases 1, 2 and 6
        QCOMPARE(hex(hmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"s);
        QCOMPARE(hex(hmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"s);
        QCOMPARE(hex(hmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"s);
        // An empty key is a key
        QCOMPARE(hex(hmacSha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"s);
    }

    void random_tokens_differ_and_have_their_length()
    {
        std::set<std::string> tokens;
        for (int i = 0; i < 1000; ++i)
            tokens.insert(randomToken(16));
        QCOMPARE(tokens.size(), 1000U);
        QCOMPARE(tokens.begin()->size(), 22U);
        QCOMPARE(randomToken().size(), 43U);
        QCOMPARE(randomBytes(0).size(), 0U);
        QCOMPARE(randomBytes(100).size(), 100U);
    }

    void identifiers_begin_with_a_letter_or_a_digit()
    {
        std::set<std::string> ids;
        std::set<char> firsts;
        for (int i = 0; i < 4000; ++i) { // one in 32 tokens begins otherwise
            const std::string id = randomId();
            QVERIFY2(std::isalnum(static_cast<unsigned char>(id.front())) != 0, id.c_str());
            QCOMPARE(fromBase64url(id).value().size(), 16U);
            ids.insert(id);
            firsts.insert(id.front());
        }
        QCOMPARE(ids.size(), 4000U);
        QCOMPARE(firsts.size(), 62U);
    }

    void comparison_sees_every_difference()
    {
        QVERIFY(equalInConstantTime("", ""));
        QVERIFY(equalInConstantTime("abc", "abc"));
        QVERIFY(!equalInConstantTime("abc", "abd"));
        QVERIFY(!equalInConstantTime("abc", "abcd"));
        QVERIFY(!equalInConstantTime("abc", ""));
    }
};

QTEST_GUILESS_MAIN(BytesTest)
#include "tst_bytes.moc"
