// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/content_digest.h"

#include <QTest>

#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::string_literals;

namespace {
// RFC 9530 appendix B.1: the content ends with a line feed.
const std::string kContent = "{\"hello\": \"world\"}\n";
const std::string kSha256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
const std::string kSha512 = "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCs"
                            "yRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:";
// RFC 9421 section 2.4: the same content without the line feed.
const std::string kSha512WithoutLineFeed = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+Ab"
                                           "wAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
} // namespace

class ContentDigestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_standards_examples_are_right()
    {
        QCOMPARE(contentDigest(kContent), kSha256);
        // RFC 9530 appendix B.2: no content
        QCOMPARE(contentDigest(""), "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"s);
        // RFC 9530 appendix B.3: bytes 10 to 18 of 19
        const std::string part = kContent.substr(10, 9);
        const std::string kPart = "sha-256=:jjcgBDWNAtbYUXI37CVG3gRuGOAjaaDRGpIUFsdyepQ=:";
        QCOMPARE(part, "\"world\"}\n"s);
        QCOMPARE(contentDigest(part), kPart);
        QVERIFY(verifyContentDigest(kPart, part) && !verifyContentDigest(kPart, kContent));
        QVERIFY(!verifyContentDigest(kSha256, part)); // what Repr-Digest says there
        QVERIFY(verifyContentDigest(kSha256, kContent));
        QVERIFY(verifyContentDigest(kSha256 + ", " + kSha512, kContent));
        QVERIFY(verifyContentDigest(kSha512 + "," + kSha256, kContent));
        QVERIFY(verifyContentDigest(
            contentDigest("{\"hello\": \"world\"}") + ", " + kSha512WithoutLineFeed, "{\"hello\": \"world\"}"));
    }

    void the_sample_values_are_right()
    {
        // RFC 9530 appendix D, of all its algorithms
        const std::string content = kContent.substr(0, kContent.size() - 1);
        const std::string sha256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
        QCOMPARE(contentDigest(content), sha256);
        QVERIFY(verifyContentDigest(kSha512WithoutLineFeed + ", " + sha256
                + ", md5=:Sd/dVLAcvNLSq16eXua5uQ==:, sha=:07CavjDP4u3/TungoUHJO/Wzr4c=:, unixsum=:GQU=:, "
                  "unixcksum=:7zsHAA==:, adler=:OZkGFw==:, crc32c=:Q3lHIA==:",
            content));
    }

    void other_algorithms_are_ignored()
    {
        QVERIFY(verifyContentDigest("unixsum=:MzI3OTE=:, " + kSha256 + ", md5=5, id-sha-256=(a)", kContent));
    }

    void sha_256_must_be_there_data()
    {
        QTest::addColumn<std::string>("field");
        QTest::newRow("nothing") << ""s;
        QTest::newRow("only sha-512") << kSha512;
        QTest::newRow("only what isn't known") << "unixsum=:MzI3OTE=:, md5=:Xv8TNM+ATjBQ6Ogss2tn6w==:"s;
    }
    void sha_256_must_be_there()
    {
        QFETCH(std::string, field);
        QCOMPARE(verifyContentDigest(field, kContent).error().code, ErrorCode::NotSupported);
    }

    void other_content_is_refused()
    {
        for (const std::string& content :
            {""s, kContent + " ", kContent.substr(0, kContent.size() - 1), "x" + kContent})
            QCOMPARE(verifyContentDigest(kSha256, content).error().code, ErrorCode::BadSignature);
        // Each that is there must be right.
        QCOMPARE(verifyContentDigest(kSha256 + ", " + kSha512WithoutLineFeed, kContent).error().code,
            ErrorCode::BadSignature);
        // Cut short, or of no length at all
        QVERIFY(!verifyContentDigest("sha-256=:RK/0qy18MlBSVnWgjwz6lQ==:", kContent));
        QVERIFY(!verifyContentDigest("sha-256=::", kContent));
        QVERIFY(!verifyContentDigest("sha-256=::", ""));
    }

    void a_field_of_another_form_is_refused_data()
    {
        QTest::addColumn<std::string>("field");
        QTest::newRow("no dictionary") << "(a)"s;
        QTest::newRow("base64 without its colons") << "sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="s;
        QTest::newRow("a string") << "sha-256=\"RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=\""s;
        QTest::newRow("a list") << "sha-256=(:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:)"s;
        QTest::newRow("no value") << "sha-256"s;
        QTest::newRow("upper case") << "SHA-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"s;
        QTest::newRow("two of them") << kSha256 + ", " + kSha256;
        QTest::newRow("a comma at the end") << kSha256 + ",";
        QTest::newRow("sha-512 of another form") << kSha256 + ", sha-512=1";
    }
    void a_field_of_another_form_is_refused()
    {
        QFETCH(std::string, field);
        const auto verified = verifyContentDigest(field, kContent);
        QVERIFY(!verified);
        QCOMPARE(verified.error().code, ErrorCode::InvalidInput);
        QVERIFY(verified.error().message.starts_with("Content-Digest: "));
    }
};

QTEST_GUILESS_MAIN(ContentDigestTest)
#include "tst_content_digest.moc"
