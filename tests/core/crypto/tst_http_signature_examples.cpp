// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// RFC 9421's own examples: appendices B.2 to B.4 and section 2.4.
#include "core/crypto/digest.h"
#include "signature_examples.h"

#include <QTest>

#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace countersign::crypto::test;
using namespace std::string_literals;

namespace {

const std::string kB24Input = "sig-b24=(\"@status\" \"content-type\" \"content-digest\" \"content-length\")"
                              ";created=1618884473;keyid=\"test-key-ecc-p256\"";
const std::string kB24Signature =
    "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:";
const std::string kB26Input =
    "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")"
    ";created=1618884473;keyid=\"test-key-ed25519\"";
const std::string kB26Signature =
    "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";
const std::string kB3Certificate =
    ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVk"
    "aWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8Yn"
    "XXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSME"
    "GDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4"
    "YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmu"
    "ydBVoU4hBVZ1yhk=:";

/// B.4, as it was signed
HttpRequest transformRequest()
{
    return withSignature(HttpRequest{.method = "GET",
                             .targetUri = "https://example.org/demo?name1=Value1&Name2=value2",
                             .fields = {{"Host", "example.org"}, {"Date", "Fri, 15 Jul 2022 14:24:55 GMT"},
                                 {"Accept", "application/json"}, {"Accept", "*/*"}}},
        "transform=(\"@method\" \"@path\" \"@authority\" \"accept\");created=1618884473;keyid=\"test-key-ed25519\"",
        "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:");
}

} // namespace

class HttpSignatureExamplesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void b_2_4_a_response_by_ecdsa_p256_verifies()
    {
        const HttpResponse response = withSignature(exampleResponse(), kB24Input, kB24Signature);
        const auto result = verified(response, exampleP256());
        QCOMPARE(whyNot(result), ""s);
        QCOMPARE(result->base,
            "\"@status\": 200\n\"content-type\": application/json\n"
            "\"content-digest\": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq"
            "4l5aGgfLQ==:\n\"content-length\": 23\n\"@signature-params\": "
                + kB24Input.substr(kB24Input.find('(')));
        QCOMPARE(result->received.label, "sig-b24"s);
        QCOMPARE(result->received.parameters.keyId, "test-key-ecc-p256"s);
        QVERIFY(result->received.components
            == (std::vector<Component>{{"@status"}, {"content-type"}, {"content-digest"}, {"content-length"}}));
        QCOMPARE(result->digest, sha256Base64url(result->received.signature));
        QVERIFY(!verified(response, PrivateKey::generate(KeyType::P256)->publicKey()));
        QVERIFY(!verified(response, exampleEd25519()));
    }

    void b_2_6_a_request_by_ed25519_verifies_and_is_made_byte_for_byte()
    {
        QCOMPARE(whyNot(verified(withInput(kB26Input, kB26Signature), exampleEd25519())), ""s);
        const auto fields = signMessage(exampleRequest(), "sig-b26",
            {{"date"}, {"@method"}, {"@path"}, {"@authority"}, {"content-type"}, {"content-length"}},
            {.created = kExampleTime, .keyId = "test-key-ed25519"}, exampleEd25519Private());
        QVERIFY(fields);
        QCOMPARE(fields->signatureInput, kB26Input);
        QCOMPARE(fields->signature, kB26Signature);
    }

    void b_3_a_request_behind_a_proxy_verifies()
    {
        const HttpRequest request =
            withSignature(HttpRequest{.method = "POST",
                              .targetUri = "https://service.internal.example/foo?param=Value&Pet=dog",
                              .fields = {{"Host", "service.internal.example"}, {"Content-Type", "application/json"},
                                  {"Client-Cert", kB3Certificate}}},
                "ttrp=(\"@path\" \"@query\" \"@method\" \"@authority\" \"client-cert\")"
                ";created=1618884473;keyid=\"test-key-ecc-p256\"",
                "ttrp=:xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==:");
        QCOMPARE(whyNot(verified(request, exampleP256())), ""s);
    }

    void b_4_what_is_not_covered_may_change_and_the_rest_may_not()
    {
        const auto why = [](const HttpRequest& request) { return whyNot(verified(request, exampleEd25519())); };
        QCOMPARE(why(transformRequest()), ""s);

        HttpRequest added = transformRequest();
        added.targetUri += "&param=added";
        added.fields.push_back({"Accept-Language", "en-US,en;q=0.5"});
        QCOMPARE(why(added), ""s);

        HttpRequest joined = transformRequest();
        joined.fields.erase(joined.fields.begin() + 1, joined.fields.begin() + 4);
        joined.fields.push_back({"Referer", "https://developer.example.org/demo"});
        joined.fields.push_back({"Accept", "application/json, */*"});
        QCOMPARE(why(joined), ""s);

        HttpRequest moved = transformRequest();
        std::swap(moved.fields[0], moved.fields[2]); // Accept still before the other Accept
        QCOMPARE(why(moved), ""s);

        HttpRequest elsewhere = transformRequest();
        elsewhere.method = "POST";
        elsewhere.targetUri = "https://example.com/demo?name1=Value1&Name2=value2";
        QCOMPARE(why(elsewhere), "The signature is wrong."s);

        HttpRequest swapped = transformRequest();
        std::swap(swapped.fields[2], swapped.fields[3]);
        QCOMPARE(why(swapped), "The signature is wrong."s);
    }

    void section_2_4_a_response_is_bound_to_its_request()
    {
        const std::string start = "reqres=(\"@status\" \"content-digest\" \"content-type\" \"@authority\";req "
                                  "\"@method\";req \"@path\";req ";
        const std::string end = ");created=1618884479;keyid=\"test-key-ecc-p256\"";
        const HttpResponse narrow = withSignature(exampleAnswer(), start + "\"content-digest\";req" + end,
            "reqres=:dMT/A/76ehrdBTD/2Xx8QuKV6FoyzEP/I9hdzKN8LQJLNgzU4W767HK05rx1i8meNQQgQPgQp8wq2ive3tV5Ag==:");
        const SignatureExpectation then{.components = {{"@status"}, ofRequest("content-digest")},
            .parameters = {"created", "keyid"},
            .now = {1618884479}};
        QCOMPARE(whyNot(verified(narrow, exampleP256(), then)), ""s);
        const HttpResponse wide = withSignature(exampleAnswer(),
            start + "\"@query\";req \"content-digest\";req \"content-type\";req \"content-length\";req" + end,
            "reqres=:C73J41GVKc+TYXbSobvZf0CmNcptRiWN+NY1Or0A36ISg6ymdRN6ZgR2QfrtopFNzqAyv+CeWrMsNbcV2Ojsgg==:");
        QCOMPARE(whyNot(verified(wide, exampleP256(), then)), ""s);

        HttpResponse other = narrow;
        other.request->method = "PUT";
        QCOMPARE(whyNot(verified(other, exampleP256(), then)), "The signature is wrong."s);
        other.request.reset();
        QVERIFY(!verified(other, exampleP256(), then));
    }

    void the_examples_by_other_algorithms_do_not_verify_data()
    {
        QTest::addColumn<std::string>("input");
        QTest::addColumn<std::string>("base");
        const std::string digest = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVL"
                                   "vRwEmTHWXvJwew==:\n";
        QTest::newRow("B.2.1") << "();created=1618884473;keyid=\"test-key-rsa-pss\";nonce=\"b3k2pp5k7z-50gnwp.yemd\""s
                               << ""s;
        QTest::newRow("B.2.2") << "(\"@authority\" \"content-digest\" \"@query-param\";name=\"Pet\");created=1618884473"
                                  ";keyid=\"test-key-rsa-pss\";tag=\"header-example\""s
                               << "\"@authority\": example.com\n\"content-digest\": " + digest
                + "\"@query-param\";name=\"Pet\": dog\n";
        QTest::newRow("B.2.3")
            << "(\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" "
               "\"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\""s
            << "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n"
               "\"@query\": ?param=Value&Pet=dog\n\"@authority\": example.com\n"
               "\"content-type\": application/json\n\"content-digest\": "
                + digest + "\"content-length\": 18\n";
        QTest::newRow("B.2.5") << "(\"date\" \"@authority\" \"content-type\");created=1618884473"
                                  ";keyid=\"test-shared-secret\""s
                               << "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@authority\": example.com\n"
                                  "\"content-type\": application/json\n"s;
    }
    void the_examples_by_other_algorithms_do_not_verify()
    {
        QFETCH(std::string, input);
        QFETCH(std::string, base);
        const HttpRequest request = withInput("s=" + input);
        const auto received = readSignature(request);
        QVERIFY(received);
        QCOMPARE(signatureBase(request, received->components, received->parametersAsReceived).value(),
            base + "\"@signature-params\": " + input);
        QCOMPARE(verified(request, exampleP256()).error().code, ErrorCode::BadSignature);
        QCOMPARE(verified(request, exampleEd25519()).error().code, ErrorCode::BadSignature);
    }
};

QTEST_GUILESS_MAIN(HttpSignatureExamplesTest)
#include "tst_http_signature_examples.moc"
